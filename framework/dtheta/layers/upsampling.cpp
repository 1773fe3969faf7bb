#include "dtheta/layers/upsampling.hpp"

#include <algorithm>

#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

/// Calls place(index of a place of the input, of the same place of the output) for every place of
/// the output {m, height, width, c}, in order.
template <class Place>
void for_each_place(const Shape& output, const Extent2d& factor, const Place& place) {
  const Size c = output[3], width = output[2] / factor.width;
  for (Size row = 0; row < output[0] * output[1]; ++row) {
    const Size line = row / factor.height * width;  // heights are whole multiples, samples too
    for (Size j = 0; j < output[2]; ++j) {
      place((line + j / factor.width) * c, (row * output[2] + j) * c);
    }
  }
}

}  // namespace

template <std::floating_point T>
Upsampling<T>::Upsampling(const UpsamplingOptions& options) : options_(options) {
  check_extent(options.factor, "factor");
}

template <std::floating_point T>
Shape Upsampling<T>::output_shape(std::span<const Shape> inputs) const {
  const Shape& sample = inputs[0];
  check_picture(sample);
  const Shape taller{sample[0], options_.factor.height};  // throws where products overflow
  const Shape wider{sample[1], options_.factor.width};
  return {taller.size(), wider.size(), sample[2]};
}

template <std::floating_point T>
void Upsampling<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  for_each_place(pass.output.shape(), options_.factor, [&](Size from, Size to) {
    std::copy_n(x.data() + from, x.dim(3), pass.output.data() + to);
  });
}

template <std::floating_point T>
void Upsampling<T>::backward(const Backward<T>& pass) const {
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  std::ranges::fill(dx.span(), T{0});
  for_each_place(pass.doutput.shape(), options_.factor, [&](Size to, Size from) {
    const T* const dy = pass.doutput.data() + from;
    T* const sum = dx.data() + to;
    for (Size c = 0; c < dx.dim(3); ++c) sum[c] += dy[c];
  });
}

UpsamplingOptions CatalogEntry<UpsamplingOptions>::read(std::string_view, LayerWords& words) {
  return {.factor = take_extent(words, "the factor")};
}

std::string CatalogEntry<UpsamplingOptions>::text(const UpsamplingOptions& options) {
  return "upsample " + short_text(options.factor);
}

template class Upsampling<float>;
template class Upsampling<double>;

}  // namespace dtheta
