#include "dtheta/storage/onnx_file.hpp"

#include <limits>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <onnx/common/version.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/version.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {
namespace {

/// What numbers for the channels of the input are broadcast from. They hold modulo their count,
/// which may be any divisor of a sample's size; ONNX only knows whole axes.
Shape channels_shape(const Model<float>& model) {
  const Shape& sample = model.network->input_shape();
  const auto count = static_cast<Size>(model.input.mean.size());
  return count == 1 || count == sample.extents().back() ? Shape{count} : sample;
}

void append_with(OnnxGraph& graph, const char* type, const std::string& name, const Shape& shape,
                 const std::vector<double>& numbers) {
  std::vector<float> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.size()); ++i) {
    values.push_back(static_cast<float>(numbers[i % numbers.size()]));
  }
  const std::string constant = graph.constant("input/" + name, shape, values);
  graph.append(type, "input_" + name, std::span(&constant, 1));
}

/// x·scale, then (x − mean)/deviation.
void append_preparation(OnnxGraph& graph, const Model<float>& model) {
  const InputPreparation& input = model.input;
  if (input.scale != 1) append_with(graph, "Mul", "scale", {1}, {input.scale});
  if (input.mean.empty()) return;
  append_with(graph, "Sub", "mean", channels_shape(model), input.mean);
  append_with(graph, "Div", "deviation", channels_shape(model), input.deviation);
}

/// Logits to predictions.
void append_predictions(OnnxGraph& graph, const Model<float>& model) {
  const std::string_view activation = make_loss<float>(model.loss)->activation();
  if (activation == "softmax") {
    set_attribute(graph.append("Softmax", "output"), "axis", Size{1});
  } else {
    graph.append(activation == "sigmoid" ? "Sigmoid" : "Identity", "output");
  }
  graph.finish(model.network->output_shape().size());
}

void describe(onnx::ModelProto& proto, const Model<float>& model) {
  constexpr int oldest_format = 7;  // that of operator set 13
  proto.set_ir_version(oldest_format);
  proto.set_producer_name("dtheta");
  proto.set_producer_version(std::string(version()));
  onnx::OperatorSetIdProto& operators = *proto.add_opset_import();
  operators.set_domain("");
  operators.set_version(onnx_operator_set);
  const auto add = [&](const char* key, const std::string& value) {
    onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("class_names", nlohmann::ordered_json(model.class_names).dump());
  add("loss", model.loss);
}

}  // namespace

void write_onnx(const std::filesystem::path& path, const Model<float>& model) {
  constexpr Size most_bytes = std::numeric_limits<std::int32_t>::max();
  constexpr Size more_than_a_layers_names = 1024;
  const Size bytes = model.network->parameter_count() * Size{sizeof(float)};
  const Size rest = std::ssize(model.network->nodes()) * more_than_a_layers_names;
  std::string content;
  if (bytes <= most_bytes - rest) {
    onnx::ModelProto proto;
    describe(proto, model);
    OnnxLayers layers(*proto.mutable_graph(), model);
    append_preparation(layers.graph(), model);
    layers.append_network();
    append_predictions(layers.graph(), model);
    if (!proto.SerializeToString(&content)) content.clear();
  }
  if (content.empty()) {
    throw DataError(
        fmt::format("{}: the model has {} bytes of parameters, and ONNX files hold less "
                    "than 2 GiB",
                    path.string(), bytes));
  }
  write_atomically(path, std::as_bytes(std::span(content)));
}

std::string onnx_version() { return onnx::LAST_RELEASE_VERSION; }

std::string protobuf_version() {
  constexpr int number = GOOGLE_PROTOBUF_VERSION;  // 3021012
  return fmt::format("{}.{}.{}", number / 1'000'000, number / 1000 % 1000, number % 1000);
}

}  // namespace dtheta
