#include "checkpoints.hpp"

#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "same_training.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// "step 1,234, 7,680 samples into epoch 3" or "step 1,407, the end of epoch 3".
template <std::floating_point T>
std::string place(const TrainingState<T>& state) {
  if (state.cursor == 0) {
    return fmt::format("step {}, the end of epoch {}", grouped(state.step), state.epoch);
  }
  return fmt::format("step {}, {} samples into epoch {}", grouped(state.step),
                     grouped(state.cursor), state.epoch + 1);
}

}  // namespace

template <std::floating_point T>
void Checkpoints<T>::check_runtime(const nlohmann::ordered_json& before, bool names_kernels,
                                   const Console& console) const {
  const std::string then = before.value("kernels", std::string());
  const std::string now = terms_.provenance.value("kernels", std::string());
  if (names_kernels && then != now) {
    throw UsageError(fmt::format("--kernels {}: the training in {} has --kernels {}", now,
                                 folder_.path().string(), then));
  }
  const std::string differences = different_runtime(before, terms_.provenance);
  if (differences.empty()) return;
  if (options_.is_exact) {
    throw UsageError(fmt::format("--exact: the training in {} cannot go on with the same bits: {}",
                                 folder_.path().string(), differences));
  }
  console.warn(fmt::format("from here on the bits may be others than without the interruption: {}",
                           differences));
}

template <std::floating_point T>
void Checkpoints<T>::resume(Trainer<T>& trainer, bool names_kernels,
                            const std::optional<Sandbox>& sandbox, const Console& console) {
  auto checkpoint =
      folder_.load_newest<T>([&](const std::string& damage) { console.warn(damage); }, sandbox);
  if (!checkpoint) {
    console.note(fmt::format("there is no checkpoint in {}: training begins at the beginning",
                             folder_.path().string()));
    return;
  }
  const std::filesystem::path file = *folder_.newest();
  check_same_training(trainer, terms_, *checkpoint, file);
  check_runtime(checkpoint->terms.provenance, names_kernels, console);
  const Size epochs = checkpoint->terms.recipe.epochs;
  if (terms_.recipe.epochs != epochs && terms_.recipe.schedule.spans_training()) {
    console.note(
        fmt::format("--epochs {} instead of {}: from here on the learning rate is that of "
                    "a schedule over {} epochs",
                    terms_.recipe.epochs, epochs, terms_.recipe.epochs));
  }
  trainer.resume(std::move(checkpoint->state));
  saved_step_ = trainer.state().step;
  saved_file_ = file;
  console.note(fmt::format("resumed from {}: {}", file.string(), place(trainer.state())));
}

template <std::floating_point T>
bool Checkpoints<T>::is_due(const TrainingState<T>& state) const {
  const Size count = options_.every.count;
  switch (options_.every.unit) {
    case TrainingInterval::Unit::epochs:
      return state.cursor == 0 && state.epoch % count == 0;
    case TrainingInterval::Unit::steps:
      return state.step % count == 0;
    case TrainingInterval::Unit::seconds:
      break;
  }
  return std::chrono::duration<double>(Clock::now() - saved_at_).count() >=
         static_cast<double>(count);
}

template <std::floating_point T>
void Checkpoints<T>::save(const TrainingState<T>& state) {
  if (state.step == saved_step_) return;
  saved_file_ = folder_.save(state, terms_);
  saved_step_ = state.step;
  saved_at_ = Clock::now();
}

template <std::floating_point T>
std::string Checkpoints<T>::after_step(const Trainer<T>& trainer, bool is_end) {
  const TrainingState<T>& state = trainer.state();
  const bool is_requested = signals_.take_request();
  const std::string_view stop = signals_.stop();
  if (is_end || is_requested || !stop.empty() || is_due(state)) save(state);
  if (!stop.empty() && !is_end) {
    throw Stopped(fmt::format("stopped by {} after {}; {}. Go on with:\n{}", stop, place(state),
                              last_good(), resume_command_));
  }
  return is_requested ? fmt::format("asked by SIGUSR1 after {}: {}", place(state), last_good())
                      : "";
}

template <std::floating_point T>
std::string Checkpoints<T>::last_good() const {
  if (saved_file_.empty()) return "there is no checkpoint yet";
  return "the last good checkpoint is " + saved_file_.string();
}

template class Checkpoints<float>;
template class Checkpoints<double>;

}  // namespace dtheta::cli
