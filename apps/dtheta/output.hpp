/// Results on standard output, and care for the files that are written.
#pragma once

#include <filesystem>
#include <span>

#include <nlohmann/json.hpp>

#include "console.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// --json.
Option json_option(bool& target);

/// One line of JSON on `console.out`. Numbers read back to the same bits; NaN and infinity are
/// null; bytes that are no UTF-8 are replaced.
void print_json(const Console& console, const nlohmann::ordered_json& json);
std::string json_line(const nlohmann::ordered_json& json);

/// Throws UsageError when `output` is one of the inputs: it would be overwritten. Empty names are
/// no files.
void check_not_an_input(const std::filesystem::path& output,
                        std::span<const std::filesystem::path> inputs);

/// The same, and throws CannotCreate when `output` cannot be created.
void check_output(const std::filesystem::path& output,
                  std::span<const std::filesystem::path> inputs);

}  // namespace dtheta::cli
