/// StoredTargets: the targets of a data set's part as they lie in the file.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/storage/dataset_places.hpp"
#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta {

/// The targets of one part as they are stored: texts {N} or numbers {N, width}.
struct StoredTargets {
  std::string name;
  Size first = 0;  ///< the part's first row in the file
  Size count = 0;
  Size width = 1;
  std::optional<ElementType> type = {};  ///< none for texts
  std::vector<std::string> texts = {};
  std::optional<hdf5::OpenArray> numbers = {};  ///< still in the file
  bool lies_flat = false;                       ///< as one row {1, N}

  bool is_real() const { return type == ElementType::float32 || type == ElementType::float64; }
  std::string kind() const { return type ? std::string(element_name(*type)) : "texts"; }
};

/// Calls visit(rows {m, width}, first row) for one run of a part's numbers after another, which
/// need not be in memory all at once; until there is no more or it returns false. Returns whether
/// it never did.
template <class Visit>
bool for_each_run(const hdf5::Reader& file, const StoredTargets& part, Visit visit) {
  const hdf5::OpenArray& array = *part.numbers;
  if (part.lies_flat) {
    AlignedBuffer<double> all(array.info.shape.size());
    file.read_rows(array, 0, 1, all.span());
    return visit(
        std::span<const double>(all.span())
            .subspan(static_cast<std::size_t>(part.first), static_cast<std::size_t>(part.count)),
        Size{0});
  }
  constexpr Size most = Size{1} << 17;  // numbers: 1 MiB
  const Size step = std::clamp<Size>(most / part.width, 1, part.count);
  AlignedBuffer<double> rows(step * part.width);
  for (Size done = 0; done < part.count; done += step) {
    const Size some = std::min(step, part.count - done);
    const auto numbers = rows.span().first(static_cast<std::size_t>(some * part.width));
    file.read_rows(array, part.first + done, some, numbers);
    if (!visit(std::span<const double>(numbers), done)) return false;
  }
  return true;
}

/// The same for one row {width} after another: visit(row, its number).
template <class Visit>
bool for_each_row(const hdf5::Reader& file, const StoredTargets& part, Visit visit) {
  return for_each_run(file, part, [&](std::span<const double> rows, Size first) {
    for (; !rows.empty(); rows = rows.subspan(static_cast<std::size_t>(part.width))) {
      if (!visit(rows.first(static_cast<std::size_t>(part.width)), first++)) return false;
    }
    return true;
  });
}

/// The targets at `place`; `rows` are those of the samples in the file, before the part is cut out
/// of them. Throws DataError when there are not as many targets, or they are no rows.
StoredTargets open_targets(const hdf5::Reader& file, const PartPlace& place, Size rows);

}  // namespace dtheta
