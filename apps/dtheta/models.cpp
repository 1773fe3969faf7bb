/// dtheta models: the networks that have a name.
#include <algorithm>

#include <fmt/format.h>

#include "commands.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/model/zoo.hpp"
#include "dtheta/training/shard.hpp"
#include "output.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// A zoo entry with the sizes it has for the data it was made for.
struct SizedEntry {
  const ZooEntry& entry;
  Size parameters;
  Size multiply_adds;
};

SizedEntry sized(const ZooEntry& entry) {
  LayerList list = parse_layer_list(entry.layer_list(entry.natural_outputs));
  const Network<float> network({.input = entry.natural_input, .layers = std::move(list.layers)});
  return {entry, network.parameter_count(), multiply_adds(network)};
}

/// A layer list in lines that end between two layers.
std::vector<std::string> layer_lines(std::string_view layers) {
  constexpr char glue = '\1';
  std::string text(layers);
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ' ' && text[i - 1] != ',') text[i] = glue;
  }
  std::vector<std::string> lines = wrapped(text, 78);
  for (std::string& line : lines) std::ranges::replace(line, glue, ' ');
  return lines;
}

class Models final : public Command {
 public:
  Models() {
    interface() = {
        .usage = "[--json]",
        .description =
            "Lists the networks that dtheta train --model knows by name, with their trainable "
            "parameters and the multiply-adds of one sample's forward pass for the data they were "
            "made for. Input and output sizes follow from your data.",
        .examples = {},
        .groups = {{.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    if (is_json_) {
      print_json(console, as_json());
    } else {
      print(console);
    }
    return ExitCode::done;
  }

 private:
  static nlohmann::ordered_json as_json() {
    auto models = nlohmann::ordered_json::array();
    for (const ZooEntry& entry : zoo()) {
      const SizedEntry size = sized(entry);
      models.push_back({{"name", entry.name},
                        {"description", entry.description},
                        {"layers", entry.layer_list(entry.natural_outputs)},
                        {"input", entry.natural_input.text()},
                        {"outputs", entry.natural_outputs},
                        {"parameters", size.parameters},
                        {"multiply_adds", size.multiply_adds}});
    }
    return models;
  }

  static void print(const Console& console) {
    std::vector<std::vector<std::string>> rows{
        {"name", "made for", "outputs", "parameters", "multiply-adds"}};
    std::string details;
    for (const ZooEntry& entry : zoo()) {
      const SizedEntry size = sized(entry);
      rows.push_back({std::string(entry.name), entry.natural_input.text(),
                      std::to_string(entry.natural_outputs), grouped(size.parameters),
                      grouped(size.multiply_adds)});
      details += fmt::format("\n{}: {}\n", entry.name, entry.description);
      for (const std::string& line : layer_lines(entry.layers)) details += "  " + line + "\n";
    }
    console.out << table_text(rows,
                              {Align::left, Align::right, Align::right, Align::right, Align::right})
                << details
                << "\n{outputs} is 1 for two classes, the number of classes for more, and the "
                   "number of\nvalues for a regression.\n";
  }

  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_models_command() { return std::make_unique<Models>(); }

}  // namespace dtheta::cli
