#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const dtheta::fuzz::InputBytes file(bytes, size);
  try {
    dtheta::import_csv(file.path(), "-1", file.path());
  } catch (const dtheta::Error&) {
  }
  return 0;
}
