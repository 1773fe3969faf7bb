#include "dtheta/storage/hdf5.hpp"

#include <type_traits>

#include <hdf5.h>

namespace dtheta::hdf5 {

static_assert(std::is_same_v<Id, hid_t> && std::is_same_v<int, herr_t>);

namespace {

/// For H5Ewalk2 from the innermost entry outwards: takes the first and stops.
herr_t take_first(unsigned, const H5E_error2_t* entry, void* message) {
  *static_cast<std::string*>(message) = entry->desc;
  return 1;
}

/// The one mutex of the process, because the library's state is the process's, too.
std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace

bool Handle::close() {
  if (id_ < 0) return true;
  const Quiet quiet;
  return H5Idec_ref(std::exchange(id_, -1)) >= 0;
}

Quiet::Quiet() : lock_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &report_, &report_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLget_loading_state(&plugins_);
  H5PLset_loading_state(0);
}

Quiet::~Quiet() {
  H5PLset_loading_state(plugins_);
  H5Eset_auto2(H5E_DEFAULT, report_, report_data_);
}

std::string last_failure() {
  std::string message = "no reason given";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &take_first, &message);
  return message;
}

}  // namespace dtheta::hdf5
