#include "timeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "svg.hpp"

namespace dtheta::cli {
namespace {

// Pixels.
constexpr double left = 80;  // where time begins
constexpr double width = 1200;
constexpr double top = 70;  // where the first thread's row begins
constexpr double row = 54;
constexpr double bar = 26;    // a shard's
constexpr double strip = 12;  // a layer's, under it

/// How an activity is drawn.
struct Look {
  Activity activity;
  std::string_view name;
  std::string_view item;  // what the number of its item counts
  std::string_view colour;
};

constexpr std::array<Look, 6> looks{{{Activity::prepare, "prepare theta", "part", "#b794f4"},
                                     {Activity::gather, "gather", "shard", "#6b46c1"},
                                     {Activity::forward, "forward", "shard", "#63b3ed"},
                                     {Activity::loss, "loss", "shard", "#f6ad55"},
                                     {Activity::backward, "backward", "shard", "#2b6cb0"},
                                     {Activity::update, "reduce + update", "block", "#2f855a"}}};
constexpr std::array<std::string_view, 2> layer_colours{"#cbd5e0", "#a0aec0"};  // in turn

std::string line_at(double x, double y1, double y2, std::string_view colour) {
  return svg_line(x, y1, x, y2, colour);
}

/// The picture of a stretch of time.
class Timeline {
 public:
  Timeline(const StepLog& log, const std::vector<std::string>& layers, Size steps)
      : log_(log),
        layers_(layers),
        first_(log.begins.size() - static_cast<std::size_t>(std::min(steps, log.steps()))),
        start_(log.begins[first_]),
        milliseconds_(since_start(log.end)) {}

  std::string draw(const std::string& title) const {
    const double bottom = top + row * static_cast<double>(log_.threads.size());
    std::string svg = svg_begin(left + width + 30, bottom + 50);
    svg += svg_text(left, 24, title) + legend();
    for (std::size_t thread = 0; thread < log_.threads.size(); ++thread) svg += thread_row(thread);
    for (std::size_t step = first_; step < log_.begins.size(); ++step) {
      svg += line_at(x_of(log_.begins[step]), top - 8, bottom, "black");
    }
    return svg + line_at(x_of(log_.end), top - 8, bottom, "black") + axis(bottom) + "</svg>\n";
  }

 private:
  double since_start(Interval::Clock::time_point time) const {
    return std::chrono::duration<double, std::milli>(time - start_).count();
  }
  double x_of(Interval::Clock::time_point time) const {
    return left + width * since_start(time) / milliseconds_;
  }

  static std::string legend() {
    std::string svg;
    double x = left;
    for (const Look& look : looks) {
      svg += fmt::format("<rect x=\"{:.0f}\" y=\"36\" width=\"14\" height=\"14\" fill=\"{}\"/>\n",
                         x, look.colour);
      svg += svg_text(x + 19, 48, look.name);
      x += 50 + 8 * static_cast<double>(look.name.size());
    }
    return svg + svg_text(x, 48, "grey: layers; blank: waiting; black lines: steps");
  }

  std::string rectangle(const Interval& interval, double y, double height, std::string_view colour,
                        std::string_view what) const {
    const double x = x_of(interval.begin);
    return fmt::format(
        "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.0f}\" fill=\"{}\">"
        "<title>{}: {:.3f} ms</title></rect>\n",
        x, y, std::max(0.2, x_of(interval.end) - x), height, colour, svg_escaped(what),
        1000 * interval.seconds());
  }

  std::string thread_row(std::size_t thread) const {
    const double y = top + row * static_cast<double>(thread);
    std::string svg = svg_text(left - 10, y + 18, fmt::format("thread {}", thread), "end");
    for (const Interval& interval : log_.threads[thread].intervals) {
      if (interval.begin >= start_) svg += draw_interval(interval, y);
    }
    return svg;
  }

  std::string draw_interval(const Interval& interval, double y) const {
    const auto look = std::ranges::find(looks, interval.activity, &Look::activity);
    if (look != looks.end()) {
      return rectangle(interval, y, bar, look->colour,
                       fmt::format("{}, {} {}", look->name, look->item, interval.item));
    }
    const auto node = static_cast<std::size_t>(interval.item);
    const std::string_view pass = interval.activity == Activity::layer_forward    ? " forward"
                                  : interval.activity == Activity::layer_backward ? " backward"
                                                                                  : " dtheta";
    return rectangle(interval, y + bar, strip, layer_colours[node % layer_colours.size()],
                     layers_[node] + std::string(pass));
  }

  /// Ticks at 1, 2 or 5 times a power of ten milliseconds: five to twelve of them.
  std::string axis(double y) const {
    const double power = std::pow(10, std::floor(std::log10(milliseconds_ / 5)));
    const double rest = milliseconds_ / 5 / power;
    const double step = power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
    std::string svg;
    for (Size tick = 0; static_cast<double>(tick) * step <= milliseconds_; ++tick) {
      const double time = static_cast<double>(tick) * step;
      const double x = left + width * time / milliseconds_;
      svg +=
          line_at(x, y, y + 5, "black") + svg_text(x, y + 20, fmt::format("{:g}", time), "middle");
    }
    return svg + svg_text(left + width, y + 40, "milliseconds", "end");
  }

  const StepLog& log_;
  const std::vector<std::string>& layers_;
  std::size_t first_;  // of the steps
  Interval::Clock::time_point start_;
  double milliseconds_;
};

}  // namespace

std::string timeline_svg(const StepLog& log, const std::vector<std::string>& layers,
                         const std::string& title, Size steps) {
  return Timeline(log, layers, steps).draw(title);
}

}  // namespace dtheta::cli
