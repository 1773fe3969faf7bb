/// Which dtheta this is, what built it and what it runs on: for provenance and bug reports.
#pragma once

#include <string_view>

namespace dtheta {

/// The library's version, "0.1.0".
std::string_view version();

/// The compiler that built the library, "g++ 12.2.0".
std::string_view compiler();

/// The version of the oneTBB in this process, "2021.8".
std::string_view onetbb_version();

}  // namespace dtheta
