/// An ONNX graph that grows operator by operator.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"

namespace dtheta {

/// Appends operators, each to the one before unless it is told to go on from another. Refers to the
/// graph, which must outlive it. One thread at a time.
class OnnxGraph {
 public:
  /// Gives the graph its input "input" {N, sample...} of float32.
  OnnxGraph(onnx::GraphProto& graph, const Shape& sample);

  /// Appends the operator `type`, called `name`, which reads the end. `constants` are the names
  /// of its further inputs. Attributes may be added to what is returned until the next call.
  onnx::NodeProto& append(std::string_view type, const std::string& name,
                          std::span<const std::string> constants = {});

  /// Adds a constant of float32; its name.
  std::string constant(const std::string& name, const Shape& shape, std::span<const float> numbers);
  /// One number.
  std::string constant(const std::string& name, float number);
  /// A row of int64, as some operators want their settings.
  std::string constant(const std::string& name, std::span<const Size> numbers);

  /// The name of what the last operator gives, and a way to go on from another.
  const std::string& end() const { return end_; }
  void go_on_from(std::string name) { end_ = std::move(name); }

  /// Makes the end the graph's output "predictions" {N, outputs}.
  void finish(Size outputs);

 private:
  onnx::GraphProto& graph_;
  std::string end_;
};

void set_attribute(onnx::NodeProto& node, const char* name, Size number);
void set_attribute(onnx::NodeProto& node, const char* name, float number);
void set_attribute(onnx::NodeProto& node, const char* name, const char* word);
void set_attribute(onnx::NodeProto& node, const char* name, const std::vector<Size>& numbers);

/// Puts the second input of an operator first.
void swap_inputs(onnx::NodeProto& node);

}  // namespace dtheta
