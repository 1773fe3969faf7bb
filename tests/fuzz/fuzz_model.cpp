#include "dtheta/core/error.hpp"
#include "dtheta/storage/checkpoint_file.hpp"
#include "dtheta/storage/model_file.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const dtheta::fuzz::InputBytes file(bytes, size);
  try {
    if (dtheta::is_model_file(file.path())) dtheta::load_model<float>(file.path());
  } catch (const dtheta::Error&) {
  }
  try {
    dtheta::load_checkpoint<float>(file.path());
  } catch (const dtheta::Error&) {
  }
  return 0;
}
