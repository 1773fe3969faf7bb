/// dtheta evaluate: how well a model does on a part of a data set.
#include <limits>

#include <fmt/format.h>

#include "commands.hpp"
#include "data_part.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/storage/model_file.hpp"
#include "evaluation_text.hpp"
#include "output.hpp"
#include "reading_options.hpp"
#include "runtime.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// A table of more columns fits no screen.
constexpr Size most_classes_in_table = 20;

/// --top-k, which has no value where it was not asked for.
Option top_k_option(Size& target) {
  Option option = whole_number(
      {.name = "top-k",
       .placeholder = "K",
       .help = "also tell how often the true class is among the K that the model finds likeliest",
       .preset = "not told"},
      target, 1, std::numeric_limits<Size>::max());
  option.text = [&target] { return target == 0 ? std::string() : std::to_string(target); };
  return option;
}

class Evaluate final : public Command {
 public:
  Evaluate() {
    interface() = {
        .usage = "--model FILE --data FILE [OPTION...]",
        .description =
            "Runs a trained model over a part of a data set and prints its mean loss, its accuracy "
            "and its confusion matrix: a row for each true class, a column for each predicted one; "
            "then precision, recall, F1 and the area under the ROC curve of each class. "
            "Of a regression it prints how far the predictions of each target are from the truth: "
            "root mean squared error, mean absolute error, and R2, the share of the variance that "
            "they explain.",
        .examples = "  dtheta evaluate --model lenet.h5 --data mnist.h5 --split test\n",
        .groups = {{.title = "Model",
                    .options = {required(path({.name = "model", .help = "a model file"}, model_))}},
                   {.title = "Data",
                    .options = {required(path({.name = "data", .help = "a data set"}, data_)),
                                split_option(split_)}},
                   reading_options(reading_),
                   run_options(run_),
                   {.title = "Output", .options = {top_k_option(top_k_), json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const bool is_double = stored_precision(model_, reading_.sandbox) == Precision::float64;
    return is_double ? run_in<double>(console) : run_in<float>(console);
  }

 private:
  template <std::floating_point T>
  ExitCode run_in(const Console& console) const {
    const Runtime runtime = start_runtime(run_, inspect_machine(), console);
    const DataPart part = read_part(data_, reading_, split_);
    const auto model = load_model_for<T>(part.input, model_, reading_.sandbox).model;
    check_fit(model, part.data, data_);
    warn_of_doubtful_fit(model, part.data, part.input, console);
    if (top_k_ > 0 && !part.data.is_classification()) {
      throw UsageError(fmt::format("--top-k {}: {} has numbers to be predicted, no classes", top_k_,
                                   data_.string()));
    }
    Workers workers(runtime.threads);
    const Evaluation evaluation =
        evaluate(model, part.data, workers, {.roc_auc = true, .top_k = top_k_});
    if (is_json_) {
      nlohmann::ordered_json json{{"model", model_.string()},
                                  {"data", data_.string()},
                                  {"split", part.name},
                                  {"loss_function", model.loss}};
      json.update(evaluation_json(evaluation));
      if (top_k_ > 0) json["top_k"] = {{"k", top_k_}, {"accuracy", evaluation.top_k_accuracy}};
      if (part.data.is_classification()) json["class_names"] = part.data.class_names();
      print_json(console, json);
      return ExitCode::done;
    }
    console.out << fmt::format("{} on the {} part of {}: {}\n", model_.string(), part.name,
                               data_.string(), evaluation_line(evaluation));
    console.out << tables_text(evaluation, part.data);
    return ExitCode::done;
  }

  std::string tables_text(const Evaluation& evaluation, const Dataset& data) const {
    if (!data.is_classification()) return "\n" + target_errors_text(evaluation);
    std::string text;
    if (top_k_ > 0) {
      text += fmt::format("the true class is among the first {} in {}\n", top_k_,
                          percent_text(evaluation.top_k_accuracy));
    }
    if (data.classes() <= most_classes_in_table) {
      text += "\n" + confusion_text(evaluation, data.class_names());
    }
    return text + "\n" + class_figures_text(evaluation, data.class_names());
  }

  std::filesystem::path model_;
  std::filesystem::path data_;
  DatasetReading reading_;
  std::string split_;
  RunOptions run_;
  Size top_k_ = 0;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command() { return std::make_unique<Evaluate>(); }

}  // namespace dtheta::cli
