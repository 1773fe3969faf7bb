/// dtheta benchmark step: how fast a network trains here, and what the time goes to.
#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "benchmark_text.hpp"
#include "commands.hpp"
#include "dtheta/benchmark/machine_speed.hpp"
#include "dtheta/benchmark/step_benchmark.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "output.hpp"
#include "runtime.hpp"
#include "step_report.hpp"
#include "text.hpp"
#include "timeline.hpp"
#include "workload.hpp"

namespace dtheta::cli {
namespace {

/// Of a tenth of a second, but some and not too many.
Size steps_to_log(double milliseconds) {
  return std::clamp<Size>(static_cast<Size>(100 / milliseconds), 3, 100);
}

class BenchmarkStep final : public Command {
 public:
  BenchmarkStep() {
    recipe_.optimizer.name = "momentum";
    recipe_.schedule.name = "constant";
    recipe_.learning_rate = 1e-4;  // the weights hardly move: every step has the same work
    interface() = {
        .usage = "MODEL [OPTION...]",
        .description =
            "Trains a network in float32 for a few seconds and tells how long a step takes, from "
            "gathering the samples to the new theta: the median of rounds of steps, with the "
            "lowest and the highest. Steps after those, with clocks in them, tell what the time of "
            "all threads goes to, and each layer's part of it. Floating-point operations are those "
            "of the layers' definitions; an algorithm that needs fewer may pass the peak.",
        .examples =
            "  dtheta benchmark step lenet5\n"
            "  dtheta benchmark step 'input 32x32x3, conv 16 3x3, relu, flatten, dense 10'\n"
            "  dtheta benchmark step cats --data cats.h5 --batch-size 209 --threads 1\n",
        .operands = {.placeholder = "MODEL",
                     .help = "a name that dtheta models lists, a layer list, a text file with one, "
                             "or a model file",
                     .least = 1,
                     .most = 1},
        .groups = {{.title = "Training", .options = training_options()},
                   run_options(run_),
                   {.title = "Output",
                    .options = {path({.name = "timeline",
                                      .help = "file for a picture (SVG) of what each thread did in "
                                              "three steps"},
                                     timeline_),
                                json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const ModelSource source = find_model(interface().operands.values.front());
    if (!timeline_.empty()) check_output(timeline_, std::array{data_, source.file});
    const Machine machine = inspect_machine();
    const Runtime runtime = start_runtime(run_, machine, console);
    const StepFigures figures = measure(source, runtime.threads);
    if (is_json_) {
      nlohmann::ordered_json json = step_json(figures);
      json["machine"] = machine_json(machine, runtime.blas);
      print_json(console, json);
    } else {
      console.out << machine_text(machine, runtime.blas) << "\n" << step_text(figures);
    }
    return ExitCode::done;
  }

 private:
  std::vector<Option> training_options() {
    return {
        whole_number({.name = "batch-size", .placeholder = "N", .help = "samples in a step"},
                     recipe_.batch_size, 1, 1 << 24),
        whole_number({.name = "shards",
                      .placeholder = "N",
                      .help = "parts of a batch that may run at once",
                      .preset = "from batch and network"},
                     recipe_.shards, 1, 4096),
        choice({.name = "optimizer", .help = "how a gradient moves the parameters"},
               recipe_.optimizer.name, optimizer_names()),
        path({.name = "data",
              .help = "data set whose train part is trained on",
              .preset = "random data of the shape that the network was made for"},
             data_),
        real_number({.name = "seconds", .placeholder = "S", .help = "how long to measure"},
                    seconds_, "from 0", [](double seconds) { return seconds >= 0; }),
    };
  }

  StepFigures measure(const ModelSource& source, int threads) const {
    Workload workload = make_workload(source, data_, recipe_.batch_size);
    std::vector<Size> samples(static_cast<std::size_t>(workload.data.size()));
    std::iota(samples.begin(), samples.end(), Size{0});
    Workers workers(threads);
    Trainer<float> trainer(std::move(workload.model), recipe_, workload.data, std::move(samples),
                           workers);
    const Network<float>& network = *trainer.model().network;
    const Spread peak = measure_fma_gflops(threads, {.seconds = 0.02, .rounds = 5});
    const StepTimes times = time_steps(trainer, seconds_);
    const StepLog log = log_steps(trainer, threads, steps_to_log(times.milliseconds.median));
    if (!timeline_.empty()) write_timeline(log, network, trainer.recipe());
    return {.model = interface().operands.values.front(),
            .data = data_.empty() ? "random" : data_.string(),
            .input_type = std::string(element_name(workload.data.type())),
            .optimizer = recipe_.optimizer.name,
            .parameters = network.parameter_count(),
            .batch_size = trainer.recipe().batch_size,
            .shards = trainer.recipe().shards,
            .threads = threads,
            .times = times,
            .split = time_split(log),
            .layers = layer_times(network, trainer.recipe().batch_size, log),
            .fma_gflops = peak,
            .buffers = trainer.bytes(),
            .peak_bytes = peak_memory()};
  }

  void write_timeline(const StepLog& log, const Network<float>& network,
                      const Recipe& recipe) const {
    std::vector<std::string> layers;
    for (const Node<float>& node : network.nodes()) layers.push_back(node.name);
    const std::string svg = timeline_svg(
        log, layers,
        fmt::format("{}: {} samples a step in {} shard{}", interface().operands.values.front(),
                    recipe.batch_size, recipe.shards, plural(recipe.shards)));
    write_atomically(timeline_, std::as_bytes(std::span(svg)));
  }

  Recipe recipe_;
  std::filesystem::path data_;
  std::filesystem::path timeline_;
  double seconds_ = 3;
  RunOptions run_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_benchmark_step_command() { return std::make_unique<BenchmarkStep>(); }

}  // namespace dtheta::cli
