/// dtheta benchmark machine: what this machine can give at most.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "benchmark_text.hpp"
#include "commands.hpp"
#include "dtheta/benchmark/machine_speed.hpp"
#include "output.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// One figure of MachineSpeed and what it is called.
struct Figure {
  const char* key;
  const char* name;
  Spread MachineSpeed::*spread;
};

constexpr Figure figures[] = {
    {"fma_gflops", "multiply-adds on registers, GFLOP/s", &MachineSpeed::fma_gflops},
    {"sgemm_gflops", "sgemm 768 x 768 x 768, GFLOP/s", &MachineSpeed::sgemm_gflops},
    {"copy_gigabytes", "memory copy, GB/s", &MachineSpeed::copy_gigabytes},
    {"triad_gigabytes", "memory triad, GB/s", &MachineSpeed::triad_gigabytes},
};

nlohmann::ordered_json speed_json(const MachineSpeed& speed) {
  nlohmann::ordered_json json{{"threads", speed.threads}};
  for (const Figure& figure : figures) json[figure.key] = spread_json(speed.*figure.spread);
  return json;
}

std::string range_text(const Spread& spread) {
  return fmt::format("{} to {}", figure_text(spread.min), figure_text(spread.max));
}

class BenchmarkMachine final : public Command {
 public:
  BenchmarkMachine() {
    interface() = {
        .usage = "[--threads N] [--kernels NAME] [--json]",
        .description =
            "Measures, in float on one thread and on several at once, what limits every training "
            "here: multiply-adds on registers, products of matrices by the BLAS (one to a thread, "
            "as a training runs them), and the memory (bytes read and written, as STREAM counts "
            "them). Each figure is the median of seven rounds, with the lowest and the highest; a "
            "wide range says that the machine was busy with something else. Takes about five "
            "seconds.",
        .examples = {},
        .groups = {run_options(options_), {.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const Machine machine = inspect_machine();
    const Runtime runtime = start_runtime(options_, machine, console);
    std::vector<MachineSpeed> speeds{measure_machine(1)};
    if (runtime.threads > 1) speeds.push_back(measure_machine(runtime.threads));
    if (is_json_) {
      print_json(console, {{"machine", machine_json(machine, runtime.blas)},
                           {"one", speed_json(speeds.front())},
                           {"all", speed_json(speeds.back())}});
    } else {
      console.out << machine_text(machine, runtime.blas) << "\n\n" << speeds_text(speeds);
    }
    return ExitCode::done;
  }

 private:
  static std::string speeds_text(const std::vector<MachineSpeed>& speeds) {
    std::vector<std::vector<std::string>> rows{{""}};
    std::vector<Align> alignments{Align::left};
    for (const MachineSpeed& speed : speeds) {
      rows.front().insert(
          rows.front().end(),
          {fmt::format("{} thread{}", speed.threads, plural(speed.threads)), "range"});
      alignments.insert(alignments.end(), {Align::right, Align::right});
    }
    for (const Figure& figure : figures) {
      auto& row = rows.emplace_back(std::vector<std::string>{figure.name});
      for (const MachineSpeed& speed : speeds) {
        const Spread& spread = speed.*figure.spread;
        row.insert(row.end(), {figure_text(spread.median), range_text(spread)});
      }
    }
    return table_text(rows, alignments);
  }

  RunOptions options_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_benchmark_machine_command() {
  return std::make_unique<BenchmarkMachine>();
}

}  // namespace dtheta::cli
