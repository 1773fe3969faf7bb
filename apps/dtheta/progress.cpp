#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "text.hpp"

namespace dtheta::cli {
namespace {

constexpr std::chrono::milliseconds between_lines{100};

std::string epoch_label(Size epoch, Size epochs) {
  const std::string last = std::to_string(epochs);
  return fmt::format("epoch {:>{}}/{}", epoch, last.size(), last);
}

/// "[=====>    ]", 20 characters inside.
std::string bar(double share) {
  constexpr Size length = 20;
  const Size full = std::clamp(static_cast<Size>(share * length), Size{0}, length);
  std::string inside(static_cast<std::size_t>(full), '=');
  if (full < length) inside += '>';
  return fmt::format("[{:<{}}]", inside, length);
}

std::string rate_text(const EpochReport& report) {
  const double rate = report.samples_per_second();
  return std::isfinite(rate) ? grouped(std::llround(rate)) + " samples/s" : "";
}

/// A part of a line; of those that do not fit, the highest rank leaves first.
struct Part {
  std::string text;
  int rank;
};

/// The rank of what is never left out.
constexpr int always = 0;

std::string joined(const std::vector<Part>& parts) {
  std::string line;
  for (const Part& part : parts) {
    if (!part.text.empty()) line += (line.empty() ? "" : "  ") + part.text;
  }
  return line;
}

/// The parts that fit into `width` characters, and those that have to be there.
std::string fitted(std::vector<Part> parts, std::size_t width) {
  std::string line = joined(parts);
  while (line.size() > width) {
    const auto least = std::ranges::max_element(parts, {}, &Part::rank);
    if (least->rank == always) break;
    parts.erase(least);
    line = joined(parts);
  }
  return line;
}

}  // namespace

std::string progress_line(const ProgressState& state, int columns) {
  const auto width = static_cast<std::size_t>(std::max(columns, 2)) - 1;
  const EpochReport& report = state.so_far;
  const double share =
      static_cast<double>(report.samples) / static_cast<double>(state.samples_per_epoch);
  const std::string line =
      fitted({{epoch_label(report.epoch, state.epochs), always},
              {bar(share), 5},
              {fmt::format("{:3.0f} %", std::floor(100 * share)), 2},
              {fmt::format("loss {:.4f}", report.loss), 1},
              {state.is_classification ? "accuracy " + percent_text(report.accuracy) : "", 3},
              {rate_text(report), 4},
              {duration_text(state.seconds_left) + " left", 2}},
             width);
  return line.substr(0, width);
}

std::string epoch_line(const EpochFigures& figures, Size epochs, bool is_classification,
                       std::size_t columns) {
  const EpochReport& training = figures.training;
  std::vector<Part> parts{{epoch_label(training.epoch, epochs), always}};
  const auto add = [&](std::string_view name, double loss, double accuracy, std::string_view of) {
    const std::string number =
        is_classification ? fmt::format("{:.4f}", loss) : fmt::format("{:.6g}", loss);
    parts.push_back({fmt::format("{} {}", name, number), always});
    if (is_classification) {
      parts.push_back({fmt::format("{}{}", of, percent_text(accuracy)), always});
    }
  };
  add("loss", training.loss, training.accuracy, "accuracy ");
  if (const auto& found = figures.validation) add("validation", found->loss, found->accuracy, "");
  if (const auto& found = figures.test) add("test", found->loss, found->accuracy, "");
  parts.push_back({rate_text(training), 2});
  parts.push_back({duration_text(training.seconds), 1});
  return fitted(std::move(parts), columns);
}

Progress::Progress(const Console& console, Size epochs, Size samples_per_epoch,
                   bool is_classification, Size samples_done)
    : console_(console),
      state_{.epochs = epochs,
             .samples_per_epoch = samples_per_epoch,
             .is_classification = is_classification,
             .so_far = {},
             .seconds_left = 0},
      done_before_(samples_done) {}

Progress::~Progress() { clear_line(); }

void Progress::step(const EpochReport& so_far) {
  if (!console_.is_live) return;
  const Clock::time_point now = Clock::now();
  if (now - drawn_ < between_lines) return;
  drawn_ = now;
  state_.so_far = so_far;
  const Size done = (so_far.epoch - 1) * state_.samples_per_epoch + so_far.samples;
  const Size all = state_.epochs * state_.samples_per_epoch;
  state_.seconds_left = std::chrono::duration<double>(now - start_).count() *
                        static_cast<double>(all - done) / static_cast<double>(done - done_before_);
  console_.err << "\r" << progress_line(state_, console_.columns()) << "\x1b[K" << std::flush;
  is_line_drawn_ = true;
}

void Progress::epoch(const EpochFigures& figures) {
  clear_line();
  const std::size_t columns = console_.is_live ? static_cast<std::size_t>(console_.columns())
                                               : std::numeric_limits<std::size_t>::max();
  console_.err << epoch_line(figures, state_.epochs, state_.is_classification, columns)
               << std::endl;
}

void Progress::note(std::string_view message) {
  clear_line();
  console_.note(message);
}

void Progress::clear_line() {
  if (is_line_drawn_) console_.err << "\r\x1b[K" << std::flush;
  is_line_drawn_ = false;
}

}  // namespace dtheta::cli
