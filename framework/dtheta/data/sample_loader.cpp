#include "dtheta/data/sample_loader.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

/// Most that is read by one call: enough that a call's own cost does not show, and little enough to
/// stop soon.
constexpr Size piece_bytes = Size{4} << 20;

/// Bytes that are read by one call for a loader with buffers of `most` samples.
Size piece_of(const Dataset& data, Size most) {
  const Size bytes = data.sample_bytes();
  return std::max(bytes, std::min(piece_bytes, most * bytes));
}

/// Samples between wanted ones are read along where at least this share is wanted.
constexpr Size least_wanted = 8;  // one of so many

}  // namespace

SampleLoader::SampleLoader(const Dataset& data, Size most)
    : data_(data),
      gaps_(piece_of(data, most)),
      slots_{Slot{.x = AlignedBuffer<std::byte>(most * data.sample_bytes())},
             Slot{.x = AlignedBuffer<std::byte>(most * data.sample_bytes())}},
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Size SampleLoader::bytes(const Dataset& data, Size most) {
  return piece_of(data, most) + Size{slots} * most * data.sample_bytes();
}

void SampleLoader::load(std::size_t slot, std::span<const std::span<const Size>> runs) {
  assert(std::ranges::all_of(runs, [](auto run) { return std::ranges::is_sorted(run); }));
  Slot& wanted = slots_[slot];
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !wanted.is_wanted; });
  wanted.runs.assign(runs.begin(), runs.end());
  wanted.failure = nullptr;
  wanted.ticket = tickets_++;
  wanted.is_wanted = true;
  changed_.notify_all();
}

const std::byte* SampleLoader::wait(std::size_t slot) {
  const Slot& wanted = slots_[slot];
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !wanted.is_wanted; });
  if (wanted.failure) std::rethrow_exception(wanted.failure);
  return wanted.x.data();
}

SampleLoader::Slot* SampleLoader::next_wanted() {
  Slot* next = nullptr;
  for (Slot& slot : slots_) {
    if (slot.is_wanted && (next == nullptr || slot.ticket < next->ticket)) next = &slot;
  }
  return next;
}

void SampleLoader::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return next_wanted() != nullptr; })) {
    Slot& slot = *next_wanted();
    lock.unlock();
    std::exception_ptr failure;
    try {
      fill(slot, stop);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    slot.failure = failure;
    slot.is_wanted = false;
    changed_.notify_all();
  }
}

void SampleLoader::fill(Slot& slot, const std::stop_token& stop) {
  std::byte* x = slot.x.data();
  for (std::span<const Size> run : slot.runs) {
    while (!run.empty()) {
      if (stop.stop_requested()) return;  // nobody waits for it any more
      const std::size_t count = read_some(run, x);
      check_finite(run.first(count), x);
      x += static_cast<Size>(count) * data_.sample_bytes();
      run = run.subspan(count);
    }
  }
}

/// Reads the first few of `samples` into x and returns how many. Not more than fit a piece, but at
/// least one.
std::size_t SampleLoader::read_some(std::span<const Size> samples, std::byte* x) {
  const Size bytes = data_.sample_bytes();
  const Size first = samples.front();
  const Size end = first + gaps_.size() / bytes;
  const auto some = samples.first(
      static_cast<std::size_t>(std::ranges::lower_bound(samples, end) - samples.begin()));
  const Size count = static_cast<Size>(some.size());
  const Size spanned = some.back() - first + 1;
  const auto buffer = [&](std::byte* data, Size rows) {
    return std::span(data, static_cast<std::size_t>(rows * bytes));
  };
  if (spanned != count && count * least_wanted >= spanned) {
    data_.reader().read(first, spanned, buffer(gaps_.data(), spanned));
    for (const Size sample : some) {
      std::memcpy(x, gaps_.data() + (sample - first) * bytes, static_cast<std::size_t>(bytes));
      x += bytes;
    }
    return some.size();
  }
  Size neighbours = 1;
  while (neighbours < count && some[static_cast<std::size_t>(neighbours)] == first + neighbours) {
    ++neighbours;
  }
  data_.reader().read(first, neighbours, buffer(x, neighbours));
  return static_cast<std::size_t>(neighbours);
}

void SampleLoader::check_finite(std::span<const Size> samples, const std::byte* x) const {
  const Size bytes = static_cast<Size>(samples.size()) * data_.sample_bytes();
  const auto bad = first_not_finite(data_.type(), {x, static_cast<std::size_t>(bytes)});
  if (!bad) return;
  const Size numbers = data_.sample_shape().size();
  throw DataError(fmt::format(
      "{}: sample {} is not finite at place {}; wanted finite numbers: clean the data first",
      data_.reader().name(), samples[static_cast<std::size_t>(*bad / numbers)], *bad % numbers));
}

}  // namespace dtheta
