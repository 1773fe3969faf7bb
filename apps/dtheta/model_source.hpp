/// ModelSource: what the text of train --model means.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "dtheta/storage/sandbox.hpp"

namespace dtheta::cli {

enum class ModelKind {
  named,  ///< of the zoo
  list,   ///< a layer list
  file,   ///< a model file
};

/// Where a model comes from. A value.
struct ModelSource {
  ModelKind kind = ModelKind::named;
  std::string name;    ///< for the output's name: the zoo's, the file's without ending, "model"
  std::string layers;  ///< the zoo's name or the layer list, for choose_network
  std::filesystem::path file;  ///< the model file
};

/// A name of the zoo, else a model file, else a text file that holds a layer list, else a layer
/// list. Throws InputOutputError for the name of a file that does not exist, DataError for a file
/// that is neither, UsageError for a word that is nothing of all this.
ModelSource find_model(const std::string& text,
                       const std::optional<Sandbox>& sandbox = std::nullopt);

}  // namespace dtheta::cli
