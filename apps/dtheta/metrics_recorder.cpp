#include "metrics_recorder.hpp"

#include <utility>

namespace dtheta::cli {

template <std::floating_point T>
MetricsRecorder<T>::MetricsRecorder(const MetricsChoice& choice, Trainer<T>& trainer,
                                    bool is_classification)
    : choice_(choice),
      trainer_(trainer),
      is_classification_(is_classification),
      file_(choice.file, trainer.state().epoch, trainer.state().step) {
  if (choice.has_statistics) statistics_.emplace(*trainer.model().network, trainer.blocks());
}

template <std::floating_point T>
void MetricsRecorder<T>::before_step() {
  if (!statistics_) return;
  const Size step = trainer_.state().step + 1;
  const bool ends_epoch = step % trainer_.steps_per_epoch() == 0;
  trainer_.set_statistics(ends_epoch || is_due(step) ? &*statistics_ : nullptr);
}

template <std::floating_point T>
void MetricsRecorder<T>::after_step(const StepReport& step) {
  const TrainingState<T>& state = trainer_.state();
  if (!is_due(state.step)) return;
  const Size epoch = (state.step - 1) / trainer_.steps_per_epoch() + 1;
  write(step_json(step, epoch, state.step, is_classification_));
}

template <std::floating_point T>
void MetricsRecorder<T>::epoch(const EpochFigures& figures) {
  write(figures_json(figures, is_classification_));
}

template <std::floating_point T>
void MetricsRecorder<T>::write(nlohmann::ordered_json line) {
  if (statistics_) {
    line["parameters"] =
        statistics_json(trainer_.model().network->parameters(), statistics_->figures());
  }
  file_.write(line);
}

template class MetricsRecorder<float>;
template class MetricsRecorder<double>;

}  // namespace dtheta::cli
