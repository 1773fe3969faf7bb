/// The commands of dtheta: one table, one source file a command.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "command.hpp"

namespace dtheta::cli {

std::unique_ptr<Command> make_train_command();
std::unique_ptr<Command> make_find_lr_command();
std::unique_ptr<Command> make_evaluate_command();
std::unique_ptr<Command> make_predict_command();
std::unique_ptr<Command> make_export_command();
std::unique_ptr<Command> make_inspect_command();
std::unique_ptr<Command> make_import_idx_command();
std::unique_ptr<Command> make_import_cifar10_command();
std::unique_ptr<Command> make_import_csv_command();
std::unique_ptr<Command> make_import_images_command();
std::unique_ptr<Command> make_digits_command();
std::unique_ptr<Command> make_dataset_info_command();
std::unique_ptr<Command> make_models_command();
std::unique_ptr<Command> make_summary_command();
std::unique_ptr<Command> make_check_gradients_command();
std::unique_ptr<Command> make_benchmark_machine_command();
std::unique_ptr<Command> make_benchmark_step_command();
std::unique_ptr<Command> make_doctor_command();

/// A row of the table; the words of `name` are typed one after another: "dataset make digits".
struct CommandEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Command> (*make)();
};

/// All commands, in the order of the help text.
std::span<const CommandEntry> command_table();

}  // namespace dtheta::cli
