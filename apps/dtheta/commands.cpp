#include "commands.hpp"

#include <array>

namespace dtheta::cli {

std::span<const CommandEntry> command_table() {
  static constexpr std::array table{
      CommandEntry{"train", "train a network on a data set", make_train_command},
      CommandEntry{"find-lr", "suggest a learning rate to train with", make_find_lr_command},
      CommandEntry{"evaluate", "loss, accuracy and confusion matrix of a model",
                   make_evaluate_command},
      CommandEntry{"predict", "write a model's predictions to a file", make_predict_command},
      CommandEntry{"export", "write a model as ONNX, for other programs", make_export_command},
      CommandEntry{"inspect", "show what is in a model or any other HDF5 file",
                   make_inspect_command},
      CommandEntry{"dataset import idx", "make a data set of IDX files (MNIST)",
                   make_import_idx_command},
      CommandEntry{"dataset import cifar10", "make a data set of CIFAR-10's binary batches",
                   make_import_cifar10_command},
      CommandEntry{"dataset import csv", "make a data set of comma-separated numbers",
                   make_import_csv_command},
      CommandEntry{"dataset import images", "make a data set of JPEG and PNG pictures",
                   make_import_images_command},
      CommandEntry{"dataset make digits", "draw a data set of digits", make_digits_command},
      CommandEntry{"dataset info", "show the parts, shapes and classes of a data set",
                   make_dataset_info_command},
      CommandEntry{"models", "list the networks that have a name", make_models_command},
      CommandEntry{"summary", "show what the layers of a network cost", make_summary_command},
      CommandEntry{"check-gradients", "check the derivatives of a network",
                   make_check_gradients_command},
      CommandEntry{"benchmark machine", "measure what this machine can give at most",
                   make_benchmark_machine_command},
      CommandEntry{"benchmark step", "measure how fast a network trains here",
                   make_benchmark_step_command},
      CommandEntry{"doctor", "check this machine and the libraries", make_doctor_command},
  };
  return table;
}

}  // namespace dtheta::cli
