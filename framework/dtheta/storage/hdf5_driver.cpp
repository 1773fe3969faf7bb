#include "dtheta/storage/hdf5_driver.hpp"

#include <algorithm>
#include <new>
#include <span>

#include <hdf5.h>

namespace dtheta::hdf5 {
namespace {

/// An open file, as the driver's callbacks get it back from HDF5: its own part comes first.
struct OpenFile : H5FD_t {
  Destination* destination;
  haddr_t allocated = 0;  ///< HDF5 calls it eoa, the end of allocation
  haddr_t written = 0;    ///< and eof, the end of the file
};

OpenFile& open_file(H5FD_t* file) { return *static_cast<OpenFile*>(file); }
const OpenFile& open_file(const H5FD_t* file) { return *static_cast<const OpenFile*>(file); }

/// Runs access() unless something failed before; exceptions must not pass through C.
template <class F>
void guarded(Destination& destination, F&& access) noexcept {
  if (destination.failure) return;
  try {
    access();
  } catch (...) {
    destination.failure = std::current_exception();
  }
}

H5FD_t* open(const char*, unsigned, hid_t access, haddr_t) {
  const void* const info = H5Pget_driver_info(access);
  auto* const file = new (std::nothrow) OpenFile{};
  if (file != nullptr) file->destination = *static_cast<Destination* const*>(info);
  return file;
}

herr_t close(H5FD_t* file) {
  delete &open_file(file);
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr) {
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  }
  return 0;
}

haddr_t get_allocated(const H5FD_t* file, H5FD_mem_t) { return open_file(file).allocated; }

herr_t set_allocated(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  open_file(file).allocated = address;
  return 0;
}

haddr_t get_written(const H5FD_t* file, H5FD_mem_t) { return open_file(file).written; }

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  const std::span content(static_cast<std::byte*>(buffer), size);
  std::ranges::fill(content, std::byte{0});
  Destination& destination = *open_file(file).destination;
  guarded(destination, [&] { destination.bytes->read(static_cast<Size>(address), content); });
  return 0;
}

herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size,
             const void* buffer) {
  OpenFile& open = open_file(file);
  Destination& destination = *open.destination;
  guarded(destination, [&] {
    destination.bytes->write(static_cast<Size>(address),
                             {static_cast<const std::byte*>(buffer), size});
  });
  open.written = std::max(open.written, address + size);
  return 0;
}

/// Space that was allocated last and never written counts as part of the file.
herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  OpenFile& open = open_file(file);
  if (open.written < open.allocated) {
    constexpr std::byte zero{0};
    Destination& destination = *open.destination;
    guarded(destination, [&] {
      destination.bytes->write(static_cast<Size>(open.allocated) - 1, {&zero, 1});
    });
    open.written = open.allocated;
  }
  return 0;
}

H5FD_class_t make_driver_class() {
  H5FD_class_t driver{};
  driver.name = "dtheta";
  driver.maxaddr = (haddr_t{1} << 63) - 1;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(Destination*);
  driver.open = &open;
  driver.close = &close;
  driver.query = &query;
  driver.get_eoa = &get_allocated;
  driver.set_eoa = &set_allocated;
  driver.get_eof = &get_written;
  driver.read = &read;
  driver.write = &write;
  driver.truncate = &truncate;
  constexpr H5FD_mem_t free_lists[] = H5FD_FLMAP_DICHOTOMY;
  std::ranges::copy(free_lists, driver.fl_map);
  return driver;
}

}  // namespace

Driver::Driver() {
  const Quiet quiet;
  static const H5FD_class_t driver = make_driver_class();
  driver_ = Handle(H5FDregister(&driver));
}

Handle Driver::create(Destination& destination, Id creation) const {
  const Destination* const info = &destination;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  if (H5Pset_driver(access.get(), driver_.get(), &info) < 0) return Handle();
  return Handle(H5Fcreate("dtheta", H5F_ACC_TRUNC, creation, access.get()));
}

}  // namespace dtheta::hdf5
