/// Dataset: samples and their targets, as they were stored.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/input_preparation.hpp"
#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"
#include "dtheta/data/sample_batch.hpp"
#include "dtheta/data/sample_reader.hpp"

namespace dtheta {

/// The number types a data set may be stored in; kept as they are in memory.
enum class ElementType {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  uint64,
  int64,
  float32,
  float64
};

/// Calls visit(U{}) with the C++ type U that `type` stands for, and returns what it returns.
template <class Visitor>
auto with_element_type(ElementType type, Visitor visit) {
  switch (type) {
    case ElementType::uint8:
      return visit(std::uint8_t{});
    case ElementType::int8:
      return visit(std::int8_t{});
    case ElementType::uint16:
      return visit(std::uint16_t{});
    case ElementType::int16:
      return visit(std::int16_t{});
    case ElementType::uint32:
      return visit(std::uint32_t{});
    case ElementType::int32:
      return visit(std::int32_t{});
    case ElementType::uint64:
      return visit(std::uint64_t{});
    case ElementType::int64:
      return visit(std::int64_t{});
    case ElementType::float32:
      return visit(float{});
    case ElementType::float64:
      break;
  }
  return visit(double{});
}

/// Bytes of one element: 1, 2, 4 or 8.
Size element_size(ElementType type);
/// "uint8", "float32", ...
std::string_view element_name(ElementType type);

/// The preparation that data of this type gets by default: scale 1/255 for uint8, 1 for all else.
InputPreparation default_preparation(ElementType type);

/// The place in `numbers` of the first that is NaN or infinite; none when all are finite.
std::optional<Size> first_not_finite(ElementType type, std::span<const std::byte> numbers);

/// Where the samples of a data set are: in memory, or somewhere they are read from when wanted.
struct Samples {
  /// In memory: samples one after another.
  Samples(AlignedBuffer<std::byte> samples)  // NOLINT(google-explicit-constructor)
      : x(std::move(samples)) {}
  /// Streamed. Buffers for them may take `bytes` of memory.
  Samples(std::unique_ptr<const SampleReader> source, Size bytes)
      : reader(std::move(source)), memory(bytes) {}

  AlignedBuffer<std::byte> x = {};
  std::unique_ptr<const SampleReader> reader = {};  ///< null: they are in memory
  Size memory = 0;
};

/// Samples x in their native type with one target each: a class index, or k real numbers.
///
/// Targets are in memory; samples are, too, or are streamed: SampleRuns (data/sample_runs.hpp) goes
/// through either, BatchFeed (data/batch_feed.hpp) in the order of a training. Immutable after
/// construction; safe from any thread. The constructors throw DataError for sizes that do not
/// agree, a sample shape that is not of 1 to 4 extents of at least 1, a label outside {0, ...,
/// classes − 1}, and NaN or infinity in x or the targets, naming the sample; in streamed samples
/// that is found when they are read.
class Dataset {
 public:
  /// Classification. `x` holds labels.size() samples of `sample_shape`, row-major (images NHWC).
  Dataset(ElementType type, const Shape& sample_shape, Samples x, std::vector<std::int32_t> labels,
          std::vector<std::string> class_names);

  /// Regression. `values` {N, k}, row-major.
  Dataset(ElementType type, const Shape& sample_shape, Samples x, AlignedBuffer<double> values,
          Size values_per_sample);

  /// The same samples, of which each counts `weights` {N} in the loss that is trained on. Throws
  /// DataError for another number of weights, and for one that is negative or not finite.
  Dataset weighted_by(std::vector<double> weights) &&;

  Size size() const { return size_; }
  const Shape& sample_shape() const { return sample_shape_; }
  ElementType type() const { return type_; }
  /// Bytes of one sample, and of all.
  Size sample_bytes() const { return sample_shape_.size() * element_size(type_); }
  Size bytes() const { return size_ * sample_bytes(); }

  bool is_in_memory() const { return x_.reader == nullptr; }
  /// All samples; they must be in memory (asserted).
  std::span<const std::byte> x() const;
  /// Where samples that are not in memory are read (asserted), and how much memory buffers for them
  /// may take.
  const SampleReader& reader() const;
  Size stream_memory() const { return x_.memory; }
  /// Bytes of what is in memory: targets, weights, and samples unless they are streamed.
  Size resident_bytes() const;

  bool is_classification() const { return values_per_sample_ == 0; }
  /// Number of classes; 0 for regression.
  Size classes() const { return static_cast<Size>(class_names_.size()); }
  /// One name a class ("0", "1", ... where the source has none).
  const std::vector<std::string>& class_names() const { return class_names_; }
  /// {N}; empty for regression.
  std::span<const std::int32_t> labels() const { return labels_; }
  /// {N, values_per_sample}; empty for classification.
  std::span<const double> values() const { return values_.span(); }
  /// k of a regression target; 0 for classification.
  Size values_per_sample() const { return values_per_sample_; }

  /// {N}; empty: each counts 1.
  std::span<const double> weights() const { return weights_; }

  /// The width of the network's output that these targets ask for: 1 for two classes (a sigmoid),
  /// the number of classes for more (a softmax), k for regression.
  Size target_width() const;

  /// Prepares the m samples of a batch of this data set for the network:
  ///   x {m, sample_shape...} or any other shape of that size: (stored number · scale −
  ///   mean)/deviation, overwritten; y {m, k}: the targets, overwritten. For labels: one-hot where
  ///   k = classes, the label itself (0 or 1) where k = 1 and classes = 2; for regression the
  ///   values. An empty y: not wanted.
  /// Numbers must be in range and k one of those widths (asserted). Writes only x and y; safe from
  /// any thread. The stored number, scale, mean and deviation are rounded to T, and so is the
  /// result of each operation, so the bits are the same on every machine. The preparation's
  /// channels must divide the samples' numbers evenly (asserted).
  template <std::floating_point T>
  void gather(const SampleBatch& batch, const InputPreparation& preparation, View<T> x,
              View<T> y) const;

  /// The same for the samples `indices` {m} of a data set in memory (asserted).
  template <std::floating_point T>
  void gather(std::span<const Size> indices, const InputPreparation& preparation, View<T> x,
              View<T> y) const;

 private:
  void check_samples() const;
  template <std::floating_point T>
  void gather_targets(std::span<const Size> indices, View<T> y) const;

  ElementType type_;
  Shape sample_shape_;
  Size size_;
  Samples x_;
  std::vector<std::int32_t> labels_;
  std::vector<std::string> class_names_;
  AlignedBuffer<double> values_;
  Size values_per_sample_ = 0;
  std::vector<double> weights_;
};

}  // namespace dtheta
