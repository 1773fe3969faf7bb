/// dtheta check-gradients: a network's derivatives against differences of its loss.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "commands.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/training/gradient_check.hpp"
#include "model_without_data.hpp"
#include "output.hpp"
#include "sandbox_option.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// Biases that are all zero would put units without input exactly at a relu's kink.
void disturb_biases(Model<double>& model, std::uint64_t seed) {
  for (std::size_t p = 0; p < model.network->parameters().size(); ++p) {
    if (model.network->parameters()[p].spec.is_kernel()) continue;
    Philox random(seed, Purpose::initialization, 1, p);
    for (double& number : model.network->parameter(model.theta.span(), p).span()) {
      number += random.normal() / 10;
    }
  }
}

/// --numbers takes a number or the word all, which is 0.
Option numbers_option(Size& target) {
  Option option = whole_number({.name = "numbers",
                                .placeholder = "N|all",
                                .help = "how many numbers of each array are moved, spread over it"},
                               target, 1, Size{1} << 40);
  option.wanted = "a whole number from 1, or all";
  option.text = [&target] { return target == 0 ? std::string("all") : std::to_string(target); };
  option.read = [&target, read_number = option.read](const std::string& value) {
    if (value != "all") return read_number(value);
    target = 0;
    return true;
  };
  return option;
}

class CheckGradients final : public Command {
 public:
  CheckGradients() {
    std::vector<Option> network = sample_options(choice_);
    network.push_back(sandbox_option(sandbox_));
    interface() = {
        .usage = "MODEL [OPTION...]",
        .description =
            "Checks the derivatives of a network in float64: one batch of random numbers goes "
            "forward and backward as in a training, then numbers of the input and of every "
            "parameter are "
            "moved, and the change of the loss is held against what backward said. "
            "Ends with 1 when an array is off by more than the tolerance.\n"
            "\n"
            "A named network or a layer list begins with random weights; of a model file its own "
            "are checked.",
        .examples =
            "  dtheta check-gradients lenet5\n"
            "  dtheta check-gradients 'input 8x8x3, conv 4 3x3, relu, flatten, dense 5' \\\n"
            "      --numbers all\n"
            "  dtheta check-gradients model.h5 --batch-size 16\n",
        .operands = {.placeholder = "MODEL",
                     .help = "a name that dtheta models lists, a layer list, a text file with one, "
                             "or a model file",
                     .least = 1,
                     .most = 1},
        .groups = {{.title = "Network", .options = std::move(network)},
                   {.title = "Check", .options = check_options()},
                   {.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const ModelSource source = find_model(interface().operands.values.front(), sandbox_);
    Model<double> model = model_without_data<double>(source, choice_, options_.seed, sandbox_);
    if (source.kind != ModelKind::file) disturb_biases(model, options_.seed);
    const std::vector<GradientCheck> checks =
        check_gradients(model, *make_loss<double>(model.loss), options_);
    const bool is_good = std::ranges::all_of(checks, [&](const auto& c) { return is_close(c); });
    if (is_json_) {
      print_json(console, as_json(source, model, checks, is_good));
    } else {
      console.out << as_text(source, model, checks);
    }
    return is_good ? ExitCode::done : gradients_differ;
  }

 private:
  static constexpr auto gradients_differ = static_cast<ExitCode>(1);

  std::vector<Option> check_options() {
    return {whole_number({.name = "batch-size", .placeholder = "N", .help = "samples"},
                         options_.samples, 1, 1 << 24),
            whole_number({.name = "seed",
                          .placeholder = "S",
                          .help = "decides weights, samples and which numbers are moved"},
                         options_.seed),
            numbers_option(options_.numbers),
            real_number({.name = "tolerance",
                         .placeholder = "ERROR",
                         .help = "largest difference, relative to the array's largest derivative"},
                        options_.tolerance, "above 0", [](double number) { return number > 0; })};
  }

  bool is_close(const GradientCheck& check) const { return check.error <= options_.tolerance; }

  nlohmann::ordered_json as_json(const ModelSource& source, const Model<double>& model,
                                 const std::vector<GradientCheck>& checks, bool is_good) const {
    auto arrays = nlohmann::ordered_json::array();
    for (const GradientCheck& check : checks) {
      arrays.push_back({{"name", check.name},
                        {"size", check.size},
                        {"checked", check.checked},
                        {"largest", check.largest},
                        {"error", check.error},
                        {"agrees", is_close(check)}});
    }
    return {{"model", source.name},
            {"loss", model.loss},
            {"batch_size", options_.samples},
            {"seed", options_.seed},
            {"tolerance", options_.tolerance},
            {"agrees", is_good},
            {"arrays", std::move(arrays)}};
  }

  std::string as_text(const ModelSource& source, const Model<double>& model,
                      const std::vector<GradientCheck>& checks) const {
    std::vector<std::vector<std::string>> rows{
        {"", "numbers", "checked", "largest derivative", "relative error", ""}};
    std::vector<std::string> bad;
    for (const GradientCheck& check : checks) {
      rows.push_back({check.name, grouped(check.size), grouped(check.checked),
                      fmt::format("{:.3g}", check.largest), fmt::format("{:.1e}", check.error),
                      is_close(check) ? "" : "differs"});
      if (!is_close(check)) bad.push_back(check.name);
    }
    std::string text =
        fmt::format("{}: {} parameters, {}, a batch of {}\n\n", source.name,
                    grouped(model.network->parameter_count()), model.loss, options_.samples);
    text += table_text(
        rows, {Align::left, Align::right, Align::right, Align::right, Align::right, Align::left});
    if (bad.empty()) {
      return text + fmt::format("\nall derivatives agree within {:g}\n", options_.tolerance);
    }
    return text + fmt::format("\n{} of {} arrays differ by more than {:g}\n", bad.size(),
                              checks.size(), options_.tolerance);
  }

  SampleChoice choice_;
  std::optional<Sandbox> sandbox_;
  GradientCheckOptions options_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_check_gradients_command() {
  return std::make_unique<CheckGradients>();
}

}  // namespace dtheta::cli
