/// Numbers as files hold them.
#pragma once

#include <cstdint>
#include <string>

namespace dtheta::test {

/// `number` in `width` bytes, little-endian.
inline std::string bytes_of(std::uint64_t number, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(number >> 8 * i);
  return bytes;
}

}  // namespace dtheta::test
