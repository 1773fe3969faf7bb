#include "dtheta/optimizers/optimizer.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/optimizers/adam.hpp"
#include "dtheta/optimizers/momentum.hpp"
#include "dtheta/optimizers/sgd.hpp"

namespace dtheta {
namespace {

[[noreturn]] void refuse(std::string_view name) {
  throw UsageError(fmt::format("unknown optimizer '{}'; wanted one of {}", name,
                               fmt::join(optimizer_names(), ", ")));
}

}  // namespace

std::vector<std::string_view> optimizer_names() {
  return {"sgd", "momentum", "nesterov", "adam", "adamw"};
}

template <std::floating_point T>
std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options) {
  if (options.name == "sgd") return std::make_unique<Sgd<T>>();
  if (options.name == "momentum" || options.name == "nesterov") {
    return std::make_unique<Momentum<T>>(options);
  }
  if (options.name == "adam" || options.name == "adamw") return std::make_unique<Adam<T>>(options);
  refuse(options.name);
}

double default_learning_rate(std::string_view optimizer) {
  if (optimizer == "sgd") return 0.1;
  // A gradient moves θ by η/(1 − μ) of it in all: at the usual μ = 0.9 as far as with sgd.
  if (optimizer == "momentum" || optimizer == "nesterov") return 0.01;
  if (optimizer == "adam" || optimizer == "adamw") return 1e-3;
  refuse(optimizer);
}

double default_weight_decay(std::string_view optimizer) {
  const auto names = optimizer_names();
  if (std::ranges::find(names, optimizer) == names.end()) refuse(optimizer);
  return optimizer == "adamw" ? 0.01 : 0;
}

template std::unique_ptr<Optimizer<float>> make_optimizer(const OptimizerOptions&);
template std::unique_ptr<Optimizer<double>> make_optimizer(const OptimizerOptions&);

}  // namespace dtheta
