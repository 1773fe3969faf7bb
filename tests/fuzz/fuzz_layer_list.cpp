#include <cstdlib>
#include <string_view>

#include "dtheta/core/error.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/model/network_spec.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace dtheta;
  try {
    const LayerList list = parse_layer_list({reinterpret_cast<const char*>(bytes), size});
    if (!list.input || list.layers.empty()) return 0;
    const NetworkSpec spec{*list.input, list.layers};
    const LayerList again = parse_layer_list(layer_list_text(spec));
    if (again.input != list.input || again.layers != list.layers) std::abort();
    const Network<float> network(spec);
  } catch (const Error&) {
  }
  return 0;
}
