/// Models as ONNX files, for other programs to run.
#pragma once

#include <filesystem>
#include <string>

#include "dtheta/model/model.hpp"

namespace dtheta {

/// The operator set that onnx_file's graphs are made of: that of ONNX 1.8, which all runtimes have.
inline constexpr int onnx_operator_set = 13;

/// Writes the model, in float32, from stored samples to predictions, atomically.
///
/// The graph's one input, "input" {N, sample shape...}, takes samples as they are stored, NHWC, as
/// float32; scaling and standardization are its first operators. Its one output, "predictions"
/// {N, k}, is what `predict` gives: with softmax or sigmoid where the loss has them. N may be any.
/// The class names and the loss are in the metadata, as "class_names" (JSON) and "loss". The same
/// model gives the same bytes.
///
/// Throws DataError for a model that makes more than the 2 GiB that the format can hold, else as
/// AtomicFile.
void write_onnx(const std::filesystem::path& path, const Model<float>& model);

/// The version of the ONNX library, "1.12.0".
std::string onnx_version();
/// The version of Protocol Buffers in which it is written, "3.21.12".
std::string protobuf_version();

}  // namespace dtheta
