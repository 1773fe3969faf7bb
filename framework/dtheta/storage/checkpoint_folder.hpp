/// CheckpointFolder: the generations of a training's checkpoints.
#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/checkpoint_file.hpp"

namespace dtheta {

/// A folder with the last checkpoints of one training, each named by its step,
/// "checkpoint-0000001234.h5". Once there was one, there is always one that is complete: an older
/// one is removed after the newer one is durable. One thread at a time.
class CheckpointFolder {
 public:
  /// Creates the folder where there is none, locks it against other processes for as long as this
  /// lives, and removes what a writer that was killed left there. The newest `keep`, at least 1,
  /// are kept. Throws CannotCreate when that fails or when no file can be created in it.
  CheckpointFolder(const std::filesystem::path& folder, Size keep);
  ~CheckpointFolder();
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// The checkpoint of the highest step; none when there is none. Throws InputOutputError when the
  /// folder cannot be read.
  std::optional<std::filesystem::path> newest() const;

  /// Writes the checkpoint of `state.step`, then removes those that are too many. Returns its file.
  /// Throws as save_checkpoint; older checkpoints are then untouched.
  template <std::floating_point T>
  std::filesystem::path save(const TrainingState<T>& state, const TrainingTerms& terms) const;

  /// Reads the newest checkpoint that is not damaged. Damaged ones that are newer are renamed to
  /// "....damaged" and reported with a message. None when there is no checkpoint at all; throws
  /// DataError when all are damaged, else as load_checkpoint.
  template <std::floating_point T>
  std::optional<Checkpoint<T>> load_newest(
      const std::function<void(const std::string&)>& report,
      const std::optional<Sandbox>& sandbox = std::nullopt) const;

 private:
  std::vector<std::filesystem::path> generations() const;

  std::filesystem::path path_;
  Size keep_;
  int lock_ = -1;
};

}  // namespace dtheta
