#include "dtheta/data/sample_runs.hpp"

#include <algorithm>
#include <numeric>

namespace dtheta {
namespace {

/// Samples of a run of `data`, of which there are `count`.
std::size_t run_length(const Dataset& data, std::size_t count, Size multiple) {
  if (data.is_in_memory()) return count;
  constexpr Size most = Size{16} << 20;
  const Size bytes = std::min(most, data.stream_memory() / 8) / Size{SampleLoader::slots};
  const Size multiples = std::max<Size>(1, bytes / (data.sample_bytes() * multiple));
  return std::min(count, static_cast<std::size_t>(multiples * multiple));
}

}  // namespace

std::vector<Size> all_samples(const Dataset& data) {
  std::vector<Size> samples(static_cast<std::size_t>(data.size()));
  std::iota(samples.begin(), samples.end(), Size{0});
  return samples;
}

SampleRuns::SampleRuns(const Dataset& data, std::span<const Size> samples, Size multiple)
    : data_(data),
      samples_(samples),
      length_(run_length(data, samples.size(), multiple)),
      rows_(length_) {
  if (data.is_in_memory() || samples.empty()) return;
  loader_ = std::make_unique<SampleLoader>(data, static_cast<Size>(length_));
  load(0);
}

/// Empty after the last.
std::span<const Size> SampleRuns::run(std::size_t number) const {
  const std::size_t first = std::min(number * length_, samples_.size());
  return samples_.subspan(first, std::min(length_, samples_.size() - first));
}

void SampleRuns::load(std::size_t number) {
  const std::span<const Size> wanted = run(number);
  if (!wanted.empty()) loader_->load(number % SampleLoader::slots, {&wanted, 1});
}

SampleBatch SampleRuns::next() {
  const std::span<const Size> samples = run(next_);
  if (samples.empty()) return {};
  const Size bytes = data_.sample_bytes();
  if (loader_) {
    load(next_ + 1);
    const std::byte* const x = loader_->wait(next_ % SampleLoader::slots);
    for (std::size_t n = 0; n < samples.size(); ++n) rows_[n] = x + static_cast<Size>(n) * bytes;
  } else {
    std::ranges::transform(samples, rows_.begin(),
                           [&](Size sample) { return data_.x().data() + sample * bytes; });
  }
  ++next_;
  return {samples, std::span(rows_).first(samples.size())};
}

}  // namespace dtheta
