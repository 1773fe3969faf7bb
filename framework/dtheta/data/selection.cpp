#include "dtheta/data/selection.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <iterator>
#include <numeric>

namespace dtheta {
namespace {

/// The class of each sample; 0 for all where there are no labels.
Size label_of(Size sample, std::span<const std::int32_t> labels) {
  return labels.empty() ? 0 : labels[static_cast<std::size_t>(sample)];
}

/// How many of the samples each class has.
std::vector<Size> class_sizes(std::span<const Size> samples, std::span<const std::int32_t> labels) {
  const Size classes = labels.empty() ? 1 : Size{std::ranges::max(labels)} + 1;
  std::vector<Size> sizes(static_cast<std::size_t>(classes));
  for (const Size sample : samples) ++sizes[static_cast<std::size_t>(label_of(sample, labels))];
  return sizes;
}

}  // namespace

std::vector<Size> apportioned(std::span<const Size> sizes, Size total) {
  const Size all = std::accumulate(sizes.begin(), sizes.end(), Size{0});
  assert(total >= 0 && total <= all);
  std::vector<Size> parts(sizes.size());
  std::vector<Size> remainders(sizes.size());
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Size left = total;
  for (const std::size_t c : order) {
    if (all == 0) break;
    __extension__ using Wide = __int128;
    const Wide product = static_cast<Wide>(sizes[c]) * total;
    parts[c] = static_cast<Size>(product / all);
    remainders[c] = static_cast<Size>(product % all);
    left -= parts[c];
  }
  std::ranges::stable_sort(order, [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) ++parts[order[i]];
  return parts;
}

std::vector<Size> draw_samples(std::span<const Size> samples, Size count,
                               std::span<const std::int32_t> labels, Philox& random) {
  std::vector<Size> order(samples.begin(), samples.end());
  shuffle(order, random);
  std::vector<Size> wanted = apportioned(class_sizes(samples, labels), count);
  std::vector<Size> drawn;
  for (const Size sample : order) {
    Size& missing = wanted[static_cast<std::size_t>(label_of(sample, labels))];
    if (missing == 0) continue;
    drawn.push_back(sample);
    --missing;
  }
  std::ranges::sort(drawn);
  return drawn;
}

std::vector<Size> balanced_samples(std::span<const Size> samples,
                                   std::span<const std::int32_t> labels, std::uint64_t seed) {
  const std::vector<Size> sizes = class_sizes(samples, labels);
  const Size largest = std::ranges::max(sizes);
  std::vector<Size> balanced;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] == 0) continue;
    std::vector<Size> of_class;
    std::ranges::copy_if(samples, std::back_inserter(of_class), [&](Size sample) {
      return label_of(sample, labels) == static_cast<Size>(c);
    });
    for (Size time = 0; time < largest / sizes[c]; ++time) {
      balanced.insert(balanced.end(), of_class.begin(), of_class.end());
    }
    Philox random(seed, Purpose::class_balance, 0, c);
    const std::vector<Size> rest = draw_samples(of_class, largest % sizes[c], {}, random);
    balanced.insert(balanced.end(), rest.begin(), rest.end());
  }
  std::ranges::sort(balanced);
  return balanced;
}

}  // namespace dtheta
