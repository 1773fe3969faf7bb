/// What each of dtheta's layers is in the operators of ONNX.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "dtheta/model/model.hpp"
#include "dtheta/storage/onnx_graph.hpp"

namespace dtheta {

/// A graph to which the layers of a model are appended one by one. ONNX's pictures are NCHW: a
/// convolution or pooling layer turns the samples over unless the one before has; a layer that
/// depends on the order of numbers turns them back.
///
/// Refers to graph and model, which must outlive it. One thread at a time.
class OnnxLayers {
 public:
  OnnxLayers(onnx::GraphProto& graph, const Model<float>& model);

  /// Appends all layers of the network.
  void append_network();

  OnnxGraph& graph() { return graph_; }

  // For those who append a layer, of the one whose turn it is:

  const Node<float>& node() const { return *node_; }
  const std::string& name() const { return node_->name; }
  /// Its parameter of that number.
  View<const float> parameter(std::size_t number) const;
  /// The same as a constant of the graph: its name there.
  std::string constant(std::size_t number);

  /// Pictures are NCHW (or NHWC) from here.
  void channels_first() { turn_channels(true, ""); }
  void channels_last() { turn_channels(false, ""); }
  /// Samples are rows from here, of one number a channel.
  void rows() { has_channels_in_front_ = false; }

  /// What a layer of several inputs reads, all NCHW or all NHWC, and which of the two; the graph
  /// goes on from the first.
  struct Inputs {
    std::vector<std::string> names;
    bool has_channels_in_front = false;
  };
  Inputs join_inputs();

 private:
  /// What a node gives.
  struct Value {
    std::string name;
    bool has_channels_in_front = false;
  };

  void turn_channels(bool to_front, const std::string& suffix);
  void go_on_from(const Value& value);

  const Model<float>& model_;
  OnnxGraph graph_;
  const Node<float>* node_ = nullptr;
  bool has_channels_in_front_ = false;
  std::vector<Value> values_;  ///< of the input, then of each node
};

// Appends the layer whose turn it is.
void append_onnx(OnnxLayers& layers, const DenseOptions& dense);
void append_onnx(OnnxLayers& layers, const Conv2dOptions& conv);
void append_onnx(OnnxLayers& layers, const DepthwiseConv2dOptions& conv);
void append_onnx(OnnxLayers& layers, const PoolingOptions& pooling);
void append_onnx(OnnxLayers& layers, const GlobalPoolingOptions& pooling);
void append_onnx(OnnxLayers& layers, const FlattenOptions& flatten);
void append_onnx(OnnxLayers& layers, const ReshapeOptions& reshape);
void append_onnx(OnnxLayers& layers, const ZeroPaddingOptions& border);
void append_onnx(OnnxLayers& layers, const UpsamplingOptions& upsampling);
void append_onnx(OnnxLayers& layers, const EmbeddingOptions& embedding);
void append_onnx(OnnxLayers& layers, const LayerNormalizationOptions& normalization);
void append_onnx(OnnxLayers& layers, const SoftmaxOptions& softmax);
void append_onnx(OnnxLayers& layers, const SelfGatedOptions& gated);
void append_onnx(OnnxLayers& layers, const ActivationOptions& activation);
void append_onnx(OnnxLayers& layers, const BatchNormalizationOptions& normalization);
void append_onnx(OnnxLayers& layers, const DropoutOptions& dropout);
void append_onnx(OnnxLayers& layers, const AddOptions& add);
void append_onnx(OnnxLayers& layers, const ConcatenateOptions& concatenate);

/// Appends a layer's own activation.
void append_onnx_activation(OnnxLayers& layers, const ActivationOptions& activation,
                            const std::string& name);

/// Sets kernel_shape, strides and pads.
void set_onnx_window(onnx::NodeProto& node, const Windows& windows);

}  // namespace dtheta
