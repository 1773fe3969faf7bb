#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "dtheta/storage/input_file.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

constexpr Size side = 32;
constexpr Size plane = side * side;
constexpr Size channels = 3;
constexpr Size picture = plane * channels;
constexpr Size record = 1 + picture;

constexpr std::array class_names{"airplane", "automobile", "bird",  "cat",  "deer",
                                 "dog",      "frog",       "horse", "ship", "truck"};

AlignedBuffer<std::byte> read_batch(const std::filesystem::path& path) {
  AlignedBuffer<std::byte> batch = InputFile(path).read_up_to(std::numeric_limits<Size>::max());
  if (batch.size() == 0 || batch.size() % record != 0) {
    throw DataError(fmt::format(
        "{}: has {} bytes; wanted CIFAR-10's binary version: records of {} bytes, a label and "
        "32x32 pixels in 3 planes",
        path.string(), with_separators(batch.size()), with_separators(record)));
  }
  return batch;
}

/// Planes {3, 32·32} → pixels {32·32, 3}.
void interleave(const std::byte* planes, std::byte* pixels) {
  for (Size pixel = 0; pixel < plane; ++pixel) {
    for (Size channel = 0; channel < channels; ++channel) {
      pixels[pixel * channels + channel] = planes[channel * plane + pixel];
    }
  }
}

Dataset read_batches(std::span<const std::filesystem::path> paths) {
  std::vector<AlignedBuffer<std::byte>> batches;
  Size samples = 0;
  for (const auto& path : paths) {
    batches.push_back(read_batch(path));
    samples += batches.back().size() / record;
  }
  AlignedBuffer<std::byte> x(samples * picture);
  std::vector<std::int32_t> labels;
  for (std::size_t b = 0; b < batches.size(); ++b) {
    const Size records = batches[b].size() / record;
    for (Size r = 0; r < records; ++r) {
      const std::byte* const source = batches[b].data() + r * record;
      const auto label = std::to_integer<std::int32_t>(source[0]);
      if (label >= static_cast<std::int32_t>(class_names.size())) {
        throw DataError(fmt::format("{}: record {} has label {}; wanted 0 to 9", paths[b].string(),
                                    with_separators(r), label));
      }
      interleave(source + 1, x.data() + static_cast<Size>(labels.size()) * picture);
      labels.push_back(label);
    }
  }
  return Dataset(ElementType::uint8, Shape{side, side, channels}, std::move(x), std::move(labels),
                 {class_names.begin(), class_names.end()});
}

}  // namespace

DatasetSplits import_cifar10(std::span<const std::filesystem::path> train,
                             std::span<const std::filesystem::path> test) {
  if (train.empty()) throw UsageError("importing CIFAR-10 needs at least one training batch");
  DatasetSplits splits;
  splits.train = read_batches(train);
  if (!test.empty()) splits.test = read_batches(test);
  return splits;
}

}  // namespace dtheta
