#include <array>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const dtheta::fuzz::InputBytes file(bytes, size);
  const std::array batches{file.path()};
  try {
    dtheta::import_cifar10(batches, batches);
  } catch (const dtheta::Error&) {
  }
  return 0;
}
