#include "dtheta/storage/hdf5_members.hpp"

#include <exception>

#include <hdf5.h>

namespace dtheta::hdf5 {
namespace {

struct Names {
  std::size_t most;
  std::vector<std::string> taken;
  std::exception_ptr failure;
};

/// For H5Literate: takes a name and goes on, until there are enough. No exception may pass HDF5.
herr_t take_name(hid_t, const char* name, const H5L_info_t*, void* data) noexcept {
  auto& names = *static_cast<Names*>(data);
  if (names.taken.size() == names.most) return 1;
  try {
    names.taken.emplace_back(name);
    return 0;
  } catch (...) {
    names.failure = std::current_exception();
    return -1;
  }
}

}  // namespace

std::vector<std::string> member_names(Id group, std::size_t most, Size file_size) {
  constexpr hsize_t least_bytes = 8;  // of a link: it has an address
  Names names{.most = most, .taken = {}, .failure = {}};
  if (H5Iget_type(group) != H5I_GROUP) return {};
  H5G_info_t info{};
  if (H5Gget_info(group, &info) < 0) return {};
  if (info.nlinks > static_cast<hsize_t>(file_size) / least_bytes) return {};
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, &take_name, &names);
  if (names.failure) std::rethrow_exception(names.failure);
  return std::move(names.taken);
}

}  // namespace dtheta::hdf5
