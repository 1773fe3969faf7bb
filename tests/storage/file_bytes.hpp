/// Numbers as files hold them.
#pragma once

#include <cstdint>
#include <string>

namespace dtheta::test {

/// `number` in `width` bytes, little-endian; zeros beyond the eighth.
inline std::string bytes_of(std::uint64_t number, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i, number >>= 8) bytes += static_cast<char>(number);
  return bytes;
}

}  // namespace dtheta::test
