#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
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

std::string figures_text(double loss, double accuracy, bool is_classification) {
  return is_classification ? fmt::format("loss {:.4f}  accuracy {}", loss, percent_text(accuracy))
                           : fmt::format("loss {:.6g}", loss);
}

/// A part of the live line; of those that do not fit, the highest rank leaves first.
struct Part {
  std::string text;
  int rank;
};

std::string joined(const std::vector<Part>& parts) {
  std::string line;
  for (const Part& part : parts) {
    if (!part.text.empty()) line += (line.empty() ? "" : "  ") + part.text;
  }
  return line;
}

}  // namespace

std::string progress_line(const ProgressState& state, int columns) {
  const auto width = static_cast<std::size_t>(std::max(columns, 2)) - 1;
  const EpochReport& report = state.so_far;
  const double share =
      static_cast<double>(report.samples) / static_cast<double>(state.samples_per_epoch);
  std::vector<Part> parts{
      {epoch_label(report.epoch, state.epochs), 0},
      {bar(share), 5},
      {fmt::format("{:3.0f} %", std::floor(100 * share)), 2},
      {fmt::format("loss {:.4f}", report.loss), 1},
      {state.is_classification ? "accuracy " + percent_text(report.accuracy) : "", 3},
      {rate_text(report), 4},
      {duration_text(state.seconds_left) + " left", 2}};
  std::string line = joined(parts);
  while (line.size() > width && parts.size() > 1) {
    parts.erase(std::ranges::max_element(parts, {}, &Part::rank));
    line = joined(parts);
  }
  return line.substr(0, width);
}

std::string epoch_line(const EpochFigures& figures, Size epochs, bool is_classification) {
  const EpochReport& training = figures.training;
  std::string line = epoch_label(training.epoch, epochs) + "  " +
                     figures_text(training.loss, training.accuracy, is_classification);
  const auto add = [&](std::string_view name, const std::optional<Evaluation>& evaluation) {
    if (!evaluation) return;
    line += fmt::format("  {} {}", name,
                        figures_text(evaluation->loss, evaluation->accuracy, is_classification));
  };
  add("validation", figures.validation);
  add("test", figures.test);
  return fmt::format("{}  {}  {}", line, rate_text(training), duration_text(training.seconds));
}

Progress::Progress(const Console& console, Size epochs, Size samples_per_epoch,
                   bool is_classification)
    : console_(console),
      state_{.epochs = epochs,
             .samples_per_epoch = samples_per_epoch,
             .is_classification = is_classification,
             .so_far = {},
             .seconds_left = 0} {}

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
                        static_cast<double>(all - done) / static_cast<double>(done);
  console_.err << "\r" << progress_line(state_, console_.columns()) << "\x1b[K" << std::flush;
  is_line_drawn_ = true;
}

void Progress::epoch(const EpochFigures& figures) {
  clear_line();
  console_.err << epoch_line(figures, state_.epochs, state_.is_classification) << std::endl;
}

void Progress::clear_line() {
  if (is_line_drawn_) console_.err << "\r\x1b[K" << std::flush;
  is_line_drawn_ = false;
}

}  // namespace dtheta::cli
