#include "dtheta/storage/hdf5_safety.hpp"

#include <array>

#include <fmt/format.h>
#include <hdf5.h>

#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

/// Deflate's best ratio: a match of 258 bytes in two bits.
constexpr Size deflate_limit = 1032;

struct Filters {
  int deflates = 0;
  std::optional<std::string> unknown;  ///< the first that is not on the list
};

Filters filters_of(Id creation) {
  Filters found;
  const int count = H5Pget_nfilters(creation);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    std::array<char, 64> name{};
    unsigned config = 0;
    const H5Z_filter_t filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values,
                                               nullptr, name.size() - 1, name.data(), &config);
    if (filter == H5Z_FILTER_DEFLATE) {
      ++found.deflates;
    } else if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32 && !found.unknown) {
      found.unknown = fmt::format("{} ({})", filter, printable(name.data()));
    }
  }
  return found;
}

/// a · b, or none beyond 64 bits.
std::optional<Size> product(Size a, Size b) {
  Size result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

/// The dataset's chunks, as the shape wants them.
struct Chunks {
  Size count = 1;
  Size bytes = 0;  ///< of all of them, unpacked
};

/// None when the numbers are too large to be true.
std::optional<Chunks> chunks_of(Id creation, const Shape& shape, Size element) {
  std::array<hsize_t, Shape::max_rank> extents{};
  if (H5Pget_chunk(creation, shape.rank(), extents.data()) != shape.rank()) return std::nullopt;
  std::optional<Size> count = 1;
  std::optional<Size> bytes = element;
  for (int axis = 0; axis < shape.rank() && count && bytes; ++axis) {
    const auto extent = static_cast<Size>(extents[static_cast<std::size_t>(axis)]);
    if (extent < 1) return std::nullopt;
    const Size along = shape[axis] / extent + (shape[axis] % extent != 0 ? 1 : 0);
    count = product(*count, along);
    bytes = product(*bytes, extent);
  }
  if (count && bytes) bytes = product(*count, *bytes);
  if (!count || !bytes) return std::nullopt;
  return Chunks{*count, *bytes};
}

std::string too_large(Size claimed, Size stored) {
  return fmt::format("claims {} bytes of numbers, but the file stores {} for it",
                     with_separators(claimed), with_separators(stored));
}

std::optional<std::string> unsafe_chunks(Id dataset, Id creation, const Shape& shape, Size element,
                                         Size stored) {
  const auto chunks = chunks_of(creation, shape, element);
  if (!chunks) return "has chunks that are too large to be true";
  hsize_t written = 0;
  const Handle space(H5Dget_space(dataset));
  if (H5Dget_num_chunks(dataset, space.get(), &written) < 0) {
    return "has a damaged list of chunks: " + printable(last_failure());
  }
  if (static_cast<Size>(written) != chunks->count) {
    return fmt::format("has {} of its {} chunks written; wanted all",
                       with_separators(static_cast<Size>(written)), with_separators(chunks->count));
  }
  const Size ratio = filters_of(creation).deflates > 0 ? deflate_limit : 1;
  if (chunks->bytes / ratio > stored) return too_large(chunks->bytes, stored);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> unsafe_layout(Id dataset) {
  const Handle creation(H5Dget_create_plist(dataset));
  const H5D_layout_t layout = H5Pget_layout(creation.get());
  constexpr const char* wanted = "; wanted the numbers in this file: copy them into it";
  if (layout == H5D_VIRTUAL) return std::string("is a virtual dataset") + wanted;
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) {
    return "has an unknown layout";
  }
  if (H5Pget_external_count(creation.get()) != 0) {
    return std::string("keeps its numbers in another file") + wanted;
  }
  const Filters filters = filters_of(creation.get());
  if (filters.unknown) {
    return fmt::format(
        "is packed with the filter {}; dtheta reads deflate (gzip), shuffle and fletcher32",
        *filters.unknown);
  }
  if (filters.deflates > 1) return "is packed with deflate more than once";
  return std::nullopt;
}

std::optional<std::string> unsafe_size(Id dataset, const Shape& shape, Size element, Size file) {
  if (shape.size() == 0) return std::nullopt;
  const auto bytes = product(shape.size(), element);
  const auto stored = static_cast<Size>(H5Dget_storage_size(dataset));
  if (!bytes) return "has a shape that is too large to be true: " + shape.text();
  if (stored < 0 || stored > file) {
    return fmt::format("claims to store {} bytes in a file of {}",
                       stored < 0 ? "2^63" : with_separators(stored), with_separators(file));
  }
  if (stored == 0) return "was never written: the file stores no number of it";
  const Handle creation(H5Dget_create_plist(dataset));
  if (H5Pget_layout(creation.get()) == H5D_CHUNKED) {
    return unsafe_chunks(dataset, creation.get(), shape, element, stored);
  }
  if (*bytes > stored) return too_large(*bytes, stored);
  return std::nullopt;
}

}  // namespace dtheta::hdf5
