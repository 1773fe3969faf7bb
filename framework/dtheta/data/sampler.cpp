#include "dtheta/data/sampler.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <numeric>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/data/selection.hpp"

namespace dtheta {

SampleBlocks::SampleBlocks(Size n, Size window)
    : samples_(n), count_((n - 1) / window + 1), shortest_(n / count_), longer_(n % count_) {
  assert(n >= 1 && window >= 1 && window <= n);
}

Size SampleBlocks::block_of(Size sample) const {
  const Size in_longer = longer_ * (shortest_ + 1);
  if (sample < in_longer) return sample / (shortest_ + 1);
  return longer_ + (sample - in_longer) / shortest_;
}

void block_order(std::uint64_t seed, Size epoch, std::span<Size> order) {
  // The blocks' own streams have the numbers 0 to blocks − 1, so `blocks` is free for this one.
  Philox random(seed, Purpose::sample_order, static_cast<std::uint64_t>(epoch), order.size());
  std::iota(order.begin(), order.end(), Size{0});
  shuffle(order, random);
}

void epoch_order(std::uint64_t seed, Size epoch, Size window, std::span<Size> order) {
  if (order.empty()) return;
  const SampleBlocks blocks(static_cast<Size>(order.size()), window);
  // The order of the blocks waits at the end of `order` until its entries are overwritten: when
  // block k is written, at least one place is left for each block to come.
  const auto visited = order.last(static_cast<std::size_t>(blocks.count()));
  block_order(seed, epoch, visited);
  auto rest = order;
  for (std::size_t k = 0; k < visited.size(); ++k) {
    const Size block = visited[k];
    const auto samples = rest.first(static_cast<std::size_t>(blocks.length(block)));
    std::iota(samples.begin(), samples.end(), blocks.begin(block));
    Philox random(seed, Purpose::sample_order, static_cast<std::uint64_t>(epoch),
                  static_cast<std::uint64_t>(block));
    shuffle(samples, random);
    rest = rest.subspan(samples.size());
  }
}

ValidationSplit split_for_validation(std::uint64_t seed, Size n, double share,
                                     std::span<const std::int32_t> labels) {
  const auto held_out = static_cast<Size>(std::llround(share * static_cast<double>(n)));
  std::vector<Size> samples(static_cast<std::size_t>(n));
  std::iota(samples.begin(), samples.end(), Size{0});
  if (share > 0 && (held_out == 0 || held_out == n)) {
    throw DataError(fmt::format(
        "a validation split of {} holds {} of {} samples out; wanted at least one on either side",
        share, held_out, n));
  }
  Philox random(seed, Purpose::validation_split, 0, 0);
  ValidationSplit split{.training = {},
                        .validation = draw_samples(samples, held_out, labels, random)};
  std::ranges::set_difference(samples, split.validation, std::back_inserter(split.training));
  return split;
}

}  // namespace dtheta
