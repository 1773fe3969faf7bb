#include "dtheta/storage/onnx_graph.hpp"

#include <bit>

namespace dtheta {
namespace {

// raw_data is little-endian.
static_assert(std::endian::native == std::endian::little);

/// Describes an input or output {N, extents...} of float32.
void describe(onnx::ValueInfoProto& value, const std::string& name, std::span<const Size> extents) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  for (const Size extent : extents) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const char* name,
                                    onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

}  // namespace

OnnxGraph::OnnxGraph(onnx::GraphProto& graph, const Shape& sample) : graph_(graph), end_("input") {
  graph_.set_name("dtheta");
  describe(*graph_.add_input(), end_, sample.extents());
}

onnx::NodeProto& OnnxGraph::append(std::string_view type, const std::string& name,
                                   std::span<const std::string> constants) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(std::string(type));
  node.set_name(name);
  node.add_input(end_);
  for (const std::string& constant : constants) node.add_input(constant);
  end_ = name + "/output";
  node.add_output(end_);
  return node;
}

std::string OnnxGraph::constant(const std::string& name, const Shape& shape,
                                std::span<const float> numbers) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const Size extent : shape.extents()) tensor.add_dims(extent);
  tensor.set_raw_data(numbers.data(), numbers.size_bytes());
  return name;
}

std::string OnnxGraph::constant(const std::string& name, float number) {
  return constant(name, Shape{}, std::span(&number, 1));
}

std::string OnnxGraph::constant(const std::string& name, std::span<const Size> numbers) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(std::ssize(numbers));
  tensor.set_raw_data(numbers.data(), numbers.size_bytes());
  return name;
}

void OnnxGraph::finish(Size outputs) {
  const std::string name = "predictions";
  graph_.mutable_node()->rbegin()->set_output(0, name);
  describe(*graph_.add_output(), name, std::span(&outputs, 1));
}

void set_attribute(onnx::NodeProto& node, const char* name, Size number) {
  add_attribute(node, name, onnx::AttributeProto::INT).set_i(number);
}

void set_attribute(onnx::NodeProto& node, const char* name, float number) {
  add_attribute(node, name, onnx::AttributeProto::FLOAT).set_f(number);
}

void set_attribute(onnx::NodeProto& node, const char* name, const char* word) {
  add_attribute(node, name, onnx::AttributeProto::STRING).set_s(word);
}

void set_attribute(onnx::NodeProto& node, const char* name, const std::vector<Size>& numbers) {
  onnx::AttributeProto& attribute = add_attribute(node, name, onnx::AttributeProto::INTS);
  for (const Size number : numbers) attribute.add_ints(number);
}

void swap_inputs(onnx::NodeProto& node) { node.mutable_input()->SwapElements(0, 1); }

}  // namespace dtheta
