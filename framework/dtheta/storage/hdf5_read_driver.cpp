#include "dtheta/storage/hdf5_read_driver.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <span>

#include <hdf5.h>
#include <unistd.h>

namespace dtheta::hdf5 {
namespace {

/// An open file, as the driver's callbacks get it back from HDF5: its own part comes first.
struct OpenOrigin : H5FD_t {
  Origin* origin;
  haddr_t allocated = 0;  ///< HDF5 calls it eoa, the end of allocation
};

OpenOrigin& opened(H5FD_t* file) { return *static_cast<OpenOrigin*>(file); }
const OpenOrigin& opened(const H5FD_t* file) { return *static_cast<const OpenOrigin*>(file); }

H5FD_t* open(const char*, unsigned, hid_t access, haddr_t) {
  Origin& origin = **static_cast<Origin* const*>(H5Pget_driver_info(access));
  if (origin.is_open) return nullptr;
  auto* const file = new (std::nothrow) OpenOrigin{};
  if (file == nullptr) return nullptr;
  file->origin = &origin;
  origin.is_open = true;
  return file;
}

herr_t close(H5FD_t* file) {
  opened(file).origin->is_open = false;
  delete &opened(file);
  return 0;
}

/// Without H5FD_FEAT_ACCUMULATE_METADATA: HDF5 1.10 looks an undefined address of a damaged file up
/// in its accumulator before it checks it, and reads through a null pointer.
herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr) *flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t get_allocated(const H5FD_t* file, H5FD_mem_t) { return opened(file).allocated; }

herr_t set_allocated(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  opened(file).allocated = address;
  return 0;
}

haddr_t get_size(const H5FD_t* file, H5FD_mem_t) {
  return static_cast<haddr_t>(opened(file).origin->size);
}

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  constexpr auto furthest = static_cast<haddr_t>(std::numeric_limits<off_t>::max());
  if (address > furthest - size) return -1;  // no fault of the disk: a damaged file has it
  Origin& origin = *opened(file).origin;
  std::span rest(static_cast<std::byte*>(buffer), size);
  auto offset = static_cast<off_t>(address);
  while (!rest.empty()) {
    const auto got = ::pread(origin.descriptor, rest.data(), rest.size(), offset);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      origin.error = errno;
      return -1;
    }
    rest = rest.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
  std::ranges::fill(rest, std::byte{0});
  return 0;
}

herr_t refuse(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, std::size_t, const void*) { return -1; }

H5FD_class_t make_driver_class() {
  H5FD_class_t driver{};
  driver.name = "dtheta-read";
  driver.maxaddr = (haddr_t{1} << 63) - 1;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(Origin*);
  driver.open = &open;
  driver.close = &close;
  driver.query = &query;
  driver.get_eoa = &get_allocated;
  driver.set_eoa = &set_allocated;
  driver.get_eof = &get_size;
  driver.read = &read;
  driver.write = &refuse;
  constexpr H5FD_mem_t free_lists[] = H5FD_FLMAP_DICHOTOMY;
  std::ranges::copy(free_lists, driver.fl_map);
  return driver;
}

}  // namespace

ReadDriver::ReadDriver() {
  const Quiet quiet;
  static const H5FD_class_t driver = make_driver_class();
  driver_ = Handle(H5FDregister(&driver));
}

Handle ReadDriver::open(Origin& origin) const {
  Origin* const info = &origin;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  // Strong: what a damaged file leaves open is closed with it.
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
  // For each dataset, so that chunks that are read by parts are unpacked once; chunks as large as
  // that are not kept at all.
  H5Pset_cache(access.get(), 0, 521, std::size_t{16} << 20, 0.75);
  if (H5Pset_driver(access.get(), driver_.get(), &info) < 0) return Handle();
  // A name that is absolute: HDF5 would ask the system to complete it.
  Handle file(H5Fopen("/dtheta", H5F_ACC_RDONLY, access.get()));
  if (!file) origin.failure = last_failure();  // the next call of HDF5 forgets it
  return file;
}

}  // namespace dtheta::hdf5
