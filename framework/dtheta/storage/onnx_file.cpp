#include "dtheta/storage/onnx_file.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <onnx/common/version.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/version.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/storage/onnx_graph.hpp"

namespace dtheta {
namespace {

/// The kernel {height, width, channels, filters} in ONNX's order: {filters, channels, height,
/// width}.
std::vector<float> filters_first(View<const float> kernel) {
  const Size taps = kernel.dim(0) * kernel.dim(1);
  const Size channels = kernel.dim(2);
  const Size filters = kernel.dim(3);
  std::vector<float> numbers;
  numbers.reserve(static_cast<std::size_t>(kernel.size()));
  for (Size f = 0; f < filters; ++f) {
    for (Size c = 0; c < channels; ++c) {
      for (Size t = 0; t < taps; ++t) numbers.push_back(kernel[(t * channels + c) * filters + f]);
    }
  }
  return numbers;
}

void set_window(onnx::NodeProto& node, const WindowAxis& vertical, const WindowAxis& horizontal) {
  const auto after = [](const WindowAxis& axis) {
    const Size end = axis.origin(axis.output - 1) + axis.window;
    return std::max<Size>(0, end - axis.input);
  };
  set_attribute(node, "kernel_shape", {vertical.window, horizontal.window});
  set_attribute(node, "strides", {vertical.stride, horizontal.stride});
  set_attribute(node, "pads",
                {vertical.padding, horizontal.padding, after(vertical), after(horizontal)});
}

/// Appends a model to a graph, part by part. ONNX's pictures are NCHW: a convolution or pooling
/// layer turns the samples over unless the one before has; a flatten turns them back, so that its
/// numbers are in dtheta's order.
class OnnxModel {
 public:
  OnnxModel(onnx::GraphProto& graph, const Model<float>& model)
      : model_(model), graph_(graph, model.network->input_shape()) {}

  void write() {
    prepare();
    const Network<float>& network = *model_.network;
    for (std::size_t n = 0; n < network.nodes().size(); ++n) {
      node_ = &network.nodes()[n];
      std::visit([this](const auto& options) { add(options); }, network.spec().layers[n]);
    }
    predict();
  }

 private:
  /// x·scale, then (x − mean)/deviation.
  void prepare() {
    const InputPreparation& input = model_.input;
    if (input.scale != 1) append_with("Mul", "scale", {1}, {input.scale});
    if (input.mean.empty()) return;
    append_with("Sub", "mean", channels_shape(), input.mean);
    append_with("Div", "deviation", channels_shape(), input.deviation);
  }

  /// What numbers for the channels of the input are broadcast from. They hold modulo their count,
  /// which may be any divisor of a sample's size; ONNX only knows whole axes.
  Shape channels_shape() const {
    const Shape& sample = model_.network->input_shape();
    const auto count = static_cast<Size>(model_.input.mean.size());
    return count == 1 || count == sample.extents().back() ? Shape{count} : sample;
  }

  void append_with(const char* type, const std::string& name, const Shape& shape,
                   const std::vector<double>& numbers) {
    std::vector<float> values;
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape.size()); ++i) {
      values.push_back(static_cast<float>(numbers[i % numbers.size()]));
    }
    const std::string constant = graph_.constant("input/" + name, shape, values);
    graph_.append(type, "input_" + name, std::span(&constant, 1));
  }

  void turn_channels(bool to_front, const std::string& name) {
    if (has_channels_in_front_ == to_front) return;
    has_channels_in_front_ = to_front;
    set_attribute(graph_.append("Transpose", name), "perm",
                  to_front ? std::vector<Size>{0, 3, 1, 2} : std::vector<Size>{0, 2, 3, 1});
  }

  View<const float> parameter(std::size_t number) const {
    return model_.network->parameter(model_.theta.span(), node_->first_parameter + number);
  }

  std::vector<std::string> kernel_and_bias(const Shape& shape, std::span<const float> kernel) {
    const View<const float> bias = parameter(1);
    return {graph_.constant(node_->name + "/kernel", shape, kernel),
            graph_.constant(node_->name + "/bias", bias.shape(), bias.span())};
  }

  void add(const DenseOptions& dense) {
    const View<const float> kernel = parameter(0);
    graph_.append("Gemm", node_->name, kernel_and_bias(kernel.shape(), kernel.span()));
    activate(dense.activation, node_->name + "_activation");
  }

  void add(const Conv2dOptions& conv) {
    turn_channels(true, node_->name + "_channels_first");
    const View<const float> kernel = parameter(0);
    const Shape shape{kernel.dim(3), kernel.dim(2), kernel.dim(0), kernel.dim(1)};
    const Windows windows = slide(node_->input, conv.kernel, conv.stride, conv.padding);
    set_window(graph_.append("Conv", node_->name, kernel_and_bias(shape, filters_first(kernel))),
               windows.vertical, windows.horizontal);
    activate(conv.activation, node_->name + "_activation");
  }

  void add(const PoolingOptions& pooling) {
    turn_channels(true, node_->name + "_channels_first");
    const bool is_max = pooling.kind == PoolingKind::max;
    const Windows windows = slide(node_->input, pooling.window, pooling.step(), pooling.padding);
    set_window(graph_.append(is_max ? "MaxPool" : "AveragePool", node_->name), windows.vertical,
               windows.horizontal);
  }

  void add(const FlattenOptions&) {
    turn_channels(false, node_->name + "_channels_last");
    set_attribute(graph_.append("Flatten", node_->name), "axis", Size{1});
  }

  void add(const ActivationOptions& activation) { activate(activation, node_->name); }

  void activate(const ActivationOptions& activation, const std::string& name) {
    switch (activation.kind) {
      case Activation::identity:
        return;
      case Activation::sigmoid:
        graph_.append("Sigmoid", name);
        return;
      case Activation::tanh:
        graph_.append("Tanh", name);
        return;
      case Activation::relu:
        graph_.append("Relu", name);
        return;
      case Activation::leaky_relu:
        set_attribute(graph_.append("LeakyRelu", name), "alpha",
                      static_cast<float>(activation.slope));
        return;
    }
  }

  /// Logits to predictions.
  void predict() {
    const std::string_view activation = make_loss<float>(model_.loss)->activation();
    if (activation == "softmax") {
      set_attribute(graph_.append("Softmax", "output"), "axis", Size{1});
    } else {
      graph_.append(activation == "sigmoid" ? "Sigmoid" : "Identity", "output");
    }
    graph_.finish(model_.network->output_shape().size());
  }

  const Model<float>& model_;
  OnnxGraph graph_;
  const Node<float>* node_ = nullptr;  ///< the layer that is being added
  bool has_channels_in_front_ = false;
};

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
    OnnxModel(*proto.mutable_graph(), model).write();
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
