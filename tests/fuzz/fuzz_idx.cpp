/// Two files: the first two bytes say how long the labels are, little-endian, then come the labels
/// and the pictures.
#include <algorithm>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t wanted = bytes[0] + 256U * bytes[1];
  const std::size_t split = std::min(size, 2 + wanted);
  const dtheta::fuzz::InputBytes labels(bytes + 2, split - 2);
  const dtheta::fuzz::InputBytes images(bytes + split, size - split);
  try {
    dtheta::import_idx({.images = images.path(), .labels = labels.path()}, {});
  } catch (const dtheta::Error&) {
  }
  return 0;
}
