#include "dtheta/training/divergence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dtheta {
namespace {

template <std::floating_point T>
bool are_finite(std::span<const T> numbers) {
  return std::ranges::all_of(numbers, [](T number) { return std::isfinite(number); });
}

}  // namespace

std::string_view not_finite_text(double number) {
  return std::isnan(number) ? "not a number" : "infinite";
}

template <std::floating_point T>
std::optional<std::string> first_bad_parameter(const Network<T>& network,
                                               std::span<const T> theta) {
  std::optional<std::string> first;
  int others = 0;
  for (std::size_t p = 0; p < network.parameters().size(); ++p) {
    if (are_finite(network.parameter(theta, p).span())) continue;
    if (first) {
      ++others;
    } else {
      first = network.parameters()[p].name;
    }
  }
  if (others > 0)
    *first += fmt::format(" (and {} other parameter{})", others, others > 1 ? "s" : "");
  return first;
}

template <std::floating_point T>
std::optional<std::size_t> first_bad_output(const Network<T>& network, Workspace<T>& workspace,
                                            Size m) {
  if (!are_finite<T>(workspace.x(m).span())) return 0;
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    if (!are_finite<T>(network.output(i, workspace, m).span())) return i + 1;
  }
  return std::nullopt;
}

template std::optional<std::string> first_bad_parameter(const Network<float>&,
                                                        std::span<const float>);
template std::optional<std::string> first_bad_parameter(const Network<double>&,
                                                        std::span<const double>);
template std::optional<std::size_t> first_bad_output(const Network<float>&, Workspace<float>&,
                                                     Size);
template std::optional<std::size_t> first_bad_output(const Network<double>&, Workspace<double>&,
                                                     Size);

}  // namespace dtheta
