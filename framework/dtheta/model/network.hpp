/// Network: an immutable plan of layers over one flat θ.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dtheta/layers/layer.hpp"
#include "dtheta/model/gradient.hpp"
#include "dtheta/model/network_spec.hpp"

namespace dtheta {

template <std::floating_point T>
class PreparedTheta;
template <std::floating_point T>
class Workspace;

/// One parameter and where it lies in the flat θ.
struct Parameter {
  std::string name;  ///< "dense_1/kernel": the layer's name and the parameter's
  ParameterSpec spec;
  Size offset = 0;  ///< in elements; a multiple of 64 bytes
};

/// One layer in its place. Shapes are those of one sample.
template <std::floating_point T>
struct Node {
  std::string name;  ///< "conv_1": its kind and its number among its kind
  std::unique_ptr<const Layer<T>> layer;
  Shape input;
  Shape output;
  std::size_t first_parameter = 0;  ///< index into Network::parameters()
  std::size_t parameter_count = 0;
};

/// The layers in order, the shapes between them and the place of every parameter in θ.
///
/// Immutable: any number of tasks may run one network at once, each with a workspace of its own.
template <std::floating_point T>
class Network {
 public:
  /// Throws UsageError, naming the layer, when one does not fit the shape it is given.
  explicit Network(NetworkSpec spec);

  const NetworkSpec& spec() const { return spec_; }
  const Shape& input_shape() const { return spec_.input; }
  /// The shape of one sample's logits.
  const Shape& output_shape() const;
  std::span<const Node<T>> nodes() const { return nodes_; }
  std::span<const Parameter> parameters() const { return parameters_; }

  /// Trainable numbers, padding not counted.
  Size parameter_count() const { return parameter_count_; }
  /// Length of the flat θ, with the padding that puts each parameter on a cache line.
  Size theta_size() const { return theta_size_; }

  /// The first node with parameters: backward ends there, because no dx before it is wanted.
  std::size_t first_trainable() const { return first_trainable_; }

  /// A parameter's numbers in a flat θ (or dθ).
  template <class Number>
  View<Number> parameter(std::span<Number> theta, std::size_t index) const {
    const Parameter& p = parameters_[index];
    return {theta.subspan(static_cast<std::size_t>(p.offset)), p.spec.shape};
  }

  /// All parameters of a flat θ (or dθ) in their order.
  template <class Number>
  std::vector<View<Number>> parameters(std::span<Number> theta) const {
    std::vector<View<Number>> views;
    for (std::size_t p = 0; p < parameters_.size(); ++p) views.push_back(parameter(theta, p));
    return views;
  }

  /// Runs the first m samples of workspace.x() through all layers: equations (1)–(3), (14)–(16),
  /// (23)–(25). Returns the logits {m, output shape...}, a view into the workspace.
  View<const T> forward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m) const;

  /// Runs dz^[L] = workspace.doutput() back through all layers after a `forward` of the same
  /// m samples: equations (6)–(10), (17)–(19), (28)–(32). dθ is added to, or deposited.
  void backward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                const Gradient<T>& gradient) const;

 private:
  void add_node(const LayerSpec& spec);
  void add_parameters(Node<T>& node);

  NetworkSpec spec_;
  std::vector<Node<T>> nodes_;
  std::vector<Parameter> parameters_;
  Size parameter_count_ = 0;
  Size theta_size_ = 0;
  std::size_t first_trainable_ = 0;
};

}  // namespace dtheta
