/// dtheta doctor: this machine, its libraries, and whether they can be used.
#include <optional>
#include <utility>

#include <boost/version.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"
#include "dtheta/core/version.hpp"
#include "dtheta/storage/hdf5_library.hpp"
#include "dtheta/storage/onnx_file.hpp"
#include "dtheta/storage/picture_file.hpp"
#include "dtheta/storage/sandbox.hpp"
#include "output.hpp"
#include "runtime.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

std::string boost_version() {
  return fmt::format("{}.{}.{}", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000,
                     BOOST_VERSION % 100);
}

/// What the doctor found; no runtime: it cannot be used, and `problem` says why.
struct Findings {
  Machine machine;
  std::optional<Runtime> runtime;
  std::string problem;
  std::optional<std::string> sandbox_problem;  ///< none: there is one to be had
};

nlohmann::ordered_json as_json(const Findings& found) {
  nlohmann::ordered_json json{
      {"usable", found.runtime.has_value()},
      {"cpu", found.machine.cpu},
      {"vector_sets", found.machine.vector_sets},
      {"cores",
       {{"online", found.machine.online_cores}, {"affinity", found.machine.affinity_cores}}},
      {"default_threads", usable_threads(found.machine)},
      {"versions",
       {{"dtheta", version()},
        {"compiler", compiler()},
        {"onetbb", onetbb_version()},
        {"hdf5", hdf5_version()},
        {"libjpeg", jpeg_version()},
        {"libpng", png_version()},
        {"onnx", onnx_version()},
        {"protobuf", protobuf_version()},
        {"libseccomp", libseccomp_version()},
        {"boost", boost_version()}}}};
  json["sandbox"] = !found.sandbox_problem;
  json["cores"]["cgroup"] = found.machine.cgroup_cores
                                ? nlohmann::ordered_json(*found.machine.cgroup_cores)
                                : nlohmann::ordered_json();
  if (!found.runtime) {
    json["problem"] = found.problem;
    return json;
  }
  const BlasFacts& blas = found.runtime->blas;
  json["versions"]["blas"] = blas.version;
  json["threads"] = found.runtime->threads;
  json["blas"] = {{"version", blas.version},
                  {"config", blas.config},
                  {"core", blas.core},
                  {"found_core", blas.found_core},
                  {"threads_per_call", 1},
                  {"concurrent_calls_agree", true},
                  {"max_callers", blas.max_callers},
                  {"warnings", blas.warnings}};
  json["kernels"] = blas.kernels;
  return json;
}

std::string cores_text(const Machine& machine) {
  std::string text = fmt::format("{} online, {} allowed by affinity", machine.online_cores,
                                 machine.affinity_cores);
  return text + (machine.cgroup_cores
                     ? fmt::format(", {:.4g} by the cgroup's quota", *machine.cgroup_cores)
                     : ", no cgroup quota");
}

std::string as_text(const Findings& found) {
  const Machine& machine = found.machine;
  std::vector<std::vector<std::string>> rows{
      {"CPU", machine.cpu},
      {"vector sets", fmt::format("{}", fmt::join(machine.vector_sets, " "))},
      {"cores", cores_text(machine)},
      {"default threads", std::to_string(usable_threads(machine))}};
  if (found.runtime) {
    const BlasFacts& blas = found.runtime->blas;
    const bool is_mended = blas.core != blas.found_core;
    rows.insert(
        rows.end(),
        {{"kernels", blas.kernels},
         {"BLAS", blas.version},
         {"BLAS build", blas.config},
         {"BLAS kernels",
          blas.core +
              (is_mended ? fmt::format(" (the library chose {} by itself)", blas.found_core) : "")},
         {"BLAS threads", "1 a call, as set"},
         {"BLAS callers", fmt::format("{} at once agree with one after another; at most {}",
                                      found.runtime->threads, blas.max_callers)}});
  }
  rows.insert(rows.end(), {{"dtheta", std::string(version())},
                           {"compiler", std::string(compiler())},
                           {"oneTBB", std::string(onetbb_version())},
                           {"HDF5", hdf5_version()},
                           {"libjpeg", jpeg_version()},
                           {"libpng", png_version()},
                           {"ONNX", onnx_version()},
                           {"protobuf", protobuf_version()},
                           {"libseccomp", libseccomp_version()},
                           {"sandbox", found.sandbox_problem.value_or("works")},
                           {"Boost", boost_version()}});
  return table_text(rows, {Align::left, Align::left});
}

class Doctor final : public Command {
 public:
  Doctor() {
    interface() = {
        .usage = "[--threads N] [--kernels NAME] [--json]",
        .description =
            "Checks what a training would run on: the cores this process may use, the BLAS with "
            "its kernels, that each of its calls keeps to one thread and that concurrent calls "
            "give the bits of serial ones. Ends with 69 when that cannot be had.",
        .examples = {},
        .groups = {run_options(options_), {.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    Findings found{.machine = inspect_machine(),
                   .runtime = {},
                   .problem = {},
                   .sandbox_problem = sandbox_problem(Sandbox{})};
    try {
      found.runtime = start_runtime(options_, found.machine, console);
    } catch (const RuntimeUnusable& error) {
      found.problem = error.what();
    }
    if (is_json_) {
      print_json(console, as_json(found));
    } else {
      console.out << as_text(found);
    }
    if (found.runtime) {
      if (!is_json_) console.out << "\nAll is well.\n";
      return ExitCode::done;
    }
    throw RuntimeUnusable(found.problem);
  }

 private:
  RunOptions options_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_doctor_command() { return std::make_unique<Doctor>(); }

}  // namespace dtheta::cli
