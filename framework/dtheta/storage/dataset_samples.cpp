#include "dtheta/storage/dataset_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_layout.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/picture_layout.hpp"

namespace dtheta {
namespace {

std::optional<PictureLayout> layout_in_file(const hdf5::Reader& file, const std::string& x) {
  const auto text = file.text(x, picture_layout_attribute);
  if (!text) return std::nullopt;
  if (const auto layout = layout_named(*text)) return layout;
  file.fail(x, fmt::format("has the layout '{}'; wanted NHW, NHWC or NCHW, or say it by --layout",
                           printable(*text)));
}

/// Planes {channels, pixels} → pixels {pixels, channels}; `element` bytes a number.
template <std::size_t element>
void interleave(const std::byte* planes, Size channels, Size pixels, std::byte* out) {
  for (Size channel = 0; channel < channels; ++channel) {
    for (Size pixel = 0; pixel < pixels; ++pixel, planes += element) {
      std::memcpy(out + static_cast<std::size_t>(pixel * channels + channel) * element, planes,
                  element);
    }
  }
}

/// The same for the numbers of an element type.
void interleave(Size element, const std::byte* planes, const Shape& picture, std::byte* out) {
  const Size channels = picture[2];
  const Size pixels = picture[0] * picture[1];
  switch (element) {
    case 1:
      return interleave<1>(planes, channels, pixels, out);
    case 2:
      return interleave<2>(planes, channels, pixels, out);
    case 4:
      return interleave<4>(planes, channels, pixels, out);
    default:
      return interleave<8>(planes, channels, pixels, out);
  }
}

}  // namespace

SampleSource::SampleSource(const hdf5::Reader& file, const PartPlace& place,
                           const DatasetReading& reading)
    : file_(&file), array_(file.open(place.x)), first_(place.first) {
  const Shape& stored = array_.info.shape;
  if (stored.rank() == 0 || stored[0] == 0) file.fail(place.x, "holds no samples");
  if (stored.rank() == 1) {
    sample_ = {1};
    remark_ = "one number a sample";
  } else {
    const auto in_file = reading.layout ? std::nullopt : layout_in_file(file, place.x);
    try {
      const SampleForm form = sample_form(stored, reading, in_file);
      sample_ = form.shape;
      has_channels_first_ = form.has_channels_first;
      remark_ = form.remark;
    } catch (const DataError& error) {
      file.fail(place.x, error.what());
    }
  }
  count_ = place.count.value_or(stored[0] - first_);
  if (first_ < 0 || count_ < 1 || count_ > stored[0] - first_) {
    file.fail(place.x, fmt::format("has {} rows; wanted those from {} to {}",
                                   with_separators(stored[0]), first_, first_ + count_ - 1));
  }
}

std::optional<InputPreparation> SampleSource::preparation() const {
  const auto scale = file_->number(name(), scale_attribute);
  if (!scale) return std::nullopt;
  if (!std::isfinite(*scale) || *scale == 0) {
    file_->fail(name(),
                fmt::format("has the scale {}; wanted a finite number other than 0", *scale));
  }
  return InputPreparation{.scale = *scale};
}

void SampleSource::read(Size first, Size count, std::span<std::byte> x) const {
  if (!has_channels_first_) return file_->read_rows(array_, first_ + first, count, x);
  constexpr Size most = Size{1} << 20;
  const Size element = element_size(type());
  const Size bytes = sample_.size() * element;
  const Size step = std::min(count, std::max<Size>(1, most / bytes));
  AlignedBuffer<std::byte> planes(step * bytes);
  for (Size done = 0; done < count; done += step) {
    const Size some = std::min(step, count - done);
    file_->read_rows(array_, first_ + first + done, some,
                     planes.span().first(static_cast<std::size_t>(some * bytes)));
    for (Size n = 0; n < some; ++n) {
      interleave(element, planes.data() + n * bytes, sample_, x.data() + (done + n) * bytes);
    }
  }
}

AlignedBuffer<std::byte> SampleSource::read_all() const {
  AlignedBuffer<std::byte> x(bytes());
  read(0, count_, x.span());
  return x;
}

}  // namespace dtheta
