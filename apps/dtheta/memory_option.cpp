#include "memory_option.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/machine.hpp"

namespace dtheta::cli {
namespace {

using Unit = std::pair<std::string_view, Size>;

constexpr std::array binary_units{Unit{"TiB", Size{1} << 40}, Unit{"GiB", Size{1} << 30},
                                  Unit{"MiB", Size{1} << 20}, Unit{"KiB", Size{1} << 10}};
constexpr std::array decimal_units{Unit{"TB", 1'000'000'000'000}, Unit{"GB", 1'000'000'000},
                                   Unit{"MB", 1'000'000}, Unit{"kB", 1'000}};

/// 0 for what is no unit.
Size unit_bytes(std::string_view name) {
  if (name.empty() || name == "B") return 1;
  for (const auto& units : {binary_units, decimal_units}) {
    const auto found = std::ranges::find(units, name, &Unit::first);
    if (found != units.end()) return found->second;
  }
  return 0;
}

/// Half of the memory leaves the other half to the file's cache, the network and others; in whole
/// MiB, so that it can be read. 4 GiB where the machine does not tell.
Size default_limit() {
  const Size memory = usable_memory();
  constexpr Size unit = Size{1} << 20;
  return memory == 0 ? 4096 * unit : std::max<Size>(1, memory / 2 / unit) * unit;
}

}  // namespace

std::optional<Size> parse_bytes(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  const double bytes = number * static_cast<double>(unit_bytes({unit, end}));
  constexpr double most = 9.2e18;
  if (!(bytes >= 1 && bytes < most)) return std::nullopt;
  return static_cast<Size>(bytes);
}

std::string whole_bytes_text(Size bytes) {
  for (const auto& [name, size] : binary_units) {
    if (bytes % size == 0) return fmt::format("{}{}", bytes / size, name);
  }
  return std::to_string(bytes);
}

Option memory_limit_option(Size& target) {
  target = default_limit();
  return {.name = "memory-limit",
          .placeholder = "SIZE",
          .help =
              "memory that data may take, such as 512MiB or 2GB; samples of a data set that "
              "needs more are streamed from its file",
          .wanted = "a size such as 512MiB or 2GB",
          .preset = fmt::format("half of the memory, here {}", whole_bytes_text(target)),
          .read =
              [&target](const std::string& value) {
                const auto bytes = parse_bytes(value);
                if (bytes) target = *bytes;
                return bytes.has_value();
              },
          .text = [&target] { return whole_bytes_text(target); }};
}

}  // namespace dtheta::cli
