#include "dtheta/storage/picture_layout.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

constexpr std::array<std::string_view, 3> names{"NHW", "NHWC", "NCHW"};

/// Whether the extents of four axes are those of pictures whose channels come first.
bool looks_channels_first(const Shape& shape) {
  const Size second = shape[1];
  const bool can_be_first = second == 1 || second == 3 || second == 4;
  const bool can_be_last = shape[3] <= 4;
  return can_be_first && !can_be_last;
}

/// A layout and where it is known from.
struct KnownLayout {
  PictureLayout layout;
  std::string reason;
};

/// None for samples that are no pictures.
std::optional<KnownLayout> known_layout(const Shape& shape, const DatasetReading& reading,
                                        std::optional<PictureLayout> in_file) {
  if (reading.layout) return KnownLayout{*reading.layout, "--layout"};
  if (in_file) return KnownLayout{*in_file, "the attribute layout"};
  if (shape.rank() == 3) return KnownLayout{PictureLayout::nhw, "three axes"};
  if (shape.rank() != 4) return std::nullopt;
  if (looks_channels_first(shape)) {
    return KnownLayout{PictureLayout::nchw, fmt::format("the second of its axes is {}, the last {}",
                                                        shape[1], shape[3])};
  }
  return KnownLayout{PictureLayout::nhwc, "four axes"};
}

/// Rows of numbers, {N, K}, that the reading declares to be pictures.
SampleForm form_of_rows(const Shape& shape, const Shape& picture,
                        std::optional<PictureLayout> layout) {
  if (picture.rank() != 3 || picture.size() != shape.sample().size()) {
    throw DataError(fmt::format("has rows of {} numbers, which are no pictures of --input-shape {}",
                                shape.sample().size(), picture.text()));
  }
  const bool has_channels_first = layout == PictureLayout::nchw;
  return {.shape = picture,
          .has_channels_first = has_channels_first,
          .remark =
              fmt::format("rows of {} numbers, pictures by --input-shape{}", shape.sample().size(),
                          has_channels_first ? ", channel by channel by --layout" : "")};
}

Shape picture_shape(const Shape& shape, PictureLayout layout) {
  if (layout == PictureLayout::nhw) return {shape[1], shape[2], 1};
  if (layout == PictureLayout::nhwc) return shape.sample();
  return {shape[2], shape[3], shape[1]};
}

}  // namespace

std::string_view layout_name(PictureLayout layout) {
  return names[static_cast<std::size_t>(layout)];
}

std::optional<PictureLayout> layout_named(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<PictureLayout>(found - names.begin());
}

SampleForm sample_form(const Shape& shape, const DatasetReading& reading,
                       std::optional<PictureLayout> in_file) {
  if (reading.input_shape && shape.rank() == 2) {
    return form_of_rows(shape, *reading.input_shape, reading.layout);
  }
  const auto known = known_layout(shape, reading, in_file);
  SampleForm form{.shape = shape.sample(),
                  .remark = fmt::format("rows of {} numbers", shape.sample().size())};
  if (known) {
    const int axes = known->layout == PictureLayout::nhw ? 3 : 4;
    if (shape.rank() != axes) {
      throw DataError(fmt::format("has the shape {}; wanted {} axes for {}, which {} says",
                                  shape.text(), axes, layout_name(known->layout), known->reason));
    }
    form = {.shape = picture_shape(shape, known->layout),
            .has_channels_first = known->layout == PictureLayout::nchw,
            .remark = fmt::format("{} by {}", layout_name(known->layout), known->reason)};
  }
  if (reading.input_shape && *reading.input_shape != form.shape) {
    throw DataError(fmt::format("has samples of {}; wanted --input-shape {}", form.shape.text(),
                                reading.input_shape->text()));
  }
  return form;
}

}  // namespace dtheta
