#include "output.hpp"

#include <system_error>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/atomic_file.hpp"

namespace dtheta::cli {

Option json_option(bool& target) {
  return toggle({.name = "json", .help = "print the result as one line of JSON"}, target);
}

std::string json_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void print_json(const Console& console, const nlohmann::ordered_json& json) {
  console.out << json_line(json);
}

void check_not_an_input(const std::filesystem::path& output,
                        std::span<const std::filesystem::path> inputs) {
  for (const auto& input : inputs) {
    std::error_code missing;  // a file that does not exist is no other file
    if (std::filesystem::equivalent(output, input, missing)) {
      throw UsageError(
          fmt::format("{} would be overwritten; name another file for the output", input.string()));
    }
  }
}

void check_output(const std::filesystem::path& output,
                  std::span<const std::filesystem::path> inputs) {
  check_not_an_input(output, inputs);
  check_can_create(output);
}

}  // namespace dtheta::cli
