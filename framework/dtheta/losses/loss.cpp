#include "dtheta/losses/loss.hpp"

#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/binary_crossentropy.hpp"
#include "dtheta/losses/categorical_crossentropy.hpp"
#include "dtheta/losses/hinge.hpp"
#include "dtheta/losses/huber.hpp"
#include "dtheta/losses/mean_squared_error.hpp"

namespace dtheta {
namespace {

/// δ of "huber" or "huber 0.5"; none: it is neither.
std::optional<double> huber_distance(std::string_view name) {
  constexpr std::string_view word = "huber";
  if (name == word) return 1.0;
  if (!name.starts_with(word) || name.size() < word.size() + 2 || name[word.size()] != ' ') {
    return std::nullopt;
  }
  name.remove_prefix(word.size() + 1);
  double delta = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), delta);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return delta;
}

}  // namespace

std::vector<std::string_view> loss_names() {
  return {"binary_crossentropy", "categorical_crossentropy", "mean_squared_error", "huber",
          "hinge"};
}

template <std::floating_point T>
std::unique_ptr<Loss<T>> make_loss(std::string_view name) {
  if (name == "binary_crossentropy") return std::make_unique<BinaryCrossentropy<T>>();
  if (name == "categorical_crossentropy") return std::make_unique<CategoricalCrossentropy<T>>();
  if (name == "mean_squared_error") return std::make_unique<MeanSquaredError<T>>();
  if (name == "hinge") return std::make_unique<Hinge<T>>();
  if (const auto delta = huber_distance(name)) return std::make_unique<Huber<T>>(*delta);
  throw UsageError(
      fmt::format("unknown loss '{}'; wanted one of {}", name, fmt::join(loss_names(), ", ")));
}

template std::unique_ptr<Loss<float>> make_loss(std::string_view);
template std::unique_ptr<Loss<double>> make_loss(std::string_view);

}  // namespace dtheta
