#include "dtheta/data/block_stream.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

constexpr Size slots = SampleLoader::slots;

Size blocks_per_load(const SampleBlocks& blocks, Size batch) {
  return std::min(blocks.count(), (batch - 1) / blocks.shortest() + 1);
}

/// Samples of the largest load.
Size longest_load(const SampleBlocks& blocks, Size batch) {
  return std::min(blocks.samples(), blocks_per_load(blocks, batch) * blocks.longest());
}

}  // namespace

Size stream_bytes(const Dataset& data, Size samples, const SampleOrder& order) {
  return SampleLoader::bytes(data, longest_load(SampleBlocks(samples, order.window), order.batch));
}

Size default_window(const Dataset& data, Size samples, Size batch) {
  if (data.is_in_memory()) return samples;
  constexpr Size most = Size{1} << 30;
  const Size memory = std::min(most, data.stream_memory() / 4 * 3);
  Size window = std::min(samples, memory / (slots * data.sample_bytes()));
  for (; window > 0; window -= (window + 7) / 8) {
    if (stream_bytes(data, samples, {.window = window, .batch = batch}) <= memory) return window;
  }
  throw UsageError(fmt::format(
      "streaming {} in batches of {} samples takes more than the {} bytes that the memory limit "
      "leaves; wanted a higher --memory-limit or a smaller --batch-size",
      data.reader().name(), batch, memory));
}

BlockStream::BlockStream(const Dataset& data, std::span<const Size> samples,
                         const SampleOrder& order)
    : data_(data),
      samples_(samples),
      order_(order),
      blocks_(static_cast<Size>(samples.size()), order.window),
      blocks_per_load_(blocks_per_load(blocks_, order.batch)),
      loads_per_epoch_((blocks_.count() - 1) / blocks_per_load_ + 1),
      load_begins_(static_cast<std::size_t>(loads_per_epoch_) + 1),
      loader_(data, longest_load(blocks_, order.batch)) {
  for (Epoch& epoch : epochs_) epoch.blocks.resize(static_cast<std::size_t>(blocks_.count()));
  for (Load& load : loads_) load.places.reserve(static_cast<std::size_t>(blocks_per_load_));
  runs_.reserve(static_cast<std::size_t>(blocks_per_load_));
}

const BlockStream::Epoch& BlockStream::epoch_of(Size number) {
  Epoch& epoch = epochs_[static_cast<std::size_t>(number) % epochs_.size()];
  if (epoch.number != number) {
    block_order(order_.seed, number, epoch.blocks);
    epoch.number = number;
  }
  return epoch;
}

void BlockStream::start_epoch(Size epoch) {
  const std::vector<Size>& blocks = epoch_of(epoch).blocks;
  Size place = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const auto per_load = static_cast<std::size_t>(blocks_per_load_);
    if (b % per_load == 0) load_begins_[b / per_load] = place;
    place += blocks_.length(blocks[b]);
  }
  load_begins_.back() = place;
  epoch_ = epoch;
}

/// The number of the load with that place of the running epoch's order.
Size BlockStream::load_at(Size place) const {
  const auto after = std::ranges::upper_bound(load_begins_, place);
  return epoch_ * loads_per_epoch_ + (after - load_begins_.begin()) - 1;
}

/// Begins to read a load, unless it is there or on its way. Its blocks in ascending order: so they
/// are read fastest, and found by search.
void BlockStream::load(Size number) {
  const auto slot = static_cast<std::size_t>(number) % loads_.size();
  Load& load = loads_[slot];
  if (load.number == number) return;
  const Size first = number % loads_per_epoch_ * blocks_per_load_;
  const Size count = std::min(blocks_per_load_, blocks_.count() - first);
  const std::span blocks =
      std::span(epoch_of(number / loads_per_epoch_).blocks)
          .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  load.places.clear();
  for (const Size block : blocks) load.places.push_back({.block = block, .offset = 0});
  std::ranges::sort(load.places, {}, &Place::block);
  runs_.clear();
  Size offset = 0;
  for (Place& place : load.places) {
    const auto length = static_cast<std::size_t>(blocks_.length(place.block));
    runs_.push_back(samples_.subspan(static_cast<std::size_t>(blocks_.begin(place.block)), length));
    place.offset = offset;
    offset += static_cast<Size>(length);
  }
  loader_.load(slot, runs_);
  load.number = number;
}

void BlockStream::seek(Size epoch, Size cursor, Size count) {
  assert(count >= 1 && count <= order_.batch);
  if (epoch != epoch_) start_epoch(epoch);
  const Size first = load_at(cursor);
  const Size last = load_at(cursor + count - 1);
  assert(last - first < slots);
  for (Size number = first; number <= last; ++number) load(number);
  const bool has_room = first == last;
  if (has_room && last + 1 < order_.epochs * loads_per_epoch_) load(last + 1);
  for (Size number = first; number <= last; ++number) {
    const auto slot = static_cast<std::size_t>(number) % loads_.size();
    loads_[slot].x = loader_.wait(slot);
  }
}

const std::byte* BlockStream::row(Size place, Size index) const {
  const Load& load = loads_[static_cast<std::size_t>(load_at(place)) % loads_.size()];
  const Size block = blocks_.block_of(index);
  const auto found = std::ranges::lower_bound(load.places, block, {}, &Place::block);
  assert(found != load.places.end() && found->block == block);
  return load.x + (found->offset + index - blocks_.begin(block)) * data_.sample_bytes();
}

}  // namespace dtheta
