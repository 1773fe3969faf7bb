#include "dtheta/model/target_metric.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

namespace dtheta {
namespace {

constexpr std::string_view accuracy_is = "accuracy=";
constexpr std::string_view loss_is = "loss=";

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

bool TargetMetric::is_reached(double loss, double accuracy) const {
  return metric == Metric::accuracy ? accuracy >= value : loss <= value;
}

std::optional<TargetMetric> parse_target(std::string_view text) {
  const bool is_accuracy = text.starts_with(accuracy_is);
  if (!is_accuracy && !text.starts_with(loss_is)) return std::nullopt;
  const auto value = parse_number(text.substr(is_accuracy ? accuracy_is.size() : loss_is.size()));
  if (!value || (is_accuracy && (*value < 0 || *value > 1))) return std::nullopt;
  return TargetMetric{
      .metric = is_accuracy ? TargetMetric::Metric::accuracy : TargetMetric::Metric::loss,
      .value = *value};
}

std::string target_text(const TargetMetric& target) {
  return fmt::format("{}{}",
                     target.metric == TargetMetric::Metric::accuracy ? accuracy_is : loss_is,
                     target.value);
}

}  // namespace dtheta
