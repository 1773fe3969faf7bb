/// Augmentation: samples are changed at random before they are trained on.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/input_preparation.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/core/view.hpp"
#include "dtheta/data/augmentation_list.hpp"
#include "dtheta/data/dataset.hpp"

namespace dtheta {

/// Goes through a list of steps with every sample, in its order; neighbours among shift, rotate and
/// scale are one interpolation together. What a step draws depends on seed, epoch and the sample's
/// key only, so a sample becomes the same whichever shard or thread it comes to.
///
/// Mixup makes x = λ·x + (1 − λ)·x' and y alike, x' being the next sample of the batch in its
/// random order (after the last the first) and λ drawn from Beta(α, α) for each sample. Zhang et
/// al., "mixup: beyond empirical risk minimization" (2018).
///
/// Each worker may call `apply` at the same time as the others. Allocates nothing after its
/// construction.
template <std::floating_point T>
class Augmentation {
 public:
  /// For samples of `data`, which must outlive it, prepared by `preparation`. Throws UsageError
  /// for steps on pictures where the samples are none, or are too small for them.
  Augmentation(std::vector<AugmentationStep> steps, const Dataset& data,
               InputPreparation preparation, std::uint64_t seed, int workers);

  /// Changes, in an epoch, the m samples of `batch` from place `first` on as Dataset::gather has
  /// prepared them: x {m, ...} and, by mixup, y {m, k} are overwritten.
  void apply(Size epoch, const SampleBatch& batch, Size first, View<T> x, View<T> y, int worker);

  Size bytes() const;

 private:
  /// What one worker writes.
  struct Scratch {
    AlignedBuffer<T> picture;  // the sample before it is resampled
    AlignedBuffer<T> x;        // another sample to mix with, and its target
    AlignedBuffer<T> y;
  };

  double mixing_share(Size epoch, Size key) const;
  void change(Size epoch, Size key, std::span<T> x, Scratch& scratch) const;
  std::size_t resample_run(std::size_t step, Philox& random, View<T> picture,
                           Scratch& scratch) const;
  void change_pixels(const AugmentationStep& step, Philox& random, View<T> picture) const;

  std::vector<AugmentationStep> steps_;
  const Dataset& data_;
  InputPreparation preparation_;
  std::uint64_t seed_;
  bool mixes_;
  std::vector<Scratch> scratch_;  // one a worker
};

}  // namespace dtheta
