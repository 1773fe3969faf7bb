#include "dtheta/storage/hdf5_contents.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta {
namespace {

template <class U>
void widen(NumberRange& range, std::span<const std::byte> bytes) {
  const std::span numbers(reinterpret_cast<const U*>(bytes.data()), bytes.size() / sizeof(U));
  for (const U number : numbers) {  // comparisons with NaN are false
    if (static_cast<double>(number) < range.lowest) range.lowest = static_cast<double>(number);
    if (static_cast<double>(number) > range.highest) range.highest = static_cast<double>(number);
  }
}

NumberRange range_of(const hdf5::Reader& file, const hdf5::OpenArray& array) {
  constexpr Size most = Size{4} << 20;
  const Size element = element_size(array.info.type);
  const Size row = array.info.shape.sample().size() * element;
  const Size step = std::clamp<Size>(most / row, 1, array.info.shape[0]);
  AlignedBuffer<std::byte> bytes(step * row);
  NumberRange range{std::numeric_limits<double>::infinity(),
                    -std::numeric_limits<double>::infinity()};
  for (Size first = 0; first < array.info.shape[0]; first += step) {
    const Size count = std::min(step, array.info.shape[0] - first);
    const auto some = bytes.span().first(static_cast<std::size_t>(count * row));
    file.read_rows(array, first, count, some);
    with_element_type(array.info.type, [&]<class U>(U) { widen<U>(range, some); });
  }
  return range;
}

/// Storage and range of a dataset of numbers, as far as they can be told.
void describe(const hdf5::Reader& file, Hdf5Object& object) {
  try {
    object.storage = file.storage_text(object.path);
    if (!file.holds_numbers(object.path)) return;
    const hdf5::OpenArray array = file.open(object.path);
    if (array.info.shape.rank() == 0 || array.info.shape.size() == 0) return;
    const NumberRange range = range_of(file, array);
    if (range.lowest <= range.highest) object.range = range;
  } catch (const DataError& error) {
    object.problem = error.what();
  }
}

}  // namespace

std::vector<Hdf5Object> hdf5_contents(const std::filesystem::path& path,
                                      const std::optional<Sandbox>& sandbox) {
  const hdf5::Reader file(path, sandbox);
  std::vector<Hdf5Object> objects;
  for (const auto& entry : file.entries({.levels = 16, .members = 1'000, .entries = 1'000})) {
    Hdf5Object& object =
        objects.emplace_back(Hdf5Object{.path = entry.path, .label = entry.label()});
    object.type = entry.text;
    if (entry.kind == hdf5::ObjectKind::dataset) describe(file, object);
  }
  return objects;
}

}  // namespace dtheta
