#include "rate_plot.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "svg.hpp"

namespace dtheta::cli {
namespace {

// Pixels.
constexpr double left = 70;
constexpr double top = 60;
constexpr double width = 700;
constexpr double height = 360;
constexpr double bottom = top + height;

class RatePlot {
 public:
  explicit RatePlot(const RateRangeTest& test)
      : test_(test),
        first_(std::log10(test.trials.front().learning_rate)),
        last_(std::log10(test.trials.back().learning_rate)) {
    const auto by_mean =
        std::ranges::minmax_element(test.trials, {}, [](const auto& t) { return t.smoothed; });
    const double range = by_mean.max->smoothed - by_mean.min->smoothed;
    const double margin = range > 0 ? range / 10 : 1;
    lowest_ = by_mean.min->smoothed - margin;
    highest_ = by_mean.max->smoothed + margin;
  }

  std::string draw(const std::string& title) const {
    std::string svg = svg_begin(left + width + 30, bottom + 60);
    svg += svg_text(left, 24, title);
    svg += svg_text(left, 44, "dots: loss of a batch; line: running mean; dashed: the suggestion");
    return svg + axes() + dots() + mean_line() + suggestion() + "</svg>\n";
  }

 private:
  double x_of(double rate) const {
    return left + width * (std::log10(rate) - first_) / (last_ - first_);
  }
  double y_of(double loss) const {
    return bottom - height * (std::clamp(loss, lowest_, highest_) - lowest_) / (highest_ - lowest_);
  }

  /// Ticks at the powers of ten, and five for the loss.
  std::string axes() const {
    std::string svg =
        svg_line(left, bottom, left + width, bottom) + svg_line(left, top, left, bottom);
    for (double power = std::ceil(first_ - 1e-9); power <= last_ + 1e-9; ++power) {
      const double x = x_of(std::pow(10, power));
      svg += svg_line(x, bottom, x, bottom + 5);
      svg += svg_text(x, bottom + 20, fmt::format("1e{:.0f}", power), "middle");
    }
    for (int tick = 0; tick <= 4; ++tick) {
      const double loss = lowest_ + (highest_ - lowest_) * tick / 4;
      svg += svg_line(left - 5, y_of(loss), left, y_of(loss));
      svg += svg_text(left - 8, y_of(loss) + 4, fmt::format("{:.3g}", loss), "end");
    }
    return svg + svg_text(left + width, bottom + 44, "learning rate", "end");
  }

  std::string dots() const {
    std::string svg;
    for (const RateTrial& trial : test_.trials) {
      svg += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\" fill=\"#a0aec0\"><title>rate {:.3g}: "
          "loss {:.4g}</title></circle>\n",
          x_of(trial.learning_rate), y_of(trial.loss), trial.learning_rate, trial.loss);
    }
    return svg;
  }

  std::string mean_line() const {
    std::string points;
    for (const RateTrial& trial : test_.trials) {
      points += fmt::format("{:.1f},{:.1f} ", x_of(trial.learning_rate), y_of(trial.smoothed));
    }
    return fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#2b6cb0\" stroke-width=\"2\"/>\n", points);
  }

  std::string suggestion() const {
    const auto rate = test_.suggestion();
    if (!rate || std::log10(*rate) < first_) return "";
    const double x = x_of(*rate);
    return svg_line(x, top, x, bottom, "#2f855a", "6 4") +
           svg_text(x + 6, top + 14, fmt::format("{:.2g}", *rate));
  }

  const RateRangeTest& test_;
  double first_;  // log10 of the rates
  double last_;
  double lowest_;  // of the losses that are shown
  double highest_;
};

}  // namespace

std::string rate_plot_svg(const RateRangeTest& test, const std::string& title) {
  return RatePlot(test).draw(title);
}

}  // namespace dtheta::cli
