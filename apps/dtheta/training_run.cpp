#include "training_run.hpp"

#include <optional>

#include "metrics_file.hpp"

namespace dtheta::cli {

template <std::floating_point T>
Outcome run_training(Trainer<T>& trainer, const TrainingData& data, const Watch& watch,
                     Workers& workers, const Console& console) {
  const bool is_classification = data.train.is_classification();
  const Size epochs = trainer.recipe().epochs;
  std::optional<MetricsFile> metrics;
  if (!watch.metrics.empty()) metrics.emplace(watch.metrics);
  Progress progress(console, epochs, static_cast<Size>(data.samples.size()), is_classification);
  const Callbacks callbacks{.step = [&](const EpochReport& so_far) { progress.step(so_far); },
                            .epoch = {}};
  Outcome outcome;
  for (Size epoch = 1; epoch <= epochs; ++epoch) {
    EpochFigures& figures = outcome.last;
    figures.training = trainer.epoch(callbacks);
    figures.validation = data.validate(trainer.model(), workers);
    if (data.test && (watch.tests_each_epoch || epoch == epochs)) {
      figures.test = evaluate(trainer.model(), *data.test, workers);
    }
    progress.epoch(figures);
    if (metrics) metrics->write(figures_json(figures, is_classification));
    outcome.seconds += figures.training.seconds;
    outcome.samples += figures.training.samples;
  }
  return outcome;
}

template Outcome run_training(Trainer<float>&, const TrainingData&, const Watch&, Workers&,
                              const Console&);
template Outcome run_training(Trainer<double>&, const TrainingData&, const Watch&, Workers&,
                              const Console&);

}  // namespace dtheta::cli
