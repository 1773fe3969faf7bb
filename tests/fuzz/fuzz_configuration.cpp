#include <array>
#include <string>

#include "arguments.hpp"
#include "commands.hpp"
#include "dtheta/core/error.hpp"
#include "fuzz_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace dtheta;
  const fuzz::InputBytes file(bytes, size);
  try {
    const auto train = cli::make_train_command();
    const std::array<std::string, 2> words{"--config", file.path().string()};
    cli::read_arguments("dtheta train", words, train->interface());
  } catch (const Error&) {
  }
  return 0;
}
