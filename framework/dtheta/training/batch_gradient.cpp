#include "dtheta/training/batch_gradient.hpp"

#include <algorithm>

#include "dtheta/math/panel_gemm.hpp"
#include "dtheta/training/reduction.hpp"

namespace dtheta {
namespace {

constexpr Size summed_block = 4096;  // 16 KiB of float: those of a few shards fit L1 together
constexpr Size deferred_block = 12 * 1024;  // with θ and slots in L2; wide layers have dozens

/// The length of a parameter's blocks. Layers make dθ of whole rows of a kernel, a step of them.
Size block_length(const Shape& shape, bool is_deferred) {
  if (!is_deferred) return summed_block;
  if (shape.rank() == 1) return shape.size();
  const Size step = panel_rows * (shape.size() / shape[0]);
  return std::max<Size>(1, deferred_block / step) * step;
}

}  // namespace

template <std::floating_point T>
BatchGradient<T>::BatchGradient(const Network<T>& network, Size batch, Size shards, int workers)
    : network_(network), batch_(batch) {
  plan_deposits();
  plan_blocks();
  plan_sums(shards);
  Size longest = 0;
  for (const Block& block : blocks_) {
    if (is_deferred(block.node)) longest = std::max(longest, block.count);
  }
  for (int worker = 0; worker < workers; ++worker) made_.emplace_back(longest);
}

template <std::floating_point T>
void BatchGradient<T>::plan_deposits() {
  std::vector<Size> sizes;
  Size total = 0;
  for (const Node<T>& node : network_.nodes()) {
    const Size size = node.is_trained ? node.layer->deposit_size(node.inputs, batch_) : 0;
    sizes.push_back(AlignedBuffer<T>::padded(size));
    total += sizes.back();
  }
  deposited_ = AlignedBuffer<T>(total);
  std::span<T> rest = deposited_.span();
  for (const Size size : sizes) {
    deposits_.push_back(rest.first(static_cast<std::size_t>(size)));
    rest = rest.subspan(static_cast<std::size_t>(size));
  }
}

template <std::floating_point T>
void BatchGradient<T>::plan_blocks() {
  for (std::size_t i = 0; i < network_.nodes().size(); ++i) {
    const Node<T>& node = network_.nodes()[i];
    for (std::size_t q = 0; q < node.parameter_count; ++q) {
      const std::size_t p = node.first_parameter + q;
      const Parameter& parameter = network_.parameters()[p];
      if (!parameter.is_trained) continue;
      const Size size = parameter.spec.shape.size();
      const Size length = block_length(parameter.spec.shape, is_deferred(i));
      for (Size done = 0; done < size; done += length) {
        blocks_.push_back({.first = parameter.offset + done,
                           .count = std::min(length, size - done),
                           .is_penalized = parameter.spec.is_kernel(),
                           .node = i,
                           .parameter = p});
      }
    }
  }
}

template <std::floating_point T>
void BatchGradient<T>::plan_sums(Size shards) {
  Size total = 0;
  for (std::size_t i = 0; i < network_.nodes().size(); ++i) {
    const Node<T>& node = network_.nodes()[i];
    for (std::size_t q = 0; q < node.parameter_count; ++q) {
      offsets_.push_back(total);
      const Parameter& parameter = network_.parameters()[node.first_parameter + q];
      if (is_deferred(i) || !parameter.is_trained) continue;
      total += AlignedBuffer<T>::padded(parameter.spec.shape.size());
    }
  }
  for (Size shard = 0; shard < shards; ++shard) {
    const std::span<T> sums = sums_.emplace_back(total).span();
    for (std::size_t i = 0; i < network_.nodes().size(); ++i) {
      const Node<T>& node = network_.nodes()[i];
      for (std::size_t q = 0; q < node.parameter_count; ++q) {
        const std::size_t p = node.first_parameter + q;
        const auto from = sums.subspan(static_cast<std::size_t>(offsets_[p]));
        const Parameter& parameter = network_.parameters()[p];
        const bool is_summed = parameter.is_trained && !is_deferred(i);
        views_.push_back(is_summed ? View<T>(from, parameter.spec.shape) : View<T>());
      }
    }
  }
}

template <std::floating_point T>
void BatchGradient<T>::clear(Size shard) {
  std::ranges::fill(sums_[static_cast<std::size_t>(shard)].span(), T{0});
}

template <std::floating_point T>
Gradient<T> BatchGradient<T>::part(Size shard, Size first) const {
  const std::size_t count = network_.parameters().size();
  return {.dtheta = std::span(views_).subspan(static_cast<std::size_t>(shard) * count, count),
          .deposits = deposits_,
          .batch = batch_,
          .first = first};
}

template <std::floating_point T>
std::span<T> BatchGradient<T>::reduce(const Block& block, Size shards, Size m, int worker) {
  const Node<T>& node = network_.nodes()[block.node];
  const Size first = block.first - network_.parameters()[block.parameter].offset;
  if (!is_deferred(block.node)) {
    return tree_sum<T>(std::span(sums_).first(static_cast<std::size_t>(shards)),
                       offsets_[block.parameter] + first, block.count);
  }
  const std::span<T> made =
      made_[static_cast<std::size_t>(worker)].span().first(static_cast<std::size_t>(block.count));
  node.layer->batch_dtheta({.inputs = node.inputs,
                            .deposit = deposits_[block.node],
                            .batch = batch_,
                            .m = m,
                            .parameter = block.parameter - node.first_parameter,
                            .first = first,
                            .dtheta = made});
  return made;
}

template <std::floating_point T>
Size BatchGradient<T>::bytes() const {
  Size elements = deposited_.size();
  for (const auto& sums : sums_) elements += sums.size();
  for (const auto& made : made_) elements += made.size();
  return elements * static_cast<Size>(sizeof(T));
}

template class BatchGradient<float>;
template class BatchGradient<double>;

}  // namespace dtheta
