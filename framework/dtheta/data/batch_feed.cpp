#include "dtheta/data/batch_feed.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

void check_memory(const Dataset& data, Size samples, const SampleOrder& order) {
  const Size wanted = stream_bytes(data, samples, order);
  if (wanted <= data.stream_memory()) return;
  throw UsageError(fmt::format(
      "streaming {} in windows of {} samples takes {} bytes, more than the {} that the "
      "memory limit leaves; wanted --shuffle-window {} or less, or a higher --memory-limit",
      data.reader().name(), order.window, wanted, data.stream_memory(),
      default_window(data, samples, order.batch)));
}

}  // namespace

BatchFeed::BatchFeed(const Dataset& data, std::vector<Size> samples, const SampleOrder& order)
    : data_(data),
      samples_(std::move(samples)),
      order_(order),
      places_(samples_.size()),
      numbers_(static_cast<std::size_t>(order.batch)),
      rows_(numbers_.size()),
      keys_(std::ranges::adjacent_find(samples_) == samples_.end() ? 0 : numbers_.size()) {
  assert(order.batch >= 1 && order.batch <= this->samples());
  if (data.is_in_memory()) return;
  check_memory(data, this->samples(), order_);
  stream_ = std::make_unique<BlockStream>(data, samples_, order_);
}

SampleBatch BatchFeed::at(Size epoch, Size cursor) {
  assert(cursor >= 0 && cursor < samples());
  if (epoch != epoch_) {
    epoch_order(order_.seed, epoch, order_.window, places_);
    epoch_ = epoch;
  }
  const Size count = std::min(order_.batch, samples() - cursor);
  if (stream_) stream_->seek(epoch, cursor, count);
  for (std::size_t n = 0; n < static_cast<std::size_t>(count); ++n) {
    const auto place = static_cast<std::size_t>(cursor) + n;
    const Size index = places_[place];
    numbers_[n] = samples_[static_cast<std::size_t>(index)];
    if (!keys_.empty()) keys_[n] = key_of(static_cast<std::size_t>(index));
    rows_[n] = stream_ ? stream_->row(static_cast<Size>(place), index)
                       : data_.x().data() + numbers_[n] * data_.sample_bytes();
  }
  return SampleBatch{numbers_, rows_, keys_}.part(0, count);
}

/// The number of the sample, and where it comes several times, for each time another.
Size BatchFeed::key_of(std::size_t index) const {
  const Size sample = samples_[index];
  const auto first = std::ranges::lower_bound(samples_, sample) - samples_.begin();
  return sample + (static_cast<Size>(index) - first) * data_.size();
}

Size BatchFeed::bytes() const {
  const std::size_t numbers = samples_.size() + places_.size() + numbers_.size() + keys_.size();
  const std::size_t tables = numbers * sizeof(Size) + rows_.size() * sizeof(const std::byte*);
  return static_cast<Size>(tables) + (stream_ ? stream_->bytes() : 0);
}

}  // namespace dtheta
