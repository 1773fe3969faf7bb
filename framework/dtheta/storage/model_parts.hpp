/// The parts of a model in an open HDF5 file: what model files and checkpoints share.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta {

/// Writes what save_model writes, but does not complete the file. Throws as hdf5::Writer.
template <std::floating_point T>
void write_model(hdf5::Writer& file, const Model<T>& model, const std::optional<Recipe>& recipe,
                 const nlohmann::ordered_json& provenance);

/// Reads what load_model reads. Throws as it does.
template <std::floating_point T>
StoredModel<T> read_model(const hdf5::Reader& file);

/// Gives a JSON attribute of `object`, where there is one, to read(json), whose errors get its
/// place and become DataErrors.
void read_json(const hdf5::Reader& file, const char* object, const char* attribute,
               const std::function<void(const nlohmann::ordered_json&)>& read);

/// Reads a dataset of float32 or float64 into `numbers`, which must be as many, converted where
/// they are of the other type. Throws DataError for any other.
template <std::floating_point T>
void read_real_numbers(const hdf5::Reader& file, const std::string& path, std::span<T> numbers);

}  // namespace dtheta
