#include "dtheta/layers/batch_normalization.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/activation.hpp"
#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

Size channels_of(const Shape& shape) { return shape.extents().back(); }

/// Coefficients in scratch.
template <class T>
ColumnMap<T> coefficients(std::span<T> scratch, Size channels) {
  const auto k = static_cast<std::size_t>(channels);
  return {.shift = scratch.first(k),
          .slope = scratch.subspan(k, k),
          .offset = scratch.subspan(2 * k, k),
          .weight = scratch.subspan(3 * k, k)};
}

}  // namespace

/// Mean and variance of one channel of one group, and 1 / √(variance + ε).
template <std::floating_point T>
struct BatchNormalization<T>::Moments {
  double mean;
  double variance;
  double scale;
};

template <std::floating_point T>
BatchNormalization<T>::BatchNormalization(const BatchNormalizationOptions& options)
    : options_(options) {
  if (!(options.momentum > 0 && options.momentum <= 1)) {
    throw UsageError(
        fmt::format("found a momentum of {}; wanted above 0 up to 1", options.momentum));
  }
  if (!(options.epsilon > 0 && std::isfinite(options.epsilon))) {
    throw UsageError(fmt::format("found an epsilon of {}; wanted above 0", options.epsilon));
  }
  if (options.group != 0) check_count(options.group, "the number of samples in a group");
  check_activation(options.activation);
}

template <std::floating_point T>
Shape BatchNormalization<T>::output_shape(std::span<const Shape> inputs) const {
  return inputs[0];
}

template <std::floating_point T>
std::vector<ParameterSpec> BatchNormalization<T>::parameters(std::span<const Shape> inputs) const {
  const Shape shape{channels_of(inputs[0])};
  const auto array = [&](std::string name, double start, bool is_trained) {
    return ParameterSpec{.name = std::move(name),
                         .shape = shape,
                         .fan_in = 1,
                         .fan_out = 1,
                         .start = start,
                         .is_trained = is_trained};
  };
  return {array("gamma", 1, true), array("beta", 0, true), array("moving_mean", 0, false),
          array("moving_variance", 1, false)};
}

template <std::floating_point T>
Footprint BatchNormalization<T>::footprint(std::span<const Shape> inputs, Size) const {
  return {.scratch = 4 * channels_of(inputs[0])};
}

template <std::floating_point T>
BatchSums BatchNormalization<T>::batch_sums(std::span<const Shape> inputs, Size batch) const {
  const Size group = group_size(batch);
  const Size sums = 2 * channels_of(inputs[0]) * ((batch + group - 1) / group);
  return {.forward = sums, .backward = sums};
}

/// body(group, first, count) for each run of the call's samples that lie in one group.
template <std::floating_point T>
template <class Body>
void BatchNormalization<T>::for_each_group(const PassContext& context, Size m, Body body) const {
  const Size size = group_size(context.batch);
  for (Size first = 0; first < m;) {
    const Size group = (context.first + first) / size;
    const Size count = std::min(m - first, (group + 1) * size - (context.first + first));
    body(group, first, count);
    first += count;
  }
}

template <std::floating_point T>
void BatchNormalization<T>::forward_sums(const SumOver<T>& pass) const {
  const auto sums = 2 * static_cast<std::size_t>(channels_of(pass.input.shape()));
  std::ranges::fill(pass.sums, 0);
  for_each_group(pass.context, pass.input.dim(0), [&](Size group, Size first, Size count) {
    const View<const T> x = as_columns(pass.input.rows(first, count));
    add_column_moments(x, x, pass.sums.subspan(static_cast<std::size_t>(group) * sums, sums));
  });
}

template <std::floating_point T>
void BatchNormalization<T>::backward_sums(const SumOver<T>& pass) const {
  const auto sums = 2 * static_cast<std::size_t>(channels_of(pass.input.shape()));
  activation_backward(as_rows(pass.output), as_rows(pass.doutput), options_.activation);
  std::ranges::fill(pass.sums, 0);
  for_each_group(pass.context, pass.input.dim(0), [&](Size group, Size first, Size count) {
    add_column_moments<T>(as_columns(pass.doutput.rows(first, count)),
                          as_columns(pass.input.rows(first, count)),
                          pass.sums.subspan(static_cast<std::size_t>(group) * sums, sums));
  });
}

template <std::floating_point T>
typename BatchNormalization<T>::Moments BatchNormalization<T>::moments(std::span<const double> sums,
                                                                       Size group, Size channels,
                                                                       Size channel,
                                                                       double count) const {
  const auto at = static_cast<std::size_t>(2 * channels * group + channel);
  const double mean = sums[at] / count;
  const double squares = sums[at + static_cast<std::size_t>(channels)] / count;
  const double variance = std::max(0.0, squares - mean * mean);
  return {mean, variance, 1 / std::sqrt(variance + options_.epsilon)};
}

template <std::floating_point T>
typename BatchNormalization<T>::Moments BatchNormalization<T>::moving_moments(
    std::span<const View<const T>> theta, Size channel) const {
  const auto variance = static_cast<double>(theta[3][channel]);
  return {static_cast<double>(theta[2][channel]), variance,
          1 / std::sqrt(variance + options_.epsilon)};
}

/// dγ and dβ of one channel of one group, from Σ dz and Σ dz·x.
template <std::floating_point T>
std::pair<double, double> BatchNormalization<T>::derivatives(std::span<const double> dsums,
                                                             Size group, Size channels,
                                                             Size channel,
                                                             const Moments& of) const {
  const auto at = static_cast<std::size_t>(2 * channels * group + channel);
  const double dbeta = dsums[at];
  const double products = dsums[at + static_cast<std::size_t>(channels)];
  return {(products - of.mean * dbeta) * of.scale, dbeta};
}

template <std::floating_point T>
void BatchNormalization<T>::update_statistics(std::span<const double> sums, Size batch,
                                              std::span<const Shape> inputs,
                                              std::span<const View<T>> theta) const {
  const Size channels = channels_of(inputs[0]);
  const double all = static_cast<double>(batch * (inputs[0].size() / channels));
  for (Size c = 0; c < channels; ++c) {
    double mean = 0;
    double variance = 0;
    for (Size first = 0, group = 0; first < batch; first += group_size(batch), ++group) {
      const double count = numbers(group, batch, inputs[0]);
      const double share = count / all;
      const Moments of_group = moments(sums, group, channels, c, count);
      mean += share * of_group.mean;
      variance += share * of_group.variance * (count > 1 ? count / (count - 1) : 1);
    }
    const auto move = [&](T& moving, double newest) {
      moving = static_cast<T>((1 - options_.momentum) * static_cast<double>(moving) +
                              options_.momentum * newest);
    };
    move(theta[2][c], mean);
    move(theta[3][c], variance);
  }
}

template <std::floating_point T>
double BatchNormalization<T>::numbers(Size group, Size batch, const Shape& sample) const {
  const Size samples = std::min(group_size(batch), batch - group * group_size(batch));
  return static_cast<double>(samples * (sample.size() / channels_of(sample)));
}

template <std::floating_point T>
void BatchNormalization<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Size channels = channels_of(x.shape());
  const ColumnMap<T> map = coefficients(pass.scratch, channels);
  const auto normalize = [&](Size first, Size count, auto moments_of) {
    for (Size c = 0; c < channels; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const Moments of = moments_of(c);
      map.shift[i] = static_cast<T>(of.mean);
      map.slope[i] = static_cast<T>(static_cast<double>(pass.theta[0][c]) * of.scale);
      map.offset[i] = pass.theta[1][c];
    }
    map_columns(as_columns(x.rows(first, count)), map, as_columns(pass.output.rows(first, count)));
  };
  if (pass.context.is_training) {
    for_each_group(pass.context, x.dim(0), [&](Size group, Size first, Size count) {
      const double n = numbers(group, pass.context.batch, x.shape().sample());
      normalize(first, count, [&](Size c) { return moments(pass.sums, group, channels, c, n); });
    });
  } else {
    normalize(0, x.dim(0), [&](Size c) { return moving_moments(pass.theta, c); });
  }
  add_bias_and_activate(as_rows(pass.output), View<const T>(), options_.activation);
}

template <std::floating_point T>
void BatchNormalization<T>::backward(const Backward<T>& pass) const {
  if (!pass.context.is_training) return inference_backward(pass);
  const View<const T> x = pass.inputs[0];
  const View<T> dx = pass.dinputs[0];
  if (pass.context.first == 0 && !pass.dtheta.empty()) add_dtheta(pass);
  if (dx.empty()) return;
  const Size channels = channels_of(x.shape());
  const ColumnMap<T> map = coefficients(pass.scratch, channels);
  for_each_group(pass.context, x.dim(0), [&](Size group, Size first, Size count) {
    const double n = numbers(group, pass.context.batch, x.shape().sample());
    for (Size c = 0; c < channels; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const Moments of = moments(pass.sums, group, channels, c, n);
      const auto [dgamma, dbeta] = derivatives(pass.dsums, group, channels, c, of);
      const double weight = static_cast<double>(pass.theta[0][c]) * of.scale;
      map.shift[i] = static_cast<T>(of.mean);
      map.slope[i] = static_cast<T>(-weight * of.scale * dgamma / n);
      map.offset[i] = static_cast<T>(-weight * dbeta / n);
      map.weight[i] = static_cast<T>(weight);
    }
    map_columns(as_columns(x.rows(first, count)),
                View<const T>(as_columns(pass.doutput.rows(first, count))), map,
                as_columns(dx.rows(first, count)));
  });
}

/// dγ and dβ of the whole batch.
template <std::floating_point T>
void BatchNormalization<T>::add_dtheta(const Backward<T>& pass) const {
  const Shape sample = pass.inputs[0].shape().sample();
  const Size channels = channels_of(sample);
  const Size batch = pass.context.batch;
  for (Size first = 0, group = 0; first < batch; first += group_size(batch), ++group) {
    for (Size c = 0; c < channels; ++c) {
      const Moments of = moments(pass.sums, group, channels, c, numbers(group, batch, sample));
      const auto [dgamma, dbeta] = derivatives(pass.dsums, group, channels, c, of);
      pass.dtheta[0][c] += static_cast<T>(dgamma);
      pass.dtheta[1][c] += static_cast<T>(dbeta);
    }
  }
}

/// The map of inference is affine with constants.
template <std::floating_point T>
void BatchNormalization<T>::inference_backward(const Backward<T>& pass) const {
  activation_backward(as_rows(pass.output), as_rows(pass.doutput), options_.activation);
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  const Size channels = channels_of(dx.shape());
  const ColumnMap<T> map = coefficients(pass.scratch, channels);
  for (Size c = 0; c < channels; ++c) {
    const auto i = static_cast<std::size_t>(c);
    map.shift[i] = map.offset[i] = 0;
    map.slope[i] =
        static_cast<T>(static_cast<double>(pass.theta[0][c]) * moving_moments(pass.theta, c).scale);
  }
  map_columns(View<const T>(as_columns(pass.doutput)), map, as_columns(dx));
}

BatchNormalizationOptions CatalogEntry<BatchNormalizationOptions>::read(std::string_view,
                                                                        LayerWords& words) {
  BatchNormalizationOptions options;
  const auto take_value = [&](std::string_view word, double& value) {
    if (!words.take_if(word)) return;
    const auto number = take_number(words);
    if (!number) words.refuse(words.peek(), "a number");
    value = *number;
  };
  take_value("momentum", options.momentum);
  take_value("epsilon", options.epsilon);
  if (words.take_if("group")) options.group = take_count(words, "the number of samples");
  options.activation = take_activation(words);
  return options;
}

std::string CatalogEntry<BatchNormalizationOptions>::text(
    const BatchNormalizationOptions& options) {
  const BatchNormalizationOptions usual;
  std::string text = "batchnorm";
  if (options.momentum != usual.momentum) text += fmt::format(" momentum {}", options.momentum);
  if (options.epsilon != usual.epsilon) text += fmt::format(" epsilon {}", options.epsilon);
  if (options.group != usual.group) text += fmt::format(" group {}", options.group);
  return text + activation_suffix(options.activation);
}

template class BatchNormalization<float>;
template class BatchNormalization<double>;

}  // namespace dtheta
