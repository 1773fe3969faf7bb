#include "dtheta/data/dataset.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/data/standardization.hpp"

namespace dtheta {
namespace {

void check_shape(const Shape& sample_shape) {
  if (sample_shape.rank() >= 1 && sample_shape.rank() <= 4 && sample_shape.size() > 0) return;
  throw DataError(fmt::format("the samples' shape is {}; wanted 1 to 4 extents of at least 1",
                              sample_shape.text()));
}

template <class U>
std::span<const U> as_numbers(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const U*>(bytes.data()), bytes.size() / sizeof(U)};
}

/// Throws DataError: of `numbers` {N, per_sample} that at place `bad` is not finite.
[[noreturn]] void fail_not_finite(std::string_view what, Size bad, double number, Size per_sample) {
  throw DataError(
      fmt::format("{} of sample {} is {} at place {}; wanted finite numbers: clean the data first",
                  what, bad / per_sample, number, bad % per_sample));
}

void check_values(std::span<const double> values, Size per_sample) {
  const auto bad = first_not_finite(ElementType::float64, std::as_bytes(values));
  if (bad) {
    fail_not_finite("the target", *bad, values[static_cast<std::size_t>(*bad)], per_sample);
  }
}

/// Conversion and product are rounded each, number by number: the bits do not depend on the vector
/// width that the compiler chose for this loop. It runs as fast as the output can be written.
template <class U, class T>
void convert(const U* __restrict stored, T scale, std::span<T> x) {
  T* __restrict out = x.data();
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = static_cast<T>(stored[i]) * scale;
}

}  // namespace

Size element_size(ElementType type) {
  return with_element_type(type, []<class U>(U) { return static_cast<Size>(sizeof(U)); });
}

std::string_view element_name(ElementType type) {
  constexpr std::array<std::string_view, 10> names{"uint8",   "int8",   "uint16", "int16",
                                                   "uint32",  "int32",  "uint64", "int64",
                                                   "float32", "float64"};
  return names[static_cast<std::size_t>(type)];
}

InputPreparation default_preparation(ElementType type) {
  return {.scale = type == ElementType::uint8 ? 1.0 / 255 : 1.0};
}

std::optional<Size> first_not_finite(ElementType type, std::span<const std::byte> numbers) {
  return with_element_type(type, [&]<class U>(U) -> std::optional<Size> {
    if constexpr (std::is_floating_point_v<U>) {
      const std::span<const U> all = as_numbers<U>(numbers);
      const auto bad =
          std::ranges::find_if_not(all, [](U number) { return std::isfinite(number); });
      if (bad != all.end()) return static_cast<Size>(bad - all.begin());
    }
    return std::nullopt;
  });
}

Dataset::Dataset(ElementType type, const Shape& sample_shape, Samples x,
                 std::vector<std::int32_t> labels, std::vector<std::string> class_names)
    : type_(type),
      sample_shape_(sample_shape),
      size_(static_cast<Size>(labels.size())),
      x_(std::move(x)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)) {
  if (classes() == 0) throw DataError("the data names no class; wanted at least one");
  const auto bad = std::ranges::find_if_not(
      labels_, [&](std::int32_t label) { return label >= 0 && label < classes(); });
  if (bad != labels_.end()) {
    throw DataError(fmt::format("the label of sample {} is {}; wanted 0 to {}, one of {} classes",
                                bad - labels_.begin(), *bad, classes() - 1, classes()));
  }
  check_samples();
}

Dataset::Dataset(ElementType type, const Shape& sample_shape, Samples x,
                 AlignedBuffer<double> values, Size values_per_sample)
    : type_(type),
      sample_shape_(sample_shape),
      size_(values_per_sample > 0 ? values.size() / values_per_sample : 0),
      x_(std::move(x)),
      values_(std::move(values)),
      values_per_sample_(values_per_sample) {
  if (values_per_sample < 1 || values_.size() % values_per_sample != 0) {
    throw DataError(fmt::format("{} target values are not rows of {}; wanted at least one a sample",
                                values_.size(), values_per_sample));
  }
  check_values(this->values(), values_per_sample_);
  check_samples();
}

void Dataset::check_samples() const {
  check_shape(sample_shape_);
  if (!is_in_memory()) return;
  const Size found = x_.x.size();
  if (found % sample_bytes() != 0 || found / sample_bytes() != size_) {
    throw DataError(fmt::format("x has {} bytes; wanted {} samples of {} numbers of type {}", found,
                                size_, sample_shape_.text(), element_name(type_)));
  }
  const auto bad = first_not_finite(type_, x());
  if (!bad) return;
  const double number = with_element_type(type_, [&]<class U>(U) {
    return static_cast<double>(as_numbers<U>(x())[static_cast<std::size_t>(*bad)]);
  });
  fail_not_finite("x", *bad, number, sample_shape_.size());
}

Dataset Dataset::weighted_by(std::vector<double> weights) && {
  if (static_cast<Size>(weights.size()) != size_) {
    throw DataError(fmt::format("there are {} weights for {} samples", weights.size(), size_));
  }
  const auto is_fit = [](double weight) { return std::isfinite(weight) && weight >= 0; };
  const auto bad = std::ranges::find_if_not(weights, is_fit);
  if (bad != weights.end()) {
    throw DataError(fmt::format("sample {} has the weight {}; wanted a number of at least 0",
                                bad - weights.begin(), *bad));
  }
  weights_ = std::move(weights);
  return std::move(*this);
}

std::span<const std::byte> Dataset::x() const {
  assert(is_in_memory());
  return x_.x.span();
}

const SampleReader& Dataset::reader() const {
  assert(!is_in_memory());
  return *x_.reader;
}

Size Dataset::resident_bytes() const {
  return x_.x.size() +
         static_cast<Size>(labels().size_bytes() + values().size_bytes() + weights().size_bytes());
}

Size Dataset::target_width() const {
  if (!is_classification()) return values_per_sample_;
  return classes() == 2 ? 1 : classes();
}

template <std::floating_point T>
void Dataset::gather_targets(std::span<const Size> indices, View<T> y) const {
  const auto width = static_cast<std::size_t>(y.dim(1));
  for (std::size_t n = 0; n < indices.size(); ++n) {
    const auto sample = static_cast<std::size_t>(indices[n]);
    const std::span<T> row = y.span().subspan(n * width, width);
    if (!is_classification()) {
      std::ranges::transform(values().subspan(sample * width, width), row.begin(),
                             [](double value) { return static_cast<T>(value); });
    } else if (y.dim(1) == classes()) {
      std::ranges::fill(row, T{0});
      row[static_cast<std::size_t>(labels_[sample])] = 1;
    } else {
      row[0] = static_cast<T>(labels_[sample]);
    }
  }
}

template <std::floating_point T>
void Dataset::gather(const SampleBatch& batch, const InputPreparation& preparation, View<T> x,
                     View<T> y) const {
  assert(x.size() == batch.size() * sample_shape_.size());
  assert(std::ranges::all_of(batch.samples, [&](Size i) { return i >= 0 && i < size_; }));
  const auto numbers = static_cast<std::size_t>(sample_shape_.size());
  const T scale = static_cast<T>(preparation.scale);
  with_element_type(type_, [&]<class U>(U) {
    for (std::size_t n = 0; n < batch.rows.size(); ++n) {
      convert(reinterpret_cast<const U*>(batch.rows[n]), scale,
              x.span().subspan(n * numbers, numbers));
    }
  });
  if (!preparation.mean.empty()) standardize(x.span(), preparation);
  if (y.empty()) return;
  assert(y.dim(0) == batch.size());
  assert(is_classification() ? y.dim(1) == classes() || (y.dim(1) == 1 && classes() == 2)
                             : y.dim(1) == values_per_sample_);
  gather_targets(batch.samples, y);
}

template <std::floating_point T>
void Dataset::gather(std::span<const Size> indices, const InputPreparation& preparation, View<T> x,
                     View<T> y) const {
  std::vector<const std::byte*> rows(indices.size());
  std::ranges::transform(indices, rows.begin(),
                         [&](Size sample) { return this->x().data() + sample * sample_bytes(); });
  gather(SampleBatch{indices, rows}, preparation, x, y);
}

template void Dataset::gather(const SampleBatch&, const InputPreparation&, View<float>,
                              View<float>) const;
template void Dataset::gather(const SampleBatch&, const InputPreparation&, View<double>,
                              View<double>) const;
template void Dataset::gather(std::span<const Size>, const InputPreparation&, View<float>,
                              View<float>) const;
template void Dataset::gather(std::span<const Size>, const InputPreparation&, View<double>,
                              View<double>) const;

}  // namespace dtheta
