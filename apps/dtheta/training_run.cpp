#include "training_run.hpp"

#include <optional>

#include "metrics_file.hpp"

namespace dtheta::cli {

namespace {

/// The trainer's last epoch, and what the validation and test samples say after it.
template <std::floating_point T>
EpochFigures take_figures(Trainer<T>& trainer, const TrainingData& data, bool tests,
                          Workers& workers) {
  EpochFigures figures{.training = trainer.report(),
                       .validation = data.validate(trainer.model(), workers),
                       .test = {}};
  if (const auto& found = figures.validation) {
    trainer.note_validation(found->loss, found->accuracy);
  }
  if (data.test && tests) figures.test = evaluate(trainer.model(), *data.test, workers);
  return figures;
}

}  // namespace

template <std::floating_point T>
Outcome run_training(Trainer<T>& trainer, const TrainingData& data, const Watch& watch,
                     Workers& workers, const Console& console) {
  const bool is_classification = data.train.is_classification();
  const Size epochs = trainer.recipe().epochs;
  const auto samples = static_cast<Size>(data.samples.size());
  const TrainingState<T>& state = trainer.state();
  std::optional<MetricsFile> metrics;
  if (!watch.metrics.empty()) metrics.emplace(watch.metrics, state.epoch);
  Progress progress(console, epochs, samples, is_classification,
                    state.epoch * samples + state.cursor);
  const auto after_step = [&] {
    const std::string note = watch.after_step ? watch.after_step() : "";
    if (!note.empty()) progress.note(note);
  };
  const Callbacks callbacks{.step =
                                [&](const EpochReport& so_far) {
                                  progress.step(so_far);
                                  if (state.cursor != 0) after_step();
                                },
                            .epoch = {}};
  Outcome outcome;
  if (state.epoch == epochs) outcome.last = take_figures(trainer, data, true, workers);
  while (state.epoch < epochs) {
    trainer.epoch(callbacks);
    const bool tests = watch.tests_each_epoch || state.epoch == epochs;
    outcome.last = take_figures(trainer, data, tests, workers);
    progress.epoch(outcome.last);
    if (metrics) metrics->write(figures_json(outcome.last, is_classification));
    outcome.seconds += outcome.last.training.seconds;
    outcome.samples += outcome.last.training.samples;
    after_step();
  }
  return outcome;
}

template Outcome run_training(Trainer<float>&, const TrainingData&, const Watch&, Workers&,
                              const Console&);
template Outcome run_training(Trainer<double>&, const TrainingData&, const Watch&, Workers&,
                              const Console&);

}  // namespace dtheta::cli
