/// Network: an immutable plan of layers over one flat θ.
#pragma once

#include <concepts>
#include <cstdint>
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
  Size offset = 0;         ///< in elements; a multiple of 64 bytes
  bool is_trained = true;  ///< the optimizer moves it
};

/// One layer in its place. Shapes are those of one sample.
template <std::floating_point T>
struct Node {
  std::string name;  ///< the spec's, else its kind and its number among its kind: "conv_1"
  std::unique_ptr<const Layer<T>> layer;
  std::vector<std::size_t> sources;  ///< what it reads: 0 the input, i + 1 the output of node i
  std::vector<Shape> inputs;         ///< the shapes of those
  Shape output;
  std::size_t first_parameter = 0;  ///< index into Network::parameters()
  std::size_t parameter_count = 0;
  bool is_frozen = false;       ///< its parameters are not trained
  bool is_trained = false;      ///< some of its parameters are trained
  bool needs_gradient = false;  ///< the derivative by its output is needed: it or one before it is
                                ///< trained
};

/// What a pass in training knows of the whole batch that its samples are a part of.
template <std::floating_point T>
struct TrainingPass {
  std::uint64_t seed = 0;
  Size epoch = 0;
  std::span<const Size> samples = {};  ///< {m} keys of their random numbers; empty: 0, ..., m − 1
  Size first = 0;                      ///< number in the batch of the first sample
  Size batch = 0;                      ///< samples of the batch; 0: those of this pass are all
  /// Whose sums are those of the whole batch; null: of the pass's own workspace.
  const Workspace<T>* totals = nullptr;
};

/// The layers in order, the shapes between them and the place of every parameter in θ.
///
/// A training runs through it in *segments*: a layer that needs sums over the whole batch
/// (Layer::batch_sums) begins one, because the batch's other shards must have come as far. Most
/// networks have one segment.
///
/// Immutable: any number of tasks may run one network at once, each with a workspace of its own.
template <std::floating_point T>
class Network {
 public:
  /// `wants_dx`: backward goes on to the derivative by the input, which trainings have no use for.
  /// Throws UsageError, naming the layer, when one does not fit the shapes it is given, reads what
  /// does not come before it, or is read by none.
  explicit Network(NetworkSpec spec, bool wants_dx = false);

  const NetworkSpec& spec() const { return spec_; }
  const Shape& input_shape() const { return spec_.input; }
  /// The shape of one sample's logits.
  const Shape& output_shape() const;
  std::span<const Node<T>> nodes() const { return nodes_; }
  std::span<const Parameter> parameters() const { return parameters_; }

  /// Numbers in θ, padding not counted, and how many of them are trained.
  Size parameter_count() const { return parameter_count_; }
  Size trained_count() const { return trained_count_; }
  /// Length of the flat θ, with the padding that puts each parameter on a cache line.
  Size theta_size() const { return theta_size_; }

  /// Whether the derivative by the input (0) or by the output of node i (i + 1) is needed.
  bool needs_gradient(std::size_t source) const {
    return source == 0 ? wants_dx_ : nodes_[source - 1].needs_gradient;
  }
  /// Whether a node's backward is asked for the derivative by any of its inputs.
  bool wants_dinputs(std::size_t node) const;

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
  /// (23)–(25). Returns the logits {m, output shape...}, a view into the workspace. A workspace for
  /// training makes it a pass of training, over a batch of these m samples.
  View<const T> forward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                        const TrainingPass<T>& pass = {}) const;

  /// What node `node` made of m samples {m, its output shape...}, after a `forward` of them in a
  /// workspace for training.
  View<const T> output(std::size_t node, Workspace<T>& workspace, Size m) const;

  /// Runs dz^[L] = workspace.doutput() back through all layers after a `forward` of the same
  /// m samples: equations (6)–(10), (17)–(19), (28)–(32). dθ is added to, or deposited.
  void backward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                const Gradient<T>& gradient, const TrainingPass<T>& pass = {}) const;

  /// How many segments there are, at least 1. In between, `Workspace::add_sums` of all shards makes
  /// the totals that the next one reads.
  std::size_t segments() const { return boundaries_.size() + 1; }

  /// The same as `forward`, segment 0, then 1, ...; each but the last ends with the sums of these m
  /// samples for the next.
  void forward_segment(std::size_t segment, const PreparedTheta<T>& theta, Workspace<T>& workspace,
                       Size m, const TrainingPass<T>& pass) const;
  /// The same as `backward`, the last segment first; each but segment 0 ends with the sums of these
  /// m samples for the one before.
  void backward_segment(std::size_t segment, const PreparedTheta<T>& theta, Workspace<T>& workspace,
                        Size m, const Gradient<T>& gradient, const TrainingPass<T>& pass) const;
  /// The logits of m samples, after the last segment.
  View<const T> logits(Workspace<T>& workspace, Size m) const;

  /// The nodes that begin segments 1, 2, ...
  std::span<const std::size_t> boundaries() const { return boundaries_; }

  /// Moves the running statistics of `theta` {theta_size()} after a step on a batch of m samples,
  /// whose totals `totals` has.
  void update_statistics(const Workspace<T>& totals, Size m, std::span<T> theta) const;

 private:
  void add_node(const NodeSpec& spec, std::string name, std::size_t number);
  void add_parameters(Node<T>& node);
  void check_ends() const;
  void find_boundaries();
  PassContext context(std::size_t node, const Workspace<T>& workspace, Size m,
                      const TrainingPass<T>& pass) const;
  void run_forward(std::size_t node, const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                   const TrainingPass<T>& pass) const;
  void run_backward(std::size_t node, const PreparedTheta<T>& theta, Workspace<T>& workspace,
                    Size m, const Gradient<T>& gradient, const TrainingPass<T>& pass) const;

  NetworkSpec spec_;
  std::vector<Node<T>> nodes_;
  std::vector<Parameter> parameters_;
  Size parameter_count_ = 0;
  Size trained_count_ = 0;
  Size theta_size_ = 0;
  std::vector<std::size_t> boundaries_;
  bool wants_dx_;
};

}  // namespace dtheta
