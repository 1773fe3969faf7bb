#include "dtheta/data/sampler.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"

namespace dtheta {

void epoch_order(std::uint64_t seed, Size epoch, Size window, std::span<Size> order) {
  const auto n = static_cast<Size>(order.size());
  assert(n == 0 || (window >= 1 && window <= n));
  if (n == 0) return;
  const auto key_epoch = static_cast<std::uint64_t>(epoch);
  const Size blocks = (n - 1) / window + 1;

  // The order of the blocks waits at the end of `order` until its entries are overwritten: when
  // block k is written, at least one place is left for each block to come. The blocks' own streams
  // have the numbers 0 to blocks − 1, so `blocks` is free for this one.
  const auto block_order = order.last(static_cast<std::size_t>(blocks));
  std::iota(block_order.begin(), block_order.end(), Size{0});
  Philox over_blocks(seed, Purpose::sample_order, key_epoch, static_cast<std::uint64_t>(blocks));
  shuffle(block_order, over_blocks);

  Size done = 0;
  for (std::size_t k = 0; k < block_order.size(); ++k) {
    const Size block = block_order[k];
    const Size first = block * window;
    const Size count = std::min(window, n - first);
    const auto samples =
        order.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(count));
    std::iota(samples.begin(), samples.end(), first);
    Philox within_block(seed, Purpose::sample_order, key_epoch, static_cast<std::uint64_t>(block));
    shuffle(samples, within_block);
    done += count;
  }
}

ValidationSplit split_for_validation(std::uint64_t seed, Size n, double share) {
  const auto held_out = static_cast<std::size_t>(std::llround(share * static_cast<double>(n)));
  std::vector<Size> samples(static_cast<std::size_t>(n));
  std::iota(samples.begin(), samples.end(), Size{0});
  if (share > 0 && (held_out == 0 || held_out == samples.size())) {
    throw DataError(fmt::format(
        "a validation split of {} holds {} of {} samples out; wanted at least one on either side",
        share, held_out, n));
  }
  Philox random(seed, Purpose::validation_split, 0, 0);
  shuffle(samples, random);
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(held_out);
  ValidationSplit split{.training = {middle, samples.end()},
                        .validation = {samples.begin(), middle}};
  std::ranges::sort(split.training);
  std::ranges::sort(split.validation);
  return split;
}

}  // namespace dtheta
