/// LayerRun: one layer with everything that a task hands it.
#pragma once

#include <memory>
#include <vector>

#include "dtheta/layers/catalog.hpp"
#include "support/fenced_buffer.hpp"
#include "support/numbers.hpp"

namespace dtheta {

/// The memory of one task for one layer in training, whose samples are a whole batch: x, θ and the
/// loss's weights random, dθ zero, all else NaN, each array between fences. The loss is L = Σ
/// weights ⊙ output, so that ∂L/∂output = weights.
template <class T>
class LayerRun {
 public:
  /// Memory for `capacity` samples of shape `input`, of which m are used. The layer must outlive
  /// it.
  LayerRun(const Layer<T>& layer, const Shape& input, Size m, Size capacity)
      : layer_(&layer),
        input_(input.batch(m)),
        output_(layer.output_shape(std::array{input}).batch(m)),
        x_(input_.size()),
        dx_(input_.size()),
        a_(output_.size()),
        da_(output_.size()),
        weights_(output_.size()),
        prepared_(layer.prepared_size(std::array{input}, true)),
        record_(layer.footprint(std::array{input}, capacity).record),
        scratch_(layer.footprint(std::array{input}, capacity).scratch),
        sums_(static_cast<std::size_t>(layer.batch_sums(std::array{input}, m).forward)),
        dsums_(static_cast<std::size_t>(layer.batch_sums(std::array{input}, m).backward)) {
    fill_normal(x_.span(), 0);
    fill_normal(weights_.span(), 1);
    for (const ParameterSpec& spec : layer.parameters(std::array{input})) {
      is_trained_.push_back(spec.is_trained);
      shapes_.push_back(spec.shape);
      theta_.emplace_back(spec.shape.size());
      dtheta_.emplace_back(spec.shape.size());
      fill_normal(theta_.back().span(), 1 + theta_.size(),
                  1 / std::sqrt(static_cast<double>(std::max<Size>(spec.fan_in, 1))));
      dtheta_.back().fill(0);
    }
  }
  LayerRun(const Layer<T>& layer, const Shape& input, Size m) : LayerRun(layer, input, m, m) {}

  /// Puts whole numbers from 0 to below `end` in the place of x.
  void use_integers(Size end) {
    for (T& number : x_.span()) number = std::floor(std::abs(number) * 1000);
    for (T& number : x_.span()) number = std::fmod(number, static_cast<T>(end));
  }

  void forward() {
    const std::array inputs{View<const T>(x_.view(input_))};
    const auto theta = theta_views();
    layer_->prepare({.inputs = std::array{input_.sample()},
                     .theta = theta,
                     .for_dinputs = true,
                     .prepared = prepared_.span()});
    if (!sums_.empty()) {
      layer_->forward_sums(
          {.input = inputs[0], .theta = theta, .context = context(), .sums = sums_});
    }
    layer_->forward({.inputs = inputs,
                     .output = a_.view(output_),
                     .theta = theta,
                     .prepared = prepared_.span(),
                     .record = record_.span(),
                     .scratch = scratch_.span(),
                     .context = context(),
                     .sums = sums_});
  }

  void backward(bool wants_dx = true, bool wants_dtheta = true) {
    const std::array inputs{View<const T>(x_.view(input_))};
    const std::array dinputs{wants_dx ? dx_.view(input_) : View<T>()};
    const auto theta = theta_views();
    std::vector<View<T>> dtheta;
    for (std::size_t p = 0; p < dtheta_.size(); ++p) {
      dtheta.push_back(is_trained_[p] ? dtheta_[p].view(shapes_[p]) : View<T>());
    }
    std::ranges::copy(weights_.span(), da_.span().begin());
    if (!dsums_.empty()) {
      layer_->backward_sums({.input = inputs[0],
                             .output = a_.view(output_),
                             .doutput = da_.view(output_),
                             .theta = theta,
                             .context = context(),
                             .sums = dsums_});
    }
    layer_->backward(
        {.inputs = inputs,
         .output = a_.view(output_),
         .doutput = da_.view(output_),
         .dinputs = dinputs,
         .theta = theta,
         .prepared = prepared_.span(),
         .dtheta = wants_dtheta ? std::span<const View<T>>(dtheta) : std::span<const View<T>>(),
         .record = record_.span(),
         .scratch = scratch_.span(),
         .context = context(),
         .sums = sums_,
         .dsums = dsums_});
  }

  /// forward, then L.
  double loss() {
    forward();
    double sum = 0;
    for (std::size_t i = 0; i < a_.span().size(); ++i) {
      sum += static_cast<double>(weights_.span()[i]) * static_cast<double>(a_.span()[i]);
    }
    return sum;
  }

  /// What should be overwritten gets this number first.
  void spoil(T number) {
    for (auto* buffer : {&dx_, &a_, &prepared_, &record_, &scratch_}) buffer->fill(number);
  }

  /// Every number that both passes gave: output, dx, each dθ.
  std::vector<T> results() {
    std::vector<T> all = copy_of(a_.span());
    const auto append = [&](std::span<T> more) { all.insert(all.end(), more.begin(), more.end()); };
    append(dx_.span());
    for (auto& dtheta : dtheta_) append(dtheta.span());
    return all;
  }

  bool fences_are_intact() const {
    const auto intact = [](const FencedBuffer<T>& buffer) { return buffer.is_intact(); };
    return std::ranges::all_of(dtheta_, intact) && std::ranges::all_of(theta_, intact) &&
           intact(x_) && intact(dx_) && intact(a_) && intact(da_) && intact(prepared_) &&
           intact(record_) && intact(scratch_);
  }

  std::span<T> x() { return x_.span(); }
  std::span<T> dx() { return dx_.span(); }
  std::span<T> output() { return a_.span(); }
  std::span<T> weights() { return weights_.span(); }
  std::size_t parameters() const { return theta_.size(); }
  std::span<T> theta(std::size_t p) { return theta_[p].span(); }
  std::span<T> dtheta(std::size_t p) { return dtheta_[p].span(); }
  const Shape& input_shape() const { return input_; }    ///< {m, ...}
  const Shape& output_shape() const { return output_; }  ///< {m, ...}

 private:
  PassContext context() const { return {.is_training = true, .seed = 7, .batch = input_[0]}; }

  std::vector<View<const T>> theta_views() {
    std::vector<View<const T>> views;
    for (std::size_t p = 0; p < theta_.size(); ++p) views.push_back(theta_[p].view(shapes_[p]));
    return views;
  }

  const Layer<T>* layer_;
  Shape input_;
  Shape output_;
  FencedBuffer<T> x_, dx_, a_, da_, weights_, prepared_, record_, scratch_;
  std::vector<double> sums_, dsums_;
  std::vector<bool> is_trained_;
  std::vector<Shape> shapes_;
  std::vector<FencedBuffer<T>> theta_, dtheta_;
};

}  // namespace dtheta
