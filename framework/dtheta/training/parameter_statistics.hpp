/// ParameterStatistics: how large the numbers of θ and dθ are, parameter by parameter.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "dtheta/training/batch_gradient.hpp"

namespace dtheta {

/// Figures of an array of numbers, taken in double.
struct ArrayFigures {
  double mean = 0;
  double deviation = 0;  ///< standard deviation: root of the mean squared distance from the mean
  double lowest = 0;
  double highest = 0;
  double norm = 0;  ///< root of the sum of squares
};

/// Figures of one parameter after a step.
struct ParameterFigures {
  std::size_t parameter = 0;  ///< index into Network::parameters()
  ArrayFigures theta;         ///< as the step left it
  ArrayFigures dtheta;  ///< as the optimizer took it: of the batch's mean loss, with its penalty
};

/// Takes the figures of a step while the step has the numbers in cache: Trainer::set_statistics.
/// They depend on the numbers only, never on which thread had which block.
///
/// Tasks may note different blocks at once. The network must outlive it.
template <std::floating_point T>
class ParameterStatistics {
 public:
  /// For the blocks that a step updates θ in. Allocates here and never again.
  ParameterStatistics(const Network<T>& network, std::span<const Block> blocks);

  /// Takes block number `index`: its numbers after the update, and the dθ that moved them.
  void note(std::size_t index, std::span<const T> theta, std::span<const T> dtheta);

  /// One a parameter that has blocks, in their order, of the numbers that were noted last.
  std::vector<ParameterFigures> figures() const;

 private:
  /// Sums over a block.
  struct Sums {
    double sum = 0;
    double squares = 0;
    double lowest = 0;
    double highest = 0;
  };

  static Sums sums_of(std::span<const T> numbers);
  ArrayFigures joined(std::size_t parameter, std::span<const Sums> sums) const;

  const Network<T>& network_;
  std::vector<std::size_t> parameters_;  // one a block: which it is of
  std::vector<Sums> theta_;              // one a block
  std::vector<Sums> dtheta_;
};

}  // namespace dtheta
