/// dtheta predict: a model's predictions for a part of a data set, as a file.
#include <fmt/format.h>

#include "commands.hpp"
#include "data_part.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/storage/predictions_file.hpp"
#include "dtheta/training/evaluation.hpp"
#include "output.hpp"
#include "reading_options.hpp"
#include "runtime.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

class Predict final : public Command {
 public:
  Predict() {
    interface() = {
        .usage = "--model FILE --data FILE --output FILE [OPTION...]",
        .description =
            "Runs a trained model over a part of a data set and writes its prediction for every "
            "sample: the probability of each class, or the values of a regression.",
        .examples =
            "  dtheta predict --model lenet.h5 --data mnist.h5 \\\n"
            "      --output predictions.csv\n",
        .groups = {
            {.title = "Model",
             .options = {required(path({.name = "model", .help = "a model file"}, model_))}},
            {.title = "Data",
             .options = {required(path({.name = "data", .help = "a data set"}, data_)),
                         split_option(split_)}},
            reading_options(reading_),
            run_options(run_),
            {.title = "Output",
             .options = {required(path({.name = "output",
                                        .placeholder = "FILE.csv|FILE.h5",
                                        .help = "file to write, replaced if it exists; its ending "
                                                "says in which format"},
                                       output_)),
                         json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    if (output_.extension() != ".csv" && output_.extension() != ".h5") {
      throw UsageError(
          fmt::format("--output {}: wanted a name that ends in .csv or .h5", output_.string()));
    }
    check_output(output_, std::array{model_, data_});
    const bool is_double = stored_precision(model_, reading_.sandbox) == Precision::float64;
    return is_double ? run_in<double>(console) : run_in<float>(console);
  }

 private:
  template <std::floating_point T>
  ExitCode run_in(const Console& console) const {
    const Runtime runtime = start_runtime(run_, inspect_machine(), console);
    const DataPart part = read_part(data_, reading_, split_);
    const auto model = load_model_for<T>(part.input, model_, reading_.sandbox).model;
    Workers workers(runtime.threads);
    const AlignedBuffer<T> predictions =
        naming_file(data_, [&] { return predict(model, part.data, workers); });
    warn_of_doubtful_fit(model, part.data, part.input, console);
    const Shape shape{part.data.size(), model.network->output_shape().size()};
    write_predictions<T>(output_, predictions.view(shape), model.class_names);
    if (is_json_) {
      print_json(console, {{"model", model_.string()},
                           {"data", data_.string()},
                           {"split", part.name},
                           {"samples", part.data.size()},
                           {"output", output_.string()}});
    } else {
      console.out << fmt::format("{} prediction{} for the {} part of {} written to {}\n",
                                 grouped(part.data.size()), plural(part.data.size()), part.name,
                                 data_.string(), output_.string());
    }
    return ExitCode::done;
  }

  std::filesystem::path model_;
  std::filesystem::path data_;
  DatasetReading reading_;
  std::string split_;
  std::filesystem::path output_;
  RunOptions run_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_predict_command() { return std::make_unique<Predict>(); }

}  // namespace dtheta::cli
