/// Workspace: everything one task writes while it runs a network.
#pragma once

#include <concepts>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/time_log.hpp"
#include "dtheta/model/network.hpp"

namespace dtheta {

/// What a workspace is for: inference keeps no activation longer than the next layer needs it.
enum class WorkspaceMode { inference, training };

/// The buffers for at most `max_samples` samples of one network: input, targets, activations,
/// records, gradients of activations and scratch. Allocated once, here, and never again.
///
/// One task at a time may use it. The network must outlive it.
template <std::floating_point T>
class Workspace {
 public:
  Workspace(const Network<T>& network, Size max_samples, WorkspaceMode mode);

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

  /// Where the network notes the time of each layer, and whoever uses the workspace that of the
  /// rest; null, as at first: nowhere. The log must outlive its use.
  TimeLog* time_log() const { return time_log_; }
  void set_time_log(TimeLog* log) { time_log_ = log; }

 private:
  friend class Network<T>;

  /// One node's share.
  struct NodeBuffers {
    std::size_t output = 0;   ///< which of `activations_`
    std::size_t doutput = 0;  ///< which of `gradients_`
    AlignedBuffer<T> record;
  };

  void plan_activations(const Network<T>& network);
  void plan_gradients(const Network<T>& network);
  void plan_layers(const Network<T>& network);

  // What node i reads and writes for m samples.
  View<T> input(std::size_t i, Size m, const Node<T>& node) {
    return activations_[i == 0 ? 0 : nodes_[i - 1].output].view(node.input.batch(m));
  }
  View<T> output(std::size_t i, Size m, const Node<T>& node) {
    return activations_[nodes_[i].output].view(node.output.batch(m));
  }
  View<T> doutput(std::size_t i, Size m, const Node<T>& node) {
    return gradients_[nodes_[i].doutput].view(node.output.batch(m));
  }
  View<T> dinput(std::size_t i, Size m, const Node<T>& node) {
    return gradients_[nodes_[i - 1].doutput].view(node.input.batch(m));
  }

  Size max_samples_;
  WorkspaceMode mode_;
  Shape x_shape_;
  Size logits_;
  AlignedBuffer<T> y_;
  std::vector<AlignedBuffer<T>> activations_;  // [0] is x; inference takes two more in turn
  std::vector<AlignedBuffer<T>> gradients_;    // two in turn
  std::vector<NodeBuffers> nodes_;
  AlignedBuffer<T> scratch_;
  TimeLog* time_log_ = nullptr;
};

}  // namespace dtheta
