#include "training_run.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "text.hpp"

namespace dtheta::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// One training while it runs.
template <std::floating_point T>
class Run {
 public:
  Run(Trainer<T>& trainer, const TrainingData& data, const Watch& watch, Workers& workers,
      const Console& console)
      : trainer_(trainer),
        data_(data),
        watch_(watch),
        workers_(workers),
        progress_(console, trainer.recipe().epochs, static_cast<Size>(data.samples.size()),
                  data.train.is_classification(),
                  state().epoch * static_cast<Size>(data.samples.size()) + state().cursor) {
    if (!watch.metrics.file.empty()) {
      metrics_.emplace(watch.metrics, trainer, data.train.is_classification());
    }
  }

  Outcome to_the_end() {
    Outcome outcome;
    if (trainer_.is_done()) outcome.last = take_figures();
    while (!is_ended()) {
      run_epoch();
      outcome.last = take_figures();
      outcome.seconds += outcome.last.training.seconds;
      outcome.samples += outcome.last.training.samples;
      progress_.epoch(outcome.last);
      if (metrics_ && state().cursor == 0) metrics_->epoch(outcome.last);
      after_step();
    }
    if (data_.test && trainer_.recipe().keep_best) {
      outcome.last.test = evaluate(trainer_.result(), *data_.test, workers_);
    }
    tell_why_it_ended();
    return outcome;
  }

 private:
  const TrainingState<T>& state() const { return trainer_.state(); }

  bool is_time_over() const {
    return watch_.time_limit && std::chrono::duration<double>(Clock::now() - start_).count() >=
                                    static_cast<double>(watch_.time_limit->count);
  }
  bool is_ended() const { return is_stopped_ || trainer_.is_done(); }

  /// To the end of the epoch, or of the time.
  void run_epoch() {
    do {
      if (metrics_) metrics_->before_step();
      const StepReport step = trainer_.step();
      if (metrics_) metrics_->after_step(step);
      is_stopped_ = is_time_over();
      progress_.step(trainer_.report());
      if (state().cursor != 0 && !is_stopped_) after_step();
    } while (state().cursor != 0 && !is_stopped_);
  }

  void after_step() {
    const std::string note = watch_.after_step ? watch_.after_step(is_ended()) : "";
    if (!note.empty()) progress_.note(note);
  }

  /// The trainer's epoch, and what the validation and test samples say after it. Decides whether
  /// the training goes on.
  EpochFigures take_figures() {
    const Model<T> model = trainer_.averaged_model();
    EpochFigures figures{
        .training = trainer_.report(), .validation = data_.validate(model, workers_), .test = {}};
    if (state().cursor == 0) note(figures);
    const bool is_last = is_ended() && !trainer_.recipe().keep_best;
    if (data_.test && (watch_.tests_each_epoch || is_last)) {
      figures.test = evaluate(model, *data_.test, workers_);
    }
    return figures;
  }

  void note(const EpochFigures& figures) {
    if (figures.validation) {
      trainer_.note_epoch(figures.validation->loss, figures.validation->accuracy);
    } else if (trainer_.needs_notes()) {
      trainer_.note_epoch(figures.training.loss, figures.training.accuracy);
    }
  }

  void tell_why_it_ended() {
    const Recipe& recipe = trainer_.recipe();
    if (is_stopped_) {
      progress_.note(fmt::format("--time-limit {}: ended after step {}, in epoch {} of {}",
                                 interval_text(*watch_.time_limit), grouped(state().step),
                                 trainer_.report().epoch, recipe.epochs));
    } else if (trainer_.is_target_reached()) {
      progress_.note(fmt::format("--target {}: reached after epoch {}", target_text(*recipe.target),
                                 state().epoch));
    } else if (state().epoch < recipe.epochs) {
      progress_.note(fmt::format("--early-stopping {}: the loss has not been lower since epoch {}",
                                 recipe.early_stopping, state().best->epoch));
    }
  }

  Trainer<T>& trainer_;
  const TrainingData& data_;
  const Watch& watch_;
  Workers& workers_;
  std::optional<MetricsRecorder<T>> metrics_;
  Progress progress_;
  const Clock::time_point start_ = Clock::now();
  bool is_stopped_ = false;  // by the time limit
};

}  // namespace

template <std::floating_point T>
Outcome run_training(Trainer<T>& trainer, const TrainingData& data, const Watch& watch,
                     Workers& workers, const Console& console) {
  return Run<T>(trainer, data, watch, workers, console).to_the_end();
}

template Outcome run_training(Trainer<float>&, const TrainingData&, const Watch&, Workers&,
                              const Console&);
template Outcome run_training(Trainer<double>&, const TrainingData&, const Watch&, Workers&,
                              const Console&);

}  // namespace dtheta::cli
