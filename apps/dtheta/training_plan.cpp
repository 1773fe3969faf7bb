#include "training_plan.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "arguments.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

std::string_view origin_text(Origin origin) {
  switch (origin) {
    case Origin::preset:
      return "default";
    case Origin::config_file:
      return "--config";
    case Origin::environment:
      return "environment";
    case Origin::command_line:
      return "command line";
  }
  return "";
}

/// These say what to do this once; a configuration does not repeat them.
bool is_of_the_moment(const Option& option) {
  return option.name == "dry-run" || option.name == "config" || option.name == "json";
}

/// Calls visit(group, option, value) for every option that has a value.
template <class Visit>
void for_each_value(const Interface& interface, Visit visit) {
  for (const OptionGroup& group : interface.groups) {
    for (const Option& option : group.options) {
      const std::string value = option.text();
      if (!value.empty() && !is_of_the_moment(option)) visit(group, option, value);
    }
  }
}

/// In double quotes where read_config would take it for something else: for a comment or a quote.
std::string ini_value(const std::string& value) {
  const bool is_plain = value.find_first_of("#\"\n") == std::string::npos;
  return is_plain ? value : "\"" + value + "\"";
}

std::string memory_text(const MemoryPlan& memory) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](std::string_view what, std::string how_many, Size bytes) {
    rows.push_back({fmt::format("#   {}", what), std::move(how_many), bytes_text(bytes)});
  };
  const auto add_arrays = [&](std::string_view what, std::string how_many, Size count) {
    add(what, fmt::format("{} x theta", how_many), count * memory.theta_bytes);
  };
  add("theta", grouped(memory.parameters) + " parameters", memory.theta_bytes);
  add_arrays("optimizer state", std::to_string(memory.slots), memory.slots);
  if (memory.arrays > 0) {
    add_arrays("averages, sums, the best", std::to_string(memory.arrays), memory.arrays);
  }
  add_arrays("gradients", fmt::format("{} shards", memory.shards), memory.shards);
  add("workspaces",
      fmt::format("{} threads x {}", memory.threads, bytes_text(memory.workspace_bytes)),
      memory.threads * memory.workspace_bytes);
  add("data set", "", memory.data_bytes);
  add("sample order and buffers", "", memory.feed_bytes);
  add("total", "", memory.total());
  return "# memory\n" + table_text(rows, {Align::left, Align::right, Align::right});
}

}  // namespace

Size MemoryPlan::total() const {
  return (1 + slots + arrays + shards) * theta_bytes + threads * workspace_bytes + data_bytes +
         feed_bytes;
}

std::string plan_text(const Interface& interface, const MemoryPlan& memory) {
  std::string text;
  std::vector<std::vector<std::string>> rows;
  std::string_view title;
  const auto close_group = [&] {
    text += table_text(rows, {Align::left, Align::left}) + (rows.empty() ? "" : "\n");
    rows.clear();
  };
  for_each_value(
      interface, [&](const OptionGroup& group, const Option& option, const std::string& value) {
        if (title != group.title) {
          close_group();
          title = group.title;
          std::string section(title);
          section[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(section[0])));
          text += fmt::format("[{}]\n", section);
        }
        rows.push_back({fmt::format("{} = {}", option.name, ini_value(value)),
                        fmt::format("# {}", origin_text(option.origin))});
      });
  close_group();
  return text + memory_text(memory);
}

nlohmann::ordered_json plan_json(const Interface& interface, const MemoryPlan& memory) {
  nlohmann::ordered_json configuration;
  nlohmann::ordered_json origins;
  for_each_value(interface,
                 [&](const OptionGroup&, const Option& option, const std::string& value) {
                   configuration[option.name] = value;
                   origins[option.name] = origin_text(option.origin);
                 });
  return {{"configuration", std::move(configuration)},
          {"origins", std::move(origins)},
          {"memory",
           {{"parameters", memory.parameters},
            {"theta_bytes", memory.theta_bytes},
            {"optimizer_slots", memory.slots},
            {"arrays", memory.arrays},
            {"shards", memory.shards},
            {"threads", memory.threads},
            {"workspace_bytes", memory.workspace_bytes},
            {"data_bytes", memory.data_bytes},
            {"feed_bytes", memory.feed_bytes},
            {"total_bytes", memory.total()}}}};
}

}  // namespace dtheta::cli
