/// What all code that talks to HDF5 shares: owned identifiers and errors as exceptions.
///
/// Only the sources hdf5*.cpp of this folder include <hdf5.h>. HDF5 keeps global state and is not
/// thread-safe: every call of it is made under `Quiet`, which lets one thread in at a time.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace dtheta::hdf5 {

/// HDF5's identifier type, hid_t.
using Id = std::int64_t;

/// Owns one HDF5 identifier and closes it, whatever it stands for. Movable.
class Handle {
 public:
  Handle() = default;
  /// Takes `id` over; a negative one, HDF5's sign of failure, owns nothing.
  explicit Handle(Id id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() { close(); }

  /// Closes it now. False when HDF5 could not.
  bool close();

  Id get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  Id id_ = -1;
};

/// Keeps other threads of dtheta out of HDF5 while it lives, HDF5 from printing its errors and from
/// loading plugins that files name; afterwards both are as they were, for the sake of other users
/// of the library in this process. May be nested.
class Quiet {
 public:
  Quiet();
  ~Quiet();
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  std::lock_guard<std::recursive_mutex> lock_;  // the first: held until the rest is as it was
  int (*report_)(Id, void*) = nullptr;
  void* report_data_ = nullptr;
  unsigned plugins_ = 0;
};

/// What HDF5's innermost function had to say about the call that just failed.
std::string last_failure();

}  // namespace dtheta::hdf5
