#include "dtheta/layers/dropout.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"

namespace dtheta {
namespace {

/// The stream of one sample's mask.
Philox mask_of(const PassContext& context, Size n) {
  constexpr int sample_bits = 40;
  const Size sample =
      context.samples.empty() ? context.first + n : context.samples[static_cast<std::size_t>(n)];
  const auto layer = static_cast<std::uint64_t>(context.node) << sample_bits;
  return {context.seed, Purpose::dropout, static_cast<std::uint64_t>(context.epoch),
          layer + static_cast<std::uint64_t>(sample)};
}

}  // namespace

template <std::floating_point T>
Dropout<T>::Dropout(const DropoutOptions& options) : options_(options) {
  if (options.rate >= 0 && options.rate < 1) return;
  throw UsageError(
      fmt::format("found a rate of {}; wanted a share from 0 to below 1", options.rate));
}

template <std::floating_point T>
Shape Dropout<T>::output_shape(std::span<const Shape> inputs) const {
  return inputs[0];
}

template <std::floating_point T>
Footprint Dropout<T>::footprint(std::span<const Shape> inputs, Size batch) const {
  return {.record = batch * inputs[0].size()};
}

template <std::floating_point T>
void Dropout<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  if (!pass.context.is_training) {
    std::ranges::copy(x.span(), pass.output.data());
    return;
  }
  const Size size = x.shape().sample().size();
  const auto kept = static_cast<T>(1 / (1 - options_.rate));
  const auto dropped_below = static_cast<std::uint64_t>(std::ldexp(options_.rate, 32));
  T* mask = pass.record.data();
  const T* from = x.data();
  T* to = pass.output.data();
  for (Size n = 0; n < x.dim(0); ++n) {
    Philox random = mask_of(pass.context, n);
    for (Size i = 0; i < size; ++i) {
      *mask = random.bits() < dropped_below ? T{0} : kept;
      *to++ = *from++ * *mask++;
    }
  }
}

template <std::floating_point T>
void Dropout<T>::backward(const Backward<T>& pass) const {
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  if (!pass.context.is_training) {
    std::ranges::copy(pass.doutput.span(), dx.data());
    return;
  }
  std::ranges::transform(pass.doutput.span(),
                         pass.record.first(static_cast<std::size_t>(dx.size())), dx.data(),
                         [](T da, T factor) { return da * factor; });
}

DropoutOptions CatalogEntry<DropoutOptions>::read(std::string_view, LayerWords& words) {
  const auto rate = take_number(words);
  if (!rate) words.refuse(words.peek(), "a rate such as 0.5");
  return {.rate = *rate};
}

std::string CatalogEntry<DropoutOptions>::text(const DropoutOptions& options) {
  return fmt::format("dropout {}", options.rate);
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace dtheta
