/// dtheta summary: a network's layers, and what they cost.
#include <fmt/format.h>

#include "commands.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/shard.hpp"
#include "model_without_data.hpp"
#include "network_summary.hpp"
#include "output.hpp"
#include "sandbox_option.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

class Summary final : public Command {
 public:
  Summary() {
    std::vector<Option> network = sample_options(choice_);
    network.push_back(choice({.name = "precision", .help = "arithmetic of training"}, precision_,
                             {"float32", "float64"}));
    network.push_back(sandbox_option(sandbox_));
    interface() = {
        .usage = "MODEL [OPTION...]",
        .description =
            "Shows a network layer by layer: the shape of a sample, trainable parameters, the "
            "multiply-adds of one sample's forward pass, the bytes of one sample's output. And "
            "the memory of a training on one batch, without the optimizer's state and the data "
            "(dtheta train --dry-run knows those too).",
        .examples =
            "  dtheta summary lenet5\n"
            "  dtheta summary 'conv 16 3x3, relu, flatten, dense 10' --input-shape 32x32x3\n",
        .operands = {.placeholder = "MODEL",
                     .help = "a name that dtheta models lists, a layer list, a text file with one, "
                             "or a model file",
                     .least = 1,
                     .most = 1},
        .groups = {{.title = "Network", .options = std::move(network)},
                   {.title = "Training",
                    .options = {whole_number(
                        {.name = "batch-size", .placeholder = "N", .help = "samples in a step"},
                        batch_size_, 1, 1 << 24)}},
                   {.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const ModelSource source = find_model(interface().operands.values.front(), sandbox_);
    if (parse_precision(precision_) == Precision::float64) {
      print(console, source, model_without_data<double>(source, choice_, 1, sandbox_));
    } else {
      print(console, source, model_without_data<float>(source, choice_, 1, sandbox_));
    }
    return ExitCode::done;
  }

 private:
  template <std::floating_point T>
  void print(const Console& console, const ModelSource& source, const Model<T>& model) const {
    const Network<T>& network = *model.network;
    const NetworkMemory memory = network_memory(network, batch_size_);
    if (is_json_) {
      print_json(console, {{"model", source.name},
                           {"loss", model.loss},
                           {"input", network.input_shape().extents()},
                           {"parameters", network.parameter_count()},
                           {"trained_parameters", network.trained_count()},
                           {"multiply_adds", multiply_adds(network)},
                           {"layers", layers_json(network)},
                           {"memory",
                            {{"batch_size", memory.batch_size},
                             {"shards", memory.shards},
                             {"theta_bytes", memory.theta},
                             {"gradient_bytes", memory.gradients},
                             {"workspace_bytes", memory.workspaces},
                             {"total_bytes", memory.total()}}}});
      return;
    }
    const Size fixed = network.parameter_count() - network.trained_count();
    console.out << fmt::format("{}: {} parameters{}, {} multiply-adds a sample, {}\n\n{}\n",
                               source.name, grouped(network.parameter_count()),
                               fixed == 0 ? "" : fmt::format(" ({} not trained)", grouped(fixed)),
                               grouped(multiply_adds(network)), model.loss, layers_table(model))
                << memory_text(memory);
  }

  std::string memory_text(const NetworkMemory& memory) const {
    const auto row = [](std::string what, Size bytes) {
      return std::vector<std::string>{"  " + std::move(what), bytes_text(bytes)};
    };
    return fmt::format("memory of a training in {}, a batch of {} in {} shard{}\n", precision_,
                       memory.batch_size, memory.shards, plural(memory.shards)) +
           table_text({row("theta, as it is and as layers read it", memory.theta),
                       row("gradients", memory.gradients),
                       row("activations and their gradients", memory.workspaces),
                       row("total", memory.total())},
                      {Align::left, Align::right});
  }

  SampleChoice choice_;
  std::optional<Sandbox> sandbox_;
  std::string precision_ = "float32";
  Size batch_size_ = 128;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_summary_command() { return std::make_unique<Summary>(); }

}  // namespace dtheta::cli
