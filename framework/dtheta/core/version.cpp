#include "dtheta/core/version.hpp"

#include <oneapi/tbb/version.h>

namespace dtheta {

std::string_view version() { return DTHETA_VERSION; }

std::string_view compiler() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string_view onetbb_version() { return TBB_runtime_version(); }

}  // namespace dtheta
