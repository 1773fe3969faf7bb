#include "dtheta/data/standardization.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

/// Calls visit(scaled numbers {m, numbers of a sample}) for one run of samples after another.
template <class Visit>
void for_each_run(const Dataset& data, std::span<const Size> samples, double scale, Visit visit) {
  constexpr std::size_t step = 64;
  const Size numbers = data.sample_shape().size();
  AlignedBuffer<double> x(static_cast<Size>(step) * numbers);
  for (std::size_t first = 0; first < samples.size(); first += step) {
    const auto some = samples.subspan(first, std::min(step, samples.size() - first));
    const Shape shape{static_cast<Size>(some.size()), numbers};
    const View<double> run(x.span().first(static_cast<std::size_t>(shape.size())), shape);
    data.gather(some, InputPreparation{.scale = scale}, run, View<double>());
    visit(std::span<const double>(run.span()));
  }
}

/// Σ term(x, channel) of each channel over all samples, divided by their count.
template <class Term>
std::vector<double> mean_of(const Dataset& data, std::span<const Size> samples, double scale,
                            Term term) {
  const Shape& shape = data.sample_shape();
  const auto channels = static_cast<std::size_t>(shape[shape.rank() - 1]);
  std::vector<double> sums(channels, 0.0);
  for_each_run(data, samples, scale, [&](std::span<const double> x) {
    for (std::size_t i = 0; i < x.size(); i += channels) {
      for (std::size_t c = 0; c < channels; ++c) sums[c] += term(x[i + c], c);
    }
  });
  const double count = static_cast<double>(samples.size()) *
                       static_cast<double>(shape.size() / static_cast<Size>(channels));
  for (double& sum : sums) sum /= count;
  return sums;
}

}  // namespace

InputPreparation standardization_of(const Dataset& data, std::span<const Size> samples,
                                    double scale) {
  if (samples.empty()) throw DataError("there is no sample to take mean and deviation of");
  InputPreparation preparation{.scale = scale};
  preparation.mean = mean_of(data, samples, scale, [](double x, std::size_t) { return x; });
  const std::vector<double>& mean = preparation.mean;
  const std::vector<double> variance = mean_of(
      data, samples, scale, [&](double x, std::size_t c) { return (x - mean[c]) * (x - mean[c]); });
  const double rounding =
      static_cast<double>(samples.size()) * std::numeric_limits<double>::epsilon();
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double deviation = std::sqrt(variance[c]);
    const double least = std::max<double>(rounding * std::abs(mean[c]), smallest_deviation);
    preparation.deviation.push_back(deviation > least ? deviation : 1.0);
  }
  return preparation;
}

template <std::floating_point T>
void standardize(std::span<T> x, const InputPreparation& preparation) {
  const std::size_t channels = preparation.mean.size();
  assert(channels > 0 && preparation.deviation.size() == channels && x.size() % channels == 0);
  // Few channels are repeated, so that one loop of many numbers serves all counts.
  constexpr std::size_t most = 256;
  std::array<T, most> mean;
  std::array<T, most> deviation;
  for (std::size_t first = 0; first < channels; first += most) {
    const std::size_t run = std::min(most, channels - first);
    const std::size_t repeats = run == channels ? most / channels : 1;
    for (std::size_t i = 0; i < run * repeats; ++i) {
      mean[i] = static_cast<T>(preparation.mean[first + i % run]);
      deviation[i] = static_cast<T>(preparation.deviation[first + i % run]);
    }
    const std::size_t step = channels * repeats;
    for (std::size_t at = first; at < x.size(); at += step) {
      T* __restrict const out = x.data() + at;
      const std::size_t count = std::min(run * repeats, x.size() - at);
      for (std::size_t i = 0; i < count; ++i) out[i] = (out[i] - mean[i]) / deviation[i];
    }
  }
}

template void standardize(std::span<float>, const InputPreparation&);
template void standardize(std::span<double>, const InputPreparation&);

}  // namespace dtheta
