/// dtheta inspect: what is in a file.
#include <fmt/format.h>

#include "commands.hpp"
#include "dataset_summary.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_contents.hpp"
#include "hdf5_summary.hpp"
#include "model_summary.hpp"
#include "output.hpp"
#include "reading_options.hpp"

namespace dtheta::cli {
namespace {

class Inspect final : public Command {
 public:
  Inspect() {
    interface() = {
        .usage = "FILE [OPTION...]",
        .description =
            "Shows what is in a file. Of a model: layers with shapes and parameter counts, the "
            "recipe it was trained by, its provenance, and a SHA-256 over its parameters, the same "
            "for models with the same bits. Of any other HDF5 file: the tree of its datasets with "
            "types, shapes, storage and ranges, and, of a data set, by which rule it was "
            "recognised and what dtheta dataset info shows.",
        .examples = {},
        .operands = {.placeholder = "FILE", .help = "an HDF5 file", .least = 1, .most = 1},
        .groups = {reading_options(reading_),
                   {.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const std::filesystem::path file = interface().operands.values.front();
    const std::optional<Sandbox>& sandbox = reading_.sandbox;
    if (!is_model_file(file, sandbox)) {
      print_data(console, file);
    } else if (stored_precision(file, sandbox) == Precision::float64) {
      print_model(console, file, load_model<double>(file, sandbox));
    } else {
      print_model(console, file, load_model<float>(file, sandbox));
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

  /// The tree comes first: of a data set that cannot be read it is the best help.
  void print_data(const Console& console, const std::filesystem::path& file) const {
    const std::vector<Hdf5Object> objects = hdf5_contents(file, reading_.sandbox);
    if (!is_json_) console.out << contents_text(objects) << "\n" << std::flush;
    try {
      const DatasetSplits splits = read_dataset(file, reading_);
      print(
          console,
          [&] {
            auto json = summary_json(file, splits);
            json["objects"] = contents_json(objects);
            return json;
          },
          [&] { return recognition_text(splits) + "\n" + summary_text(file, splits); });
    } catch (const UnknownLayout& error) {
      print(
          console,
          [&] {
            return nlohmann::ordered_json{{"file", file.string()},
                                          {"kind", "unknown"},
                                          {"reason", error.reason},
                                          {"objects", contents_json(objects)}};
          },
          [&] { return fmt::format("{}: {}.\n", file.string(), error.reason); });
    }
  }

  DatasetReading reading_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<Inspect>(); }

}  // namespace dtheta::cli
