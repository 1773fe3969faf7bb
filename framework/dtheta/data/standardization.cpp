#include "dtheta/data/standardization.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "dtheta/core/error.hpp"
#include "dtheta/data/sample_runs.hpp"

namespace dtheta {
namespace {

/// What is known of one channel of the samples so far.
struct Moments {
  double mean = 0;
  double squares = 0;  ///< the sum of squared deviations from the mean
};

/// Mean and deviations of one channel of the numbers x, every `channels`-th from the first.
Moments moments_of(std::span<const double> x, std::size_t channel, std::size_t channels) {
  const auto count = static_cast<double>(x.size() / channels);
  Moments found;
  for (std::size_t i = channel; i < x.size(); i += channels) found.mean += x[i];
  found.mean /= count;
  for (std::size_t i = channel; i < x.size(); i += channels) {
    found.squares += (x[i] - found.mean) * (x[i] - found.mean);
  }
  return found;
}

/// Those of `before` numbers and `more` of `count` others, together.
Moments joined(const Moments& before, double before_count, const Moments& more, double count) {
  const double distance = more.mean - before.mean;
  const double share = count / (before_count + count);
  return {.mean = before.mean + distance * share,
          .squares = before.squares + more.squares + distance * distance * before_count * share};
}

/// Of each channel of the scaled samples.
std::vector<Moments> moments_of(const Dataset& data, std::span<const Size> samples, double scale) {
  constexpr Size step = 64;
  const Shape& shape = data.sample_shape();
  const auto channels = static_cast<std::size_t>(shape[shape.rank() - 1]);
  const Size pixels = shape.size() / static_cast<Size>(channels);
  AlignedBuffer<double> x(step * shape.size());
  std::vector<Moments> found(channels);
  Size done = 0;
  SampleRuns runs(data, samples, step);
  for (SampleBatch run = runs.next(); !run.empty(); run = runs.next()) {
    for (Size first = 0; first < run.size(); first += step) {
      const SampleBatch some = run.part(first, std::min(step, run.size() - first));
      const View<double> numbers = x.view(shape.batch(some.size()));
      data.gather(some, InputPreparation{.scale = scale}, numbers, View<double>());
      for (std::size_t c = 0; c < channels; ++c) {
        found[c] = joined(found[c], static_cast<double>(done * pixels),
                          moments_of(numbers.span(), c, channels),
                          static_cast<double>(some.size() * pixels));
      }
      done += some.size();
    }
  }
  return found;
}

}  // namespace

InputPreparation standardization_of(const Dataset& data, std::span<const Size> samples,
                                    double scale) {
  if (samples.empty()) throw DataError("there is no sample to take mean and deviation of");
  const Shape& shape = data.sample_shape();
  const double count = static_cast<double>(samples.size()) *
                       static_cast<double>(shape.size() / shape[shape.rank() - 1]);
  const double rounding =
      static_cast<double>(samples.size()) * std::numeric_limits<double>::epsilon();
  InputPreparation preparation{.scale = scale};
  for (const Moments& channel : moments_of(data, samples, scale)) {
    const double deviation = std::sqrt(channel.squares / count);
    const double least = std::max<double>(rounding * std::abs(channel.mean), smallest_deviation);
    preparation.mean.push_back(channel.mean);
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
