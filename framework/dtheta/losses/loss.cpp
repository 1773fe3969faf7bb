#include "dtheta/losses/loss.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/binary_crossentropy.hpp"
#include "dtheta/losses/categorical_crossentropy.hpp"
#include "dtheta/losses/mean_squared_error.hpp"

namespace dtheta {

std::vector<std::string_view> loss_names() {
  return {"binary_crossentropy", "categorical_crossentropy", "mean_squared_error"};
}

template <std::floating_point T>
std::unique_ptr<Loss<T>> make_loss(std::string_view name) {
  if (name == "binary_crossentropy") return std::make_unique<BinaryCrossentropy<T>>();
  if (name == "categorical_crossentropy") return std::make_unique<CategoricalCrossentropy<T>>();
  if (name == "mean_squared_error") return std::make_unique<MeanSquaredError<T>>();
  throw UsageError(
      fmt::format("unknown loss '{}'; wanted one of {}", name, fmt::join(loss_names(), ", ")));
}

template std::unique_ptr<Loss<float>> make_loss(std::string_view);
template std::unique_ptr<Loss<double>> make_loss(std::string_view);

}  // namespace dtheta
