/// dtheta export: a model in the format of other programs.
#include <array>
#include <optional>

#include <fmt/format.h>

#include "commands.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/storage/onnx_file.hpp"
#include "output.hpp"
#include "sandbox_option.hpp"

namespace dtheta::cli {
namespace {

class Export final : public Command {
 public:
  Export() {
    interface() = {
        .usage = "MODEL --output FILE [OPTION...]",
        .description =
            "Writes a trained model as ONNX, which onnxruntime and other programs run without "
            "dtheta. Its input \"input\" takes samples as the data set stores them, as float32; "
            "the "
            "model's scaling and standardization are part of it. Its output \"predictions\" is "
            "what "
            "dtheta predict gives: probabilities, or the values of a regression.",
        .examples = "  dtheta export lenet5.h5 --format onnx --output lenet5.onnx\n",
        .operands = {.placeholder = "MODEL", .help = "a model file", .least = 1, .most = 1},
        .groups = {{.title = "Model", .options = {sandbox_option(sandbox_)}},
                   {.title = "Output",
                    .options = {choice({.name = "format", .help = "of the file that is written"},
                                       format_, {"onnx"}),
                                required(path({.name = "output",
                                               .placeholder = "FILE",
                                               .help = "file to write, replaced if it exists"},
                                              output_)),
                                json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const std::filesystem::path file = interface().operands.values.front();
    check_output(output_, std::array{file});
    const StoredModel<float> stored = load_model<float>(file, sandbox_);
    if (stored_precision(file, sandbox_) == Precision::float64) {
      console.note("the weights are converted from float64 to float32, which runtimes compute in");
    }
    if (!stored.knows_input) {
      console.note(
          fmt::format("{} does not say how its input is prepared: whoever runs the "
                      "exported model has to prepare it",
                      file.string()));
    }
    write_onnx(output_, stored.model);
    report(console, file, stored.model);
    return ExitCode::done;
  }

 private:
  void report(const Console& console, const std::filesystem::path& file,
              const Model<float>& model) const {
    const Network<float>& network = *model.network;
    if (is_json_) {
      print_json(console, {{"model", file.string()},
                           {"output", output_.string()},
                           {"format", format_},
                           {"operator_set", onnx_operator_set},
                           {"input", network.input_shape().extents()},
                           {"outputs", network.output_shape().size()}});
      return;
    }
    const bool is_regression = make_loss<float>(model.loss)->activation() == "linear";
    const Size outputs = network.output_shape().size();
    console.out << fmt::format(
        "{} written to {}: ONNX, operator set {}; input N x {} of float32, as stored; predictions "
        "N x {}, {}\n",
        file.string(), output_.string(), onnx_operator_set, network.input_shape().text(), outputs,
        is_regression ? "the values" : "probabilities");
  }

  std::optional<Sandbox> sandbox_;
  std::string format_ = "onnx";
  std::filesystem::path output_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command() { return std::make_unique<Export>(); }

}  // namespace dtheta::cli
