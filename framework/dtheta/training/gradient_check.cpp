#include "dtheta/training/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <variant>

#include "dtheta/core/random.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"
#include "dtheta/training/batch_gradient.hpp"

namespace dtheta {
namespace {

/// Streams of Purpose::input.
enum class Draw : std::uint64_t { inputs, targets, places };

Philox stream(std::uint64_t seed, Draw draw, std::uint64_t index) {
  return {seed, Purpose::input, static_cast<std::uint64_t>(draw), index};
}

/// Normal numbers; whole ones where an embedding looks them up.
void draw_inputs(const NetworkSpec& spec, std::uint64_t seed, std::span<double> x) {
  const auto* const table = std::get_if<EmbeddingOptions>(&spec.layers.front().layer);
  Philox random = stream(seed, Draw::inputs, 0);
  for (double& number : x) {
    number =
        table == nullptr ? random.normal() : static_cast<double>(random.below(table->vocabulary));
  }
}

/// Targets {m, k} as the activation of the loss's predictions asks for.
void draw_targets(std::string_view activation, std::uint64_t seed, View<double> y) {
  const Size outputs = y.dim(1);
  for (Size n = 0; n < y.dim(0); ++n) {
    Philox random = stream(seed, Draw::targets, static_cast<std::uint64_t>(n));
    const std::span<double> row = y.rows(n, 1).span();
    if (activation == "softmax") {
      std::ranges::fill(row, 0.0);
      row[static_cast<std::size_t>(random.below(outputs))] = 1;
      continue;
    }
    for (double& target : row) {
      target = activation == "sigmoid" ? static_cast<double>(random.below(2)) : random.normal();
    }
  }
}

/// Numbers, and what backward says of them.
struct Array {
  std::string name;
  std::span<double> numbers;
  std::span<const double> derivatives;
};

double largest_of(std::span<const double> numbers) {
  double largest = 0;
  for (const double number : numbers) {
    if (!(std::abs(number) <= largest)) largest = std::abs(number);
  }
  return largest;
}

/// One batch and the network that it runs through.
class Checker {
 public:
  Checker(const Model<double>& model, const Loss<double>& loss, const GradientCheckOptions& options)
      : options_(options),
        network_(model.network->spec(), /*wants_dx=*/true),
        theta_(model.theta),
        loss_(loss),
        prepared_(network_, WorkspaceMode::training),
        workspace_(network_, options.samples, WorkspaceMode::training),
        gradient_(network_, options.samples, 1, 1),
        dtheta_(network_.theta_size()),
        dx_(options.samples * network_.input_shape().size()) {
    draw_inputs(network_.spec(), options.seed, workspace_.x(options.samples).span());
    draw_targets(loss.activation(), options.seed, workspace_.y(options.samples));
  }

  std::vector<GradientCheck> run() {
    take_gradients();
    const double floor = std::max(largest_of(dtheta_.span()), largest_of(dx_.span())) / 1000;
    std::vector<GradientCheck> checks;
    checks.push_back(checked({.name = "input",
                              .numbers = workspace_.x(options_.samples).span(),
                              .derivatives = dx_.span()},
                             0, floor));
    for (std::size_t p = 0; p < network_.parameters().size(); ++p) {
      if (!network_.parameters()[p].is_trained) continue;
      const Array array{.name = network_.parameters()[p].name,
                        .numbers = network_.parameter(theta_.span(), p).span(),
                        .derivatives = network_.parameter(dtheta_.span(), p).span()};
      checks.push_back(checked(array, p + 1, floor));
    }
    return checks;
  }

 private:
  double forward() {
    prepared_.update(theta_.span());
    return loss_.value(network_.forward(prepared_, workspace_, options_.samples),
                       workspace_.y(options_.samples));
  }

  /// As a training has them: deposits and blocks, too.
  void take_gradients() {
    const Size m = options_.samples;
    prepared_.update(theta_.span());
    const View<const double> z = network_.forward(prepared_, workspace_, m);
    loss_.forward_backward(z, workspace_.y(m), workspace_.doutput(m));
    gradient_.clear(0);
    network_.backward(prepared_, workspace_, m, gradient_.part(0, 0));
    std::ranges::copy(workspace_.dx(m).span(), dx_.data());
    for (const Block& block : gradient_.blocks()) {
      std::ranges::copy(gradient_.reduce(block, 1, m, 0), dtheta_.data() + block.first);
    }
  }

  /// (L(number + h) − L(number − h)) / 2h.
  double difference(double& number, double h) {
    const double saved = number;
    number = saved + h;
    const double above = forward();
    number = saved - h;
    const double below = forward();
    number = saved;
    return (above - below) / (2 * h);
  }

  /// |difference − derivative| at the best of the steps.
  double error_at(double& number, double derivative, double bound) {
    double best = std::numeric_limits<double>::infinity();
    for (const double step : {1e-5, 1e-6, 1e-7}) {
      const double h = step * std::max(1.0, std::abs(number));
      const double error = std::abs(difference(number, h) - derivative);
      if (error < best) best = error;
      if (best <= bound) break;
    }
    return best;
  }

  GradientCheck checked(const Array& array, std::uint64_t index, double floor) {
    const auto size = static_cast<Size>(array.numbers.size());
    const Size count = options_.numbers == 0 ? size : std::min(size, options_.numbers);
    const double largest = largest_of(array.derivatives);
    const double scale = std::max(largest, floor);
    Philox random = stream(options_.seed, Draw::places, index);
    double worst = 0;
    for (Size i = 0; i < count; ++i) {  // one of each of `count` equal stretches
      const Size first = i * size / count;
      const Size end = (i + 1) * size / count;
      const auto at = static_cast<std::size_t>(first + random.below(end - first));
      const double error =
          error_at(array.numbers[at], array.derivatives[at], options_.tolerance * scale / 2);
      if (!(error <= worst)) worst = error;
    }
    return {.name = array.name,
            .size = size,
            .checked = count,
            .largest = largest,
            .error = worst == 0 ? 0 : worst / scale};
  }

  GradientCheckOptions options_;
  Network<double> network_;
  AlignedBuffer<double> theta_;
  const Loss<double>& loss_;
  PreparedTheta<double> prepared_;
  Workspace<double> workspace_;
  BatchGradient<double> gradient_;
  AlignedBuffer<double> dtheta_;
  AlignedBuffer<double> dx_;
};

}  // namespace

std::vector<GradientCheck> check_gradients(const Model<double>& model, const Loss<double>& loss,
                                           const GradientCheckOptions& options) {
  return Checker(model, loss, options).run();
}

}  // namespace dtheta
