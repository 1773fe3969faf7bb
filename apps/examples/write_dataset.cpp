// Writes a data set of our own as HDF5: points on two spirals, and which spiral each is on.
//
// Usage: write_dataset OUTPUT.h5
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <span>
#include <vector>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/storage/dataset_file.hpp"

using namespace dtheta;

namespace {

Dataset two_spirals(Size n, std::uint64_t seed) {
  AlignedBuffer<std::byte> bytes(n * 2 * static_cast<Size>(sizeof(float)));
  std::vector<float> x;
  std::vector<std::int32_t> labels;
  for (Size i = 0; i < n; ++i) {
    Philox random(seed, Purpose::synthetic_data, 0, static_cast<std::uint64_t>(i));
    const auto spiral = static_cast<std::int32_t>(i % 2);
    const double radius = std::sqrt(random.uniform());
    const double angle = 1.5 * std::numbers::pi * radius + spiral * std::numbers::pi;
    x.push_back(static_cast<float>(radius * std::cos(angle) + 0.02 * random.normal()));
    x.push_back(static_cast<float>(radius * std::sin(angle) + 0.02 * random.normal()));
    labels.push_back(spiral);
  }
  std::ranges::copy(std::as_bytes(std::span(x)), bytes.data());
  return {ElementType::float32, {2}, std::move(bytes), std::move(labels), {"first", "second"}};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw UsageError("usage: write_dataset OUTPUT.h5");
  write_dataset(argv[1], {.train = two_spirals(2000, /*seed=*/1),
                          .validation = {},
                          .test = two_spirals(500, /*seed=*/2)});
  std::printf("wrote 2000 training and 500 test samples to %s\n", argv[1]);
} catch (const Error& error) {
  std::fprintf(stderr, "write_dataset: %s\n", error.what());
  return static_cast<int>(error.exit_code());
}
