#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include "dtheta/storage/hdf5_file_source.hpp"

namespace dtheta::hdf5 {
namespace {

std::string chunks_text(Id creation) {
  std::array<hsize_t, H5S_MAX_RANK> extents{};
  const int rank = H5Pget_chunk(creation, static_cast<int>(extents.size()), extents.data());
  return fmt::format("chunks of {}",
                     fmt::join(extents.begin(), extents.begin() + std::max(rank, 0), "x"));
}

/// ", gzip 4" and the like. Only filters on the list of `unsafe_layout` come here.
std::string filters_text(Id creation) {
  std::string text;
  for (unsigned i = 0; static_cast<int>(i) < H5Pget_nfilters(creation); ++i) {
    unsigned flags = 0;
    std::size_t count = 1;
    unsigned level = 0;
    unsigned config = 0;
    switch (H5Pget_filter2(creation, i, &flags, &count, &level, 0, nullptr, &config)) {
      case H5Z_FILTER_DEFLATE:
        text += fmt::format(", gzip {}", level);
        break;
      case H5Z_FILTER_SHUFFLE:
        text += ", shuffle";
        break;
      default:
        text += ", fletcher32";
    }
  }
  return text;
}

}  // namespace

std::string FileSource::storage_text(std::string_view dataset) const {
  const Quiet quiet;
  const Handle opened = open_dataset(dataset);
  const Handle creation(H5Dget_create_plist(opened.get()));
  switch (H5Pget_layout(creation.get())) {
    case H5D_CHUNKED:
      return chunks_text(creation.get()) + filters_text(creation.get());
    case H5D_CONTIGUOUS:
      return "contiguous";
    default:
      return "compact";
  }
}

}  // namespace dtheta::hdf5
