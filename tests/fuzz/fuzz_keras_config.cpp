#include <string_view>

#include "dtheta/core/error.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/storage/keras_config.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    const auto keras = dtheta::parse_keras_config({reinterpret_cast<const char*>(bytes), size});
    const dtheta::Network<float> network(keras.spec);
  } catch (const dtheta::Error&) {
  }
  return 0;
}
