/// dtheta: the command line.
#include <iostream>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "dtheta/storage/hdf5_library.hpp"
#include "dtheta/storage/sandbox.hpp"

int main(int argc, char** argv) {
  using namespace dtheta;
  serve_sandbox(argc, argv);
  skip_hdf5_exit_handler();
  const std::vector<std::string> words(argv + 1, argv + argc);
  const cli::Console console = cli::standard_console();
  const ExitCode code = cli::run_command_line(words, console);
  if (!std::cout.flush()) {
    console.error("cannot write to standard output");
    return static_cast<int>(ExitCode::input_output);
  }
  return static_cast<int>(code);
}
