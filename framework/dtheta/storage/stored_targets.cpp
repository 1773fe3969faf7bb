#include "dtheta/storage/stored_targets.hpp"

#include <iterator>

#include <fmt/format.h>

#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

void check_count(const hdf5::Reader& file, const PartPlace& place, Size found, Size wanted) {
  if (found == wanted) return;
  file.fail(place.y, fmt::format("has {} labels for {} samples in {}", with_separators(found),
                                 with_separators(wanted), place.x));
}

/// Whether targets {1, N} are those of N samples.
bool lies_flat(const Shape& stored, Size samples) {
  return stored.rank() == 2 && stored[0] == 1 && samples != 1;
}

/// {N}, {N, k} or {1, N} → {N, k}.
Shape rows_of(const hdf5::Reader& file, const PartPlace& place, const Shape& stored, Size samples) {
  if (stored.rank() == 1) return {stored[0], 1};
  if (stored.rank() != 2) {
    file.fail(place.y,
              fmt::format("has the shape {}; wanted one row of targets a sample", stored.text()));
  }
  return lies_flat(stored, samples) ? Shape{stored[1], 1} : stored;
}

}  // namespace

StoredTargets open_targets(const hdf5::Reader& file, const PartPlace& place, Size rows) {
  const Size count = place.count.value_or(rows - place.first);
  StoredTargets stored{.name = place.y, .first = place.first, .count = count};
  const auto first = static_cast<std::ptrdiff_t>(place.first);
  if (file.holds_texts(place.y)) {
    std::vector<std::string> all = file.read_texts(place.y);
    check_count(file, place, static_cast<Size>(all.size()), rows);
    stored.texts.assign(std::make_move_iterator(all.begin() + first),
                        std::make_move_iterator(all.begin() + first + count));
    return stored;
  }
  stored.numbers = file.open(place.y);
  const hdf5::ArrayInfo& info = stored.numbers->info;
  const Shape shape = rows_of(file, place, info.shape, rows);
  check_count(file, place, shape[0], rows);
  if (shape[1] == 0) file.fail(place.y, "holds no numbers");
  stored.type = info.type;
  stored.width = shape[1];
  stored.lies_flat = lies_flat(info.shape, rows);
  return stored;
}

}  // namespace dtheta
