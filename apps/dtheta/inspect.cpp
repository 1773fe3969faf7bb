/// dtheta inspect: what is in a file.
#include <fmt/format.h>

#include "commands.hpp"
#include "dataset_summary.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "model_summary.hpp"
#include "output.hpp"

namespace dtheta::cli {
namespace {

class Inspect final : public Command {
 public:
  Inspect() {
    interface() = {
        .usage = "FILE [--json]",
        .description =
            "Shows what is in a file. Of a model: layers with shapes and parameter counts, the "
            "recipe it was trained by, its provenance, and a SHA-256 over its parameters, the same "
            "for models with the same bits. Of a data set: what dtheta dataset info shows.",
        .examples = {},
        .operands = {.placeholder = "FILE", .help = "a model or a data set", .least = 1, .most = 1},
        .groups = {{.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const std::filesystem::path file = interface().operands.values.front();
    if (!is_model_file(file)) {
      const DatasetSplits splits = read_dataset(file);
      print(
          console, [&] { return summary_json(file, splits); },
          [&] { return summary_text(file, splits); });
    } else if (stored_precision(file) == Precision::float64) {
      print_model(console, file, load_model<double>(file));
    } else {
      print_model(console, file, load_model<float>(file));
    }
    return ExitCode::done;
  }

 private:
  template <class Json, class Text>
  void print(const Console& console, Json json, Text text) const {
    if (is_json_) {
      print_json(console, json());
    } else {
      console.out << text();
    }
  }

  template <std::floating_point T>
  void print_model(const Console& console, const std::filesystem::path& file,
                   const StoredModel<T>& stored) const {
    print(
        console, [&] { return model_json(file, stored); },
        [&] { return model_text(file, stored); });
  }

  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<Inspect>(); }

}  // namespace dtheta::cli
