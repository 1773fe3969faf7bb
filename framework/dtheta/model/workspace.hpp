/// Workspace: everything one task writes while it runs a network.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/time_log.hpp"
#include "dtheta/model/network.hpp"

namespace dtheta {

/// What a workspace is for: inference keeps no activation longer than the layers that read it.
enum class WorkspaceMode { inference, training };

/// The buffers for at most `max_samples` samples of one network: input, targets, activations,
/// records, gradients of activations and scratch. Allocated once, here, and never again.
///
/// One task at a time may use it. The network must outlive it.
template <std::floating_point T>
class Workspace {
 public:
  /// For samples of batches of up to `batch`; 0: max_samples are a batch.
  Workspace(const Network<T>& network, Size max_samples, WorkspaceMode mode, Size batch = 0);

  Size max_samples() const { return max_samples_; }
  WorkspaceMode mode() const { return mode_; }
  /// All buffers together.
  Size bytes() const;

  /// Where the samples go: {m, input shape...}.
  View<T> x(Size m) { return activations_[0].view(x_shape_.batch(m)); }
  /// Where the targets go: {m, k}, k the number of logits.
  View<T> y(Size m) { return y_.view({m, logits_}); }
  /// Where the loss writes dz^[L] {m, k} before `Network::backward`; used up by it.
  View<T> doutput(Size m) { return gradients_[nodes_.back().doutput].view({m, logits_}); }

  /// Where `Network::backward` leaves the derivative by x {m, input shape...}, if it is wanted.
  View<T> dx(Size m) { return gradients_[dx_].view(x_shape_.batch(m)); }

  /// Adds another shard's sums for a node (Layer::batch_sums): those before forward, or before
  /// backward.
  void add_sums(const Workspace& shard, std::size_t node);
  void add_dsums(const Workspace& shard, std::size_t node);

  /// Where the network notes the time of each layer, and whoever uses the workspace that of the
  /// rest; null, as at first: nowhere. The log must outlive its use.
  TimeLog* time_log() const { return time_log_; }
  void set_time_log(TimeLog* log) { time_log_ = log; }

 private:
  friend class Network<T>;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// The gradient by one of a node's inputs.
  struct Gradient {
    std::size_t buffer = none;  ///< which of `gradients_` backward writes; none: not wanted
    std::size_t sum = none;     ///< to which of them it is added then; none: it is the first
  };

  /// One node's share.
  struct NodeBuffers {
    std::size_t output = 0;   ///< which of `activations_`
    std::size_t doutput = 0;  ///< which of `gradients_`
    std::vector<Gradient> dinputs;
    AlignedBuffer<T> record;
    AlignedBuffer<double> sums;
    AlignedBuffer<double> dsums;
  };

  void plan_activations(const Network<T>& network);
  void plan_gradients(const Network<T>& network);
  void plan_layers(const Network<T>& network, Size batch);

  // What node i reads and writes for m samples. The spans hold until the next call.
  std::size_t activation(std::size_t source) const {
    return source == 0 ? 0 : nodes_[source - 1].output;
  }
  std::span<const View<const T>> inputs(Size m, const Node<T>& node);
  std::span<const View<T>> dinputs(std::size_t i, Size m, const Node<T>& node);
  View<T> output(std::size_t i, Size m, const Node<T>& node) {
    return activations_[nodes_[i].output].view(node.output.batch(m));
  }
  View<T> doutput(std::size_t i, Size m, const Node<T>& node) {
    return gradients_[nodes_[i].doutput].view(node.output.batch(m));
  }
  /// After the backward of node i: adds its gradients to those of other readers of its sources.
  void join_fan_out(std::size_t i, Size m, const Node<T>& node);

  Size max_samples_;
  WorkspaceMode mode_;
  Shape x_shape_;
  Size logits_;
  AlignedBuffer<T> y_;
  std::vector<AlignedBuffer<T>> activations_;  // [0] is x
  std::vector<AlignedBuffer<T>> gradients_;
  std::size_t dx_ = none;  // which of them
  std::vector<NodeBuffers> nodes_;
  AlignedBuffer<T> scratch_;
  std::vector<View<const T>> input_views_;
  std::vector<View<T>> dinput_views_;
  TimeLog* time_log_ = nullptr;
};

}  // namespace dtheta
