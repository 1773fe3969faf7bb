/// The part of a data set that evaluate and predict work on, and whether it suits a model.
#pragma once

#include <concepts>
#include <filesystem>
#include <span>
#include <string>

#include "console.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/data/splits.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/model_file.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// One part of a data set and its name.
struct DataPart {
  std::string name;  ///< train, validation or test
  Dataset data;
  InputPreparation input;  ///< what the file asks for, else the default for its numbers
};

/// --split; the empty text is the default of `read_part`.
Option split_option(std::string& target);

/// Reads `file` as `reading` says and keeps the part of that name; of an empty name the first there
/// is of test, validation and train. Throws DataError when there is no such part, else as
/// read_dataset.
DataPart read_part(const std::filesystem::path& file, const DatasetReading& reading,
                   const std::string& name);

/// Whether the classes are called otherwise than "0", "1", ...: what a class is called that has no
/// name.
bool has_names(std::span<const std::string> classes);

/// The model in `file`; where the file does not say how its input is prepared, the data does by
/// `input`. Throws as load_model.
template <std::floating_point T>
StoredModel<T> load_model_for(const InputPreparation& input, const std::filesystem::path& file,
                              const std::optional<Sandbox>& sandbox);

/// Warns when the data is likely to mean something else than the data the model was trained on:
/// other class names, or another scale in `input`, its preparation, than the model's.
template <std::floating_point T>
void warn_of_doubtful_fit(const Model<T>& model, const Dataset& data, const InputPreparation& input,
                          const Console& console);

/// work(), with the name of the data's file put in front of a DataError.
template <class Work>
auto naming_file(const std::filesystem::path& file, Work work) {
  try {
    return work();
  } catch (const DataError& error) {
    throw DataError(file.string() + ": " + error.what());
  }
}

/// Throws DataError, with the file's name in front, unless data and model fit.
template <std::floating_point T>
void check_fit(const Model<T>& model, const Dataset& data, const std::filesystem::path& file);

}  // namespace dtheta::cli
