#include "dtheta/layers/zero_padding.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

constexpr Size most = 1 << 16;  // rows or columns: wider than any picture

void check_border(const Extent2d& extent) {
  if (std::min(extent.height, extent.width) >= 0 && std::max(extent.height, extent.width) <= most) {
    return;
  }
  throw UsageError(
      fmt::format("a border of {}; wanted 0 to {} rows and columns", short_text(extent), most));
}

/// Calls row(index of the inner row in the padded samples, the same in the samples without padding)
/// for each row of m samples.
template <class Row>
void for_each_row(const Shape& sample, const Shape& padded, Size m,
                  const ZeroPaddingOptions& border, const Row& row) {
  const Size c = sample[2];
  for (Size n = 0; n < m; ++n) {
    for (Size i = 0; i < sample[0]; ++i) {
      const Size line = n * padded[0] + i + border.before.height;
      row((line * padded[1] + border.before.width) * c, (n * sample[0] + i) * sample[1] * c);
    }
  }
}

}  // namespace

template <std::floating_point T>
ZeroPadding<T>::ZeroPadding(const ZeroPaddingOptions& options) : options_(options) {
  check_border(options.before);
  check_border(options.after);
}

template <std::floating_point T>
Shape ZeroPadding<T>::output_shape(std::span<const Shape> inputs) const {
  const Shape& sample = inputs[0];
  check_picture(sample);
  return {sample[0] + options_.before.height + options_.after.height,
          sample[1] + options_.before.width + options_.after.width, sample[2]};
}

template <std::floating_point T>
void ZeroPadding<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Shape sample = x.shape().sample();
  std::ranges::fill(pass.output.span(), T{0});
  for_each_row(sample, pass.output.shape().sample(), x.dim(0), options_, [&](Size to, Size from) {
    std::copy_n(x.data() + from, sample[1] * sample[2], pass.output.data() + to);
  });
}

template <std::floating_point T>
void ZeroPadding<T>::backward(const Backward<T>& pass) const {
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  const Shape sample = dx.shape().sample();
  for_each_row(sample, pass.doutput.shape().sample(), dx.dim(0), options_, [&](Size from, Size to) {
    std::copy_n(pass.doutput.data() + from, sample[1] * sample[2], dx.data() + to);
  });
}

ZeroPaddingOptions CatalogEntry<ZeroPaddingOptions>::read(std::string_view, LayerWords& words) {
  ZeroPaddingOptions options;
  options.before = take_extent(words, "the border's size", 0);
  options.after = words.peek().empty() ? options.before : take_extent(words, "the size behind", 0);
  return options;
}

std::string CatalogEntry<ZeroPaddingOptions>::text(const ZeroPaddingOptions& options) {
  std::string text = "pad " + short_text(options.before);
  if (options.after != options.before) text += " " + short_text(options.after);
  return text;
}

template class ZeroPadding<float>;
template class ZeroPadding<double>;

}  // namespace dtheta
