#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "dtheta/storage/input_file.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

struct IdxArray {
  ElementType type;
  Shape shape;
  AlignedBuffer<std::byte> numbers;  // native byte order
};

/// The element type of an IDX type code, the third byte of the file.
ElementType idx_type(const InputFile& file, std::byte code) {
  switch (std::to_integer<int>(code)) {
    case 0x08:
      return ElementType::uint8;
    case 0x09:
      return ElementType::int8;
    case 0x0b:
      return ElementType::int16;
    case 0x0c:
      return ElementType::int32;
    case 0x0d:
      return ElementType::float32;
    case 0x0e:
      return ElementType::float64;
    default:
      throw DataError(fmt::format("{}: unknown IDX type {:#04x}; wanted 0x08, 0x09 or 0x0b to 0x0e",
                                  file.path().string(), std::to_integer<int>(code)));
  }
}

Shape read_shape(InputFile& file, std::size_t rank) {
  std::array<std::byte, 4 * (Shape::max_rank - 1)> bytes{};
  const auto header = std::span(bytes).first(4 * rank);
  if (file.read(header) < header.size()) {
    throw DataError(
        fmt::format("{}: ends within the IDX header of {} axes", file.path().string(), rank));
  }
  std::vector<Size> extents;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    Size extent = 0;
    for (const std::byte byte : header.subspan(4 * axis, 4)) {
      extent = extent << 8 | std::to_integer<Size>(byte);
    }
    extents.push_back(extent);
  }
  return with_context(file.path().string(), [&] { return Shape(extents); });
}

/// IDX is big-endian.
void to_native(std::span<std::byte> numbers, Size width) {
  if (std::endian::native == std::endian::big) return;
  const auto step = static_cast<std::size_t>(width);
  for (; !numbers.empty(); numbers = numbers.subspan(step)) {
    std::ranges::reverse(numbers.first(step));
  }
}

IdxArray read_idx(const std::filesystem::path& path) {
  InputFile file(path);
  std::array<std::byte, 4> magic{};
  const std::size_t got = file.read(magic);
  const auto rank = std::to_integer<std::size_t>(magic[3]);
  if (got < 4 || magic[0] != std::byte{0} || magic[1] != std::byte{0} || rank < 1 ||
      rank >= Shape::max_rank) {
    throw DataError(fmt::format(
        "{}: not an IDX file: begins with the bytes {:02x}; wanted 00 00, a type and a number of "
        "axes from 1 to 4",
        path.string(), fmt::join(std::as_const(magic).begin(), magic.begin() + got, " ")));
  }
  const ElementType type = idx_type(file, magic[2]);
  const Shape shape = read_shape(file, rank);
  if (shape.size() > (Size{1} << 59)) {
    throw DataError(fmt::format("{}: the header's shape {} is too large to be true", path.string(),
                                shape.text()));
  }
  const Size bytes = shape.size() * element_size(type);
  AlignedBuffer<std::byte> numbers = file.read_up_to(bytes);
  std::byte beyond{};
  const bool too_long = file.read({&beyond, 1}) == 1;
  if (too_long || numbers.size() < bytes) {
    throw DataError(fmt::format(
        "{}: the header promises {} of {}, {} bytes; found {}", path.string(), shape.text(),
        element_name(type), with_separators(bytes),
        too_long ? "more" : with_separators(numbers.size()) + ": is the file truncated?"));
  }
  to_native(numbers.span(), element_size(type));
  return {type, shape, std::move(numbers)};
}

/// {H, W} → {H, W, 1}: pictures have channels in dtheta.
Shape sample_shape(const Shape& images) {
  const Shape sample = images.sample();
  return sample.rank() == 2 ? Shape{sample[0], sample[1], 1} : sample;
}

struct IdxPair {
  IdxArray images;
  std::vector<std::int32_t> labels;
};

IdxPair read_pair(const IdxFiles& files) {
  IdxArray images = read_idx(files.images);
  const IdxArray labels = read_idx(files.labels);
  if (images.shape.rank() < 2) {
    throw DataError(fmt::format(
        "{}: has one axis: are these the labels? wanted pictures (N, height, width) or vectors "
        "(N, length)",
        files.images.string()));
  }
  if (labels.shape.rank() != 1 || labels.type != ElementType::uint8) {
    throw DataError(fmt::format("{}: is {} of {}; wanted labels, one axis of uint8",
                                files.labels.string(), labels.shape.text(),
                                element_name(labels.type)));
  }
  if (labels.shape[0] != images.shape[0]) {
    throw DataError(fmt::format("{}: has {} labels for {} samples in {}", files.labels.string(),
                                with_separators(labels.shape[0]), with_separators(images.shape[0]),
                                files.images.string()));
  }
  std::vector<std::int32_t> indices;
  std::ranges::transform(labels.numbers.span(), std::back_inserter(indices),
                         [](std::byte label) { return std::to_integer<std::int32_t>(label); });
  return {std::move(images), std::move(indices)};
}

std::int32_t largest_label(const IdxPair& pair) {
  return pair.labels.empty() ? 0 : std::ranges::max(pair.labels);
}

Dataset to_dataset(const IdxFiles& files, IdxPair pair, const std::vector<std::string>& classes) {
  return with_context(files.images.string(), [&] {
    return Dataset(pair.images.type, sample_shape(pair.images.shape),
                   std::move(pair.images.numbers), std::move(pair.labels), classes);
  });
}

}  // namespace

DatasetSplits import_idx(const IdxFiles& train, const std::optional<IdxFiles>& test) {
  IdxPair train_pair = read_pair(train);
  std::optional<IdxPair> test_pair;
  if (test) test_pair = read_pair(*test);

  const std::int32_t last =
      std::max(largest_label(train_pair), test_pair ? largest_label(*test_pair) : 0);
  std::vector<std::string> classes;
  for (std::int32_t label = 0; label <= last; ++label) classes.push_back(std::to_string(label));

  DatasetSplits splits;
  splits.train = to_dataset(train, std::move(train_pair), classes);
  if (test) splits.test = to_dataset(*test, std::move(*test_pair), classes);
  return splits;
}

}  // namespace dtheta
