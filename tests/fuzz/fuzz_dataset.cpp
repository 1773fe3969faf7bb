#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_contents.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const dtheta::fuzz::InputBytes file(bytes, size);
  try {
    dtheta::read_dataset(file.path());
  } catch (const dtheta::Error&) {
  }
  try {
    dtheta::hdf5_contents(file.path());
  } catch (const dtheta::Error&) {
  }
  return 0;
}
