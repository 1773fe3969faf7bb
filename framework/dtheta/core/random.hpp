/// Random numbers that depend on what they are for, never on who drew before.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// What a stream of random numbers is for. Two purposes never share a number. The values are part
/// of "same bits": never renumber them.
enum class Purpose : std::uint32_t {
  initialization = 1,    ///< index: number of the parameter
  sample_order = 2,      ///< epoch: the epoch; index: block of the shuffle window
  validation_split = 3,  ///< index: 0
  synthetic_data = 4,    ///< index: number of the sample
  input = 5,             ///< random input for checks; index: free
  augmentation = 7,      ///< epoch: the epoch; index: number of the sample
  mixup = 8,             ///< epoch: the epoch; index: number of the sample
  dropout = 9,           ///< epoch: the epoch; index: number of the layer · 2^40 + the sample's
  subset = 10,           ///< index: 0
  class_balance = 11,    ///< index: the class
};

/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3" (SC 2011), keyed by (seed, purpose, epoch, index).
///
/// Any two different keys give independent streams, so each sample or parameter has its own and
/// the result cannot depend on threads or order. A stream holds 2^34 numbers of 32 bits. A value;
/// one object serves one thread.
class Philox {
 public:
  Philox(std::uint64_t seed, Purpose purpose, std::uint64_t epoch, std::uint64_t index);

  /// The next 32 random bits.
  std::uint32_t bits();
  /// Uniform in [0, 1), 53 random bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Normal with mean 0 and variance 1 (Box and Muller, 1958).
  double normal();
  /// In [0, 1] with the density of Beta(a, b), both above 0: mean a/(a + b).
  double beta(double a, double b);
  /// Uniform in {0, ..., count - 1} without bias (Lemire, 2019); count in [1, 2^63).
  Size below(Size count);

  /// The bare block function: 128 bits of counter and 64 of key to 128 random bits.
  static std::array<std::uint32_t, 4> block(std::array<std::uint32_t, 4> counter,
                                            std::array<std::uint32_t, 2> key);

 private:
  double log_of_gamma(double shape);

  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> output_{};
  unsigned used_ = 4;
};

/// Puts `items` into a uniformly random order (Fisher and Yates).
void shuffle(std::span<Size> items, Philox& random);

}  // namespace dtheta
