/// Layer: what every layer promises to the network.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"

namespace dtheta {

/// How the numbers of a parameter begin. `fan_in` and `fan_out` are the connections into and out
/// of one unit of the layer.
enum class Initializer {
  zeros,
  he,      ///< normal, σ = √(2 / fan_in)                  (He et al., 2015)
  glorot,  ///< uniform in ±√(6 / (fan_in + fan_out))      (Glorot and Bengio, 2010)
  uniform,  ///< uniform in ±1/√fan_in                      (LeCun et al., 1998; PyTorch's default)
  normal,  ///< normal, σ = 0.01
};

/// One array of a layer's numbers: a kernel, a bias, a running mean.
struct ParameterSpec {
  std::string name;  ///< Keras' name: "kernel", "bias", "moving_mean"
  Shape shape;
  Size fan_in = 0;
  Size fan_out = 0;
  /// Of a bias, or of a normalization's scale: all its numbers begin with this one.
  std::optional<double> start = {};
  bool is_trained = true;  ///< false: no gradient; the layer sets it, in `update_statistics`

  /// Its numbers are drawn by the recipe's initializer, and weight decay is for them alone.
  bool is_kernel() const { return !start; }
};

/// How much memory a layer needs for a batch, beyond its inputs, outputs and parameters.
struct Footprint {
  Size record = 0;   ///< elements of T that live from forward to the same batch's backward
  Size scratch = 0;  ///< elements of T that live for one call
};

/// What `Layer::prepare` reads and writes.
template <std::floating_point T>
struct Prepare {
  std::span<const Shape> inputs;         ///< of one sample
  std::span<const View<const T>> theta;  ///< as in forward
  bool for_dinputs = false;              ///< backward will be asked for dinputs
  Size part = 0;                         ///< which share of `prepared` is to be made, ...
  Size parts = 1;                        ///< ... of how many like ones
  std::span<T> prepared;                 ///< {prepared_size()}: the share is overwritten
};

/// In which pass a layer is called, for layers that act otherwise in training: m is the number of
/// samples in the call.
struct PassContext {
  bool is_training = false;
  std::uint64_t seed = 0;              ///< of the training
  Size epoch = 0;                      ///< from 0
  Size node = 0;                       ///< number of the layer in its network
  std::span<const Size> samples = {};  ///< {m} their numbers in the data set; empty: 0, ..., m − 1
  Size first = 0;                      ///< number in the batch of the first sample
  Size batch = 0;                      ///< samples of the whole batch
};

/// Sums over a whole batch that a layer asks for: see Layer::batch_sums.
struct BatchSums {
  Size forward = 0;   ///< how many before forward
  Size backward = 0;  ///< how many before backward
};

/// What `Layer::forward_sums` and `Layer::backward_sums` read and write.
template <std::floating_point T>
struct SumOver {
  View<const T> input;        ///< {m, input shape...}
  View<const T> output = {};  ///< {m, output shape...}, in backward_sums
  View<T> doutput = {};       ///< {m, output shape...}, in backward_sums; may be changed
  std::span<const View<const T>> theta;
  PassContext context = {};
  std::span<double> sums;  ///< overwritten: of the m samples
};

/// What `Layer::forward` reads and writes. m is the number of samples in this call.
template <std::floating_point T>
struct Forward {
  std::span<const View<const T>> inputs;  ///< each {m, input shape...}
  View<T> output;                         ///< {m, output shape...}, overwritten
  std::span<const View<const T>> theta;   ///< one view a parameter, in the order of parameters()
  std::span<const T> prepared;            ///< what prepare made of this θ
  std::span<T> record;                    ///< overwritten; handed to backward as it is left here
  std::span<T> scratch;                   ///< overwritten
  PassContext context = {};
  std::span<const double> sums = {};  ///< {batch_sums().forward} in training: of the whole batch
};

/// Where a layer leaves what dθ of a whole batch is made of: see Layer::deposit_size.
template <std::floating_point T>
struct Deposit {
  std::span<T> memory;  ///< {deposit_size(..., batch)}; empty: not wanted
  Size batch = 0;       ///< the most samples of a batch
  Size first = 0;       ///< number in the batch of the first sample of this call
};

/// What `Layer::backward` reads and writes. d + symbol is the derivative of the loss by it.
template <std::floating_point T>
struct Backward {
  std::span<const View<const T>> inputs;  ///< as in forward
  View<const T> output;                   ///< what forward wrote
  View<T> doutput;                        ///< {m, output shape...}; may be used up as scratch
  std::span<const View<T>> dinputs;       ///< overwritten; an empty view: not wanted
  std::span<const View<const T>> theta;   ///< as in forward
  std::span<const T> prepared;            ///< as in forward, made for_dinputs where they are wanted
  std::span<const View<T>> dtheta;        ///< added to: the sum over the m samples; of parameters
                                          ///< that are not trained empty views; none at all: not
                                          ///< wanted
  Deposit<T> deposit = {};                ///< where there is one: written to instead of dtheta
  std::span<const T> record;              ///< as forward left it
  std::span<T> scratch;                   ///< overwritten
  PassContext context = {};               ///< as in forward
  std::span<const double> sums = {};      ///< as in forward
  std::span<const double> dsums = {};     ///< {batch_sums().backward}: of the whole batch
};

/// What `Layer::batch_dtheta` reads and writes.
template <std::floating_point T>
struct BatchDtheta {
  std::span<const Shape> inputs;  ///< of one sample
  std::span<const T> deposit;     ///< as backward left it for samples 0, ..., m − 1
  Size batch = 0;                 ///< as in Deposit
  Size m = 0;
  std::size_t parameter = 0;  ///< which of parameters()
  Size first = 0;  ///< of the parameter's numbers; begins a multiple of `panel_rows` rows of it
  std::span<T> dtheta;  ///< overwritten: those numbers of the sum over the m samples
};

/// A differentiable function of one or more inputs and of parameters θ.
///
/// Shapes here are those of one sample; the views that forward and backward get have the number of
/// samples m in front. Immutable after construction, and all methods write only what is handed to
/// them: one object serves any number of tasks at once without a lock. Nothing is thrown from
/// forward and backward; shapes are checked once, in `output_shape`.
template <std::floating_point T>
class Layer {
 public:
  Layer() = default;
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// The shape of one sample of the output. Throws UsageError when the inputs do not fit, saying
  /// what was found and what was wanted.
  virtual Shape output_shape(std::span<const Shape> inputs) const = 0;

  /// The layer's arrays of numbers, none by default.
  virtual std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const;

  /// Record and scratch that suffice for `batch` samples, none by default.
  virtual Footprint footprint(std::span<const Shape> inputs, Size batch) const;

  /// Elements of T that `prepare` makes of θ, none by default.
  virtual Size prepared_size(std::span<const Shape> inputs, bool for_dinputs) const;

  /// Puts θ into the form that forward and backward read fastest: packed, transformed. Called once
  /// for each new θ and share; all tasks use what it makes. Tasks may make different shares at
  /// once.
  virtual void prepare(const Prepare<T>& pass) const;

  /// Elements of T in which backward can leave what dθ of a batch of up to `batch` samples is made
  /// of, instead of adding to dθ. 0, the default: it cannot. A layer offers it when its dθ is large
  /// beside the work of a few samples, so that one dθ for each shard would cost more than that
  /// work.
  virtual Size deposit_size(std::span<const Shape> inputs, Size batch) const;

  /// Makes a part of dθ from the deposits of all of a batch's samples, added up in their order.
  /// Tasks may make different parts at once.
  virtual void batch_dtheta(const BatchDtheta<T>& pass) const;

  /// How many sums over the whole batch a training needs before this layer can run, for batches of
  /// up to `batch` samples; none by default. Such a layer has one input. Each task adds up those of
  /// its own samples by forward_sums; when all have, the layer gets the totals.
  virtual BatchSums batch_sums(std::span<const Shape> inputs, Size batch) const;
  virtual void forward_sums(const SumOver<T>& pass) const;
  /// The same for backward. What it leaves in doutput is what backward gets.
  virtual void backward_sums(const SumOver<T>& pass) const;

  /// Moves the parameters that are not trained, after a step on `batch` samples whose totals are
  /// `sums`. `theta` has a view for each parameter, of which it writes those only.
  virtual void update_statistics(std::span<const double> sums, Size batch,
                                 std::span<const Shape> inputs,
                                 std::span<const View<T>> theta) const;

  /// The output is the input under another shape (flatten): the network lets both share memory
  /// and calls neither forward nor backward.
  virtual bool is_view() const { return false; }

  virtual void forward(const Forward<T>& pass) const = 0;
  virtual void backward(const Backward<T>& pass) const = 0;
};

}  // namespace dtheta
