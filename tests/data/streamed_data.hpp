/// Data sets in memory, streamed: for tests that hold the one against the other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/data/dataset.hpp"

namespace dtheta::test {

/// How reading behaves.
struct Source {
  Size memory = Size{1} << 30;   ///< for buffers
  Size unreadable = -1;          ///< reading this sample fails
  std::uint64_t delay_seed = 0;  ///< other than 0: reading takes a while, each time another
};

/// Reads from a data set in memory.
class CopyReader final : public SampleReader {
 public:
  CopyReader(const Dataset& data, const Source& source)
      : x_(data.x().begin(), data.x().end()),
        bytes_(static_cast<std::size_t>(data.sample_bytes())),
        source_(source) {}

  void read(Size first, Size count, std::span<std::byte> x) const override {
    if (source_.delay_seed != 0) {
      Philox random(source_.delay_seed, Purpose::input, 0, static_cast<std::uint64_t>(first));
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(2000)));
    }
    if (source_.unreadable >= first && source_.unreadable < first + count) {
      throw InputOutputError("the disk is broken");
    }
    std::memcpy(x.data(), x_.data() + static_cast<std::size_t>(first) * bytes_, x.size());
  }
  std::string name() const override { return "copy"; }

 private:
  std::vector<std::byte> x_;
  std::size_t bytes_;
  Source source_;
};

/// The same data set, streamed.
inline Dataset streamed(const Dataset& data, const Source& source = {}) {
  Samples x(std::make_unique<CopyReader>(data, source), source.memory);
  if (data.is_classification()) {
    return {data.type(),
            data.sample_shape(),
            std::move(x),
            {data.labels().begin(), data.labels().end()},
            data.class_names()};
  }
  AlignedBuffer<double> values(static_cast<Size>(data.values().size()));
  std::ranges::copy(data.values(), values.data());
  return {data.type(), data.sample_shape(), std::move(x), std::move(values),
          data.values_per_sample()};
}

/// n samples of `bytes` bytes, each of which tells the sample's number and the byte's place.
inline Dataset numbered_data(Size n, Size bytes) {
  AlignedBuffer<std::byte> x(n * bytes);
  for (Size i = 0; i < x.size(); ++i) {
    x[i] = static_cast<std::byte>((i / bytes * 31 + i % bytes * 7) % 251);
  }
  return {ElementType::uint8,
          {bytes},
          std::move(x),
          std::vector<std::int32_t>(static_cast<std::size_t>(n), 0),
          {"only"}};
}

}  // namespace dtheta::test
