/// dtheta train: trains a network on a data set.
#include <array>
#include <csignal>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "checkpoints.hpp"
#include "command_text.hpp"
#include "commands.hpp"
#include "data_part.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/trainer.hpp"
#include "output.hpp"
#include "same_training.hpp"
#include "starting_model.hpp"
#include "text.hpp"
#include "train_options.hpp"
#include "training_data.hpp"
#include "training_report.hpp"
#include "training_run.hpp"

namespace dtheta::cli {
namespace {

class Train final : public Command {
 public:
  Train() {
    interface() = {
        .usage = "--data FILE --model MODEL [OPTION...]",
        .description =
            "Trains a network on a data set and writes it to a model file. The same data, options "
            "and seed give the same model, bit for bit, on any number of threads.\n"
            "\n"
            "A value comes from the command line, else from the environment (--batch-size is "
            "DTHETA_BATCH_SIZE), else from the file that --config names, else it is the default.",
        .examples =
            "  dtheta train --data mnist.h5 --model lenet5 --output lenet.h5\n"
            "  dtheta train --data train.h5 --test-data test.h5 \\\n"
            "      --model 'flatten, dense 64, relu, dense 10'\n"
            "  dtheta train --data mnist.h5 --model lenet.h5 --learning-rate 1e-4 \\\n"
            "      --output better.h5\n"
            "  dtheta train --data mnist.h5 --model lenet5 --checkpoint lenet5.d --resume\n",
        .groups = train_groups(options_)};
  }

  ExitCode run(const Console& console) override {
    std::signal(SIGPIPE, SIG_IGN);  // a reader of the progress who leaves ends no training
    const ModelSource source = find_model(options_.model, options_.reading.sandbox);
    check_train_options(interface(), source, options_);
    const std::array inputs{options_.data, options_.test_data, options_.config, source.file};
    check_output(options_.output, std::span(inputs).first(3));  // a model file may be replaced
    check_not_an_input(options_.metrics.file, inputs);
    open_checkpoints();
    const Precision precision = training_precision(source, interface(), options_, console);
    return precision == Precision::float64 ? run_in<double>(source, console)
                                           : run_in<float>(source, console);
  }

 private:
  template <std::floating_point T>
  ExitCode run_in(const ModelSource& source, const Console& console) {
    const Runtime runtime = start_runtime(options_.run, inspect_machine(), console);
    const TrainingData data = read_training_data(
        options_.data, options_.test_data, options_.reading, options_.preparation, options_.recipe);
    Model<T> model = starting_model<T>(source, options_, data, console);
    check_other_parts(model, data, console);
    Workers workers(runtime.threads);
    Trainer<T> trainer(std::move(model), options_.recipe, data.train, data.samples, workers);
    advise_on_shards(trainer.recipe().shards, runtime.threads, console);
    if (options_.is_dry_run) {
      if (source.kind == ModelKind::file) options_.initializer.clear();  // there is none
      return print_plan(trainer, data, runtime, console);
    }

    const nlohmann::ordered_json origin = provenance(runtime.blas, options_, source, data);
    std::optional<Checkpoints<T>> checkpoints;
    if (checkpoint_folder_) {
      checkpoints.emplace(*checkpoint_folder_, options_.checkpoints,
                          terms_of(trainer, data, origin),
                          command_text("dtheta train", interface(), "resume"));
      if (options_.checkpoints.resumes) {
        checkpoints->resume(trainer, interface().is_given("kernels"), options_.reading.sandbox,
                            console);
      }
    }
    console.err << announcement(source.name, trainer, data, runtime.threads) << std::endl;
    const Outcome outcome = run_watched(trainer, data, checkpoints, workers, console);
    save_model<T>(options_.output,
                  {.model = trainer.result(), .recipe = trainer.recipe(), .provenance = origin});
    if (options_.is_json) {
      print_json(console, report_json(trainer, data, outcome, options_, runtime));
    } else {
      console.out << report_text(trainer, data, outcome, options_);
    }
    return ExitCode::done;
  }

  /// Takes the folder for checkpoints where one is named.
  void open_checkpoints() {
    const CheckpointOptions& wanted = options_.checkpoints;
    if (!wanted.is_on() || options_.is_dry_run) return;
    checkpoint_folder_.emplace(wanted.folder, wanted.keep);
    const auto newest = checkpoint_folder_->newest();
    if (newest && !wanted.resumes) {
      throw UsageError(fmt::format(
          "{} is of an earlier training; add --resume to go on with that, or name another folder",
          newest->string()));
    }
  }

  template <std::floating_point T>
  Outcome run_watched(Trainer<T>& trainer, const TrainingData& data,
                      std::optional<Checkpoints<T>>& checkpoints, Workers& workers,
                      const Console& console) const {
    Watch watch{.metrics = options_.metrics,
                .tests_each_epoch = !options_.test_data.empty(),
                .time_limit = options_.time_limit};
    if (!checkpoints) return run_training(trainer, data, watch, workers, console);
    watch.after_step = [&](bool is_end) { return checkpoints->after_step(trainer, is_end); };
    try {
      return run_training(trainer, data, watch, workers, console);
    } catch (const Stopped&) {
      throw;  // says it already
    } catch (const Error& error) {
      throw Error(error.exit_code(), fmt::format("{}; {}", error.what(), checkpoints->last_good()));
    }
  }

  /// Before hours of work rather than after them.
  template <std::floating_point T>
  void check_other_parts(const Model<T>& model, const TrainingData& data,
                         const Console& console) const {
    if (data.validation) check_fit(model, *data.validation, options_.data);
    if (!data.test) return;
    check_fit(model, *data.test, data.test_file);
    warn_of_doubtful_fit(model, *data.test, data.test_input, console);
  }

  static void advise_on_shards(Size shards, Size threads, const Console& console) {
    if (threads <= shards) return;
    console.note(fmt::format(
        "a batch has {} shard{}, so only {} of {} threads can work at once; --shards {} lets all "
        "work (another recipe, with other bits)",
        shards, plural(shards), shards, threads, threads));
  }

  template <std::floating_point T>
  ExitCode print_plan(const Trainer<T>& trainer, const TrainingData& data, const Runtime& runtime,
                      const Console& console) {
    options_.recipe = trainer.recipe();  // what the defaults stand for
    options_.run.threads = runtime.threads;
    options_.precision = precision_name(sizeof(T) == 8 ? Precision::float64 : Precision::float32);
    if (options_.loss.empty()) options_.loss = trainer.model().loss;
    const MemoryPlan memory = memory_plan(trainer, data, runtime.threads);
    if (options_.is_json) {
      print_json(console, plan_json(interface(), memory));
    } else {
      console.out << plan_text(interface(), memory);
    }
    return ExitCode::done;
  }

  TrainOptions options_;
  std::optional<CheckpointFolder> checkpoint_folder_;
};

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<Train>(); }

}  // namespace dtheta::cli
