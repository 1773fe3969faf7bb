/// TargetMetric: what ends a training once it is reached.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dtheta {

/// A bound for a figure of an epoch. A value.
struct TargetMetric {
  enum class Metric { accuracy, loss };

  Metric metric = Metric::accuracy;
  double value = 1;  ///< an accuracy of at least that, a share in [0, 1]; a loss of at most that

  /// NaN reaches nothing.
  bool is_reached(double loss, double accuracy) const;

  friend bool operator==(const TargetMetric&, const TargetMetric&) = default;
};

/// Reads "accuracy=0.99" or "loss=0.05". None for anything else.
std::optional<TargetMetric> parse_target(std::string_view text);
/// What parse_target reads back.
std::string target_text(const TargetMetric& target);

}  // namespace dtheta
