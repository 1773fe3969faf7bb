/// DatasetSplits: a data set's parts for training, validation and testing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dtheta/data/dataset.hpp"

namespace dtheta {

/// The parts that a data set has; each may be missing.
struct DatasetSplits {
  std::optional<Dataset> train;
  std::optional<Dataset> validation;
  std::optional<Dataset> test;
  /// What the file asks for; none: `default_preparation` of the samples' type.
  std::optional<InputPreparation> preparation = {};
  /// How the source was understood, a line each: "targets: one-hot rows, without names".
  std::vector<std::string> remarks = {};

  /// How samples of `type` become the network's input.
  InputPreparation preparation_of(ElementType type) const {
    return preparation.value_or(default_preparation(type));
  }
};

}  // namespace dtheta
