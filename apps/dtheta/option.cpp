#include "option.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/suggestion.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// The whole of `text` as a number.
template <class Number>
bool read_number(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  return result.ec == std::errc{} && result.ptr == end && !text.empty();
}

/// An option with all but its behaviour; the default is what `value` says now.
Option described(OptionText&& text, std::string wanted, std::function<std::string()> value) {
  if (text.preset.empty()) text.preset = value();
  return {.name = std::move(text.name),
          .placeholder = std::move(text.placeholder),
          .help = std::move(text.help),
          .wanted = std::move(wanted),
          .preset = std::move(text.preset),
          .read = {},
          .text = std::move(value)};
}

std::string range_text(Size low, Size high) {
  if (high == std::numeric_limits<Size>::max()) return fmt::format("a whole number from {}", low);
  return fmt::format("a whole number from {} to {}", low, high);
}

}  // namespace

Option whole_number(OptionText text, Size& target, Size low, Size high) {
  Option option = described(std::move(text), range_text(low, high),
                            [&target] { return std::to_string(target); });
  option.read = [&target, low, high](const std::string& value) {
    Size number = 0;
    if (!read_number(value, number) || number < low || number > high) return false;
    target = number;
    return true;
  };
  return option;
}

Option whole_number(OptionText text, std::uint64_t& target) {
  Option option = described(std::move(text), "a whole number from 0 to 2^64 - 1",
                            [&target] { return std::to_string(target); });
  option.read = [&target](const std::string& value) { return read_number(value, target); };
  return option;
}

bool read_real(const std::string& text, double& number) {
  return read_number(text, number) && std::isfinite(number);
}

Option real_number(OptionText text, double& target, std::string wanted,
                   std::function<bool(double)> is_in_range) {
  Option option =
      described(std::move(text), std::move(wanted), [&target] { return exact_text(target); });
  option.read = [&target, is_in_range = std::move(is_in_range)](const std::string& value) {
    double number = 0;
    if (!read_real(value, number) || !is_in_range(number)) return false;
    target = number;
    return true;
  };
  return option;
}

Option real_number(OptionText text, std::optional<double>& target, std::string wanted,
                   std::function<bool(double)> is_in_range) {
  Option option = described(std::move(text), std::move(wanted),
                            [&target] { return target ? exact_text(*target) : std::string(); });
  option.read = [&target, is_in_range = std::move(is_in_range)](const std::string& value) {
    double number = 0;
    if (!read_real(value, number) || !is_in_range(number)) return false;
    target = number;
    return true;
  };
  return option;
}

Option choice(OptionText text, std::string& target, const std::vector<std::string_view>& names) {
  if (text.placeholder.empty()) text.placeholder = "NAME";
  Option option = described(std::move(text), fmt::format("{}", fmt::join(names, ", ")),
                            [&target] { return target; });
  option.read = [&target, names = std::vector<std::string>(names.begin(), names.end())](
                    const std::string& value) {
    if (std::ranges::find(names, value) == names.end()) {
      throw UsageError(
          fmt::format("wanted one of {}{}", fmt::join(names, ", "), did_you_mean(value, names)));
    }
    target = value;
    return true;
  };
  return option;
}

Option free_text(OptionText text, std::string& target) {
  Option option = described(std::move(text), "", [&target] { return target; });
  option.read = [&target](const std::string& value) {
    target = value;
    return !value.empty();
  };
  return option;
}

Option path(OptionText text, std::filesystem::path& target) {
  if (text.placeholder.empty()) text.placeholder = "FILE";
  Option option = described(std::move(text), "", [&target] { return target.string(); });
  option.read = [&target](const std::string& value) {
    target = value;
    return !value.empty();
  };
  return option;
}

Option paths(OptionText text, std::vector<std::filesystem::path>& target) {
  if (text.placeholder.empty()) text.placeholder = "FILE...";
  Option option = described(std::move(text), "", [] { return std::string(); });
  option.takes_many = true;
  option.read = [&target](const std::string& value) {
    target.emplace_back(value);
    return !value.empty();
  };
  return option;
}

Option toggle(OptionText text, std::function<void(bool)> set, std::function<bool()> is_set) {
  Option option = described(std::move(text), "true or false", [is_set = std::move(is_set)] {
    return std::string(is_set() ? "true" : "false");
  });
  option.preset.clear();
  option.read = [set = std::move(set)](const std::string& value) {
    const bool is_on = value == "true" || value == "1" || value == "yes" || value == "on";
    const bool is_off = value == "false" || value == "0" || value == "no" || value == "off";
    if (is_on || is_off) set(is_on);
    return is_on || is_off;
  };
  return option;
}

Option toggle(OptionText text, bool& target) {
  return toggle(
      std::move(text), [&target](bool is_on) { target = is_on; }, [&target] { return target; });
}

Option required(Option option) {
  option.is_required = true;
  return option;
}

}  // namespace dtheta::cli
