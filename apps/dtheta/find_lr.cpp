/// dtheta find-lr: which learning rate to train with.
#include <array>
#include <filesystem>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "commands.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/training/rate_range.hpp"
#include "output.hpp"
#include "rate_plot.hpp"
#include "starting_model.hpp"
#include "text.hpp"
#include "train_options.hpp"
#include "training_data.hpp"

namespace dtheta::cli {
namespace {

nlohmann::ordered_json test_json(const RateRangeTest& test) {
  nlohmann::ordered_json json{{"suggestion", nullptr}};
  if (const auto rate = test.suggestion()) json["suggestion"] = *rate;
  json["lowest"] = test.trials.empty() ? nlohmann::ordered_json()
                                       : nlohmann::ordered_json(test.lowest().learning_rate);
  json["is_diverged"] = test.is_diverged;
  json["trials"] = nlohmann::ordered_json::array();
  for (const RateTrial& trial : test.trials) {
    json["trials"].push_back({{"learning_rate", trial.learning_rate},
                              {"loss", trial.loss},
                              {"smoothed_loss", trial.smoothed}});
  }
  return json;
}

class FindLr final : public Command {
 public:
  FindLr() {
    constexpr auto is_positive = [](double rate) { return rate > 0; };
    interface() = {
        .usage = "--data FILE --model MODEL [OPTION...]",
        .description =
            "Trains a network for a few steps while the learning rate grows, and suggests a tenth "
            "of the rate at which the loss was lowest. Where the loss ends at four times its "
            "lowest, the test ends, too. Nothing is saved but the plot.",
        .examples =
            "  dtheta find-lr --data mnist.h5 --model lenet5 --optimizer adamw\n"
            "  dtheta find-lr --data mnist.h5 --model lenet5 --plot rates.svg\n",
        .groups = trial_groups(options_)};
    interface().groups.push_back(
        {.title = "Range",
         .options = {
             real_number({.name = "first-rate", .placeholder = "RATE", .help = "the first"},
                         range_.first, "above 0", is_positive),
             real_number({.name = "last-rate", .placeholder = "RATE", .help = "the last"},
                         range_.last, "above 0", is_positive),
             whole_number({.name = "steps", .placeholder = "N", .help = "how many are tried"},
                          range_.steps, 2, 1'000'000),
         }});
    interface().groups.push_back(
        {.title = "Output",
         .options = {
             path({.name = "plot", .help = "file for a picture (SVG) of the loss over the rate"},
                  plot_),
             json_option(options_.is_json)}});
  }

  ExitCode run(const Console& console) override {
    const ModelSource source = find_model(options_.model, options_.reading.sandbox);
    check_trial_options(interface(), source, options_);
    if (range_.last <= range_.first) {
      throw UsageError(fmt::format(
          "--first-rate {} and --last-rate {} contradict each other: the rate has to grow",
          range_.first, range_.last));
    }
    if (!plot_.empty()) check_output(plot_, std::array{options_.data, source.file});
    const Precision precision = training_precision(source, interface(), options_, console);
    const RateRangeTest test = precision == Precision::float64 ? run_in<double>(source, console)
                                                               : run_in<float>(source, console);
    if (!plot_.empty()) write_plot(test, source);
    if (options_.is_json) {
      print_json(console, test_json(test));
    } else {
      console.out << text_of(test);
    }
    return ExitCode::done;
  }

 private:
  template <std::floating_point T>
  RateRangeTest run_in(const ModelSource& source, const Console& console) {
    const Runtime runtime = start_runtime(options_.run, inspect_machine(), console);
    const TrainingData data = read_training_data(options_.data, {}, options_.reading,
                                                 options_.preparation, options_.recipe);
    Model<T> model = starting_model<T>(source, options_, data, console);
    Workers workers(runtime.threads);
    RateRangeTest test =
        test_rates(std::move(model), options_.recipe, data.train, data.samples, range_, workers);
    if (test.trials.size() < 2) {
      throw Diverged(fmt::format("the loss is not finite after {} steps; lower --first-rate",
                                 test.trials.size()));
    }
    return test;
  }

  void write_plot(const RateRangeTest& test, const ModelSource& source) const {
    const std::string svg = rate_plot_svg(
        test, fmt::format("{} on {}, {}", source.name, options_.data.filename().string(),
                          options_.recipe.optimizer.name));
    write_atomically(plot_, std::as_bytes(std::span(svg)));
  }

  std::string text_of(const RateRangeTest& test) const {
    std::vector<std::vector<std::string>> rows{
        {"tried", fmt::format("{} rates from {:.3g} to {:.3g}{}", test.trials.size(),
                              test.trials.front().learning_rate, test.trials.back().learning_rate,
                              test.is_diverged ? ", where the loss blew up" : "")},
        {"lowest loss",
         fmt::format("{:.4g} at {:.2g}", test.lowest().smoothed, test.lowest().learning_rate)}};
    if (!plot_.empty()) rows.push_back({"plot", plot_.string()});
    const auto rate = test.suggestion();
    rows.push_back({"suggestion", rate ? fmt::format("--learning-rate {:.2g}", *rate)
                                       : "none: the loss did not fall; try other rates or more "
                                         "--steps"});
    return table_text(rows, {Align::left, Align::left});
  }

  TrainOptions options_;
  RateRange range_;
  std::filesystem::path plot_;
};

}  // namespace

std::unique_ptr<Command> make_find_lr_command() { return std::make_unique<FindLr>(); }

}  // namespace dtheta::cli
