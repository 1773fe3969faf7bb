#include "reading_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "dtheta/model/network_spec.hpp"
#include "dtheta/storage/picture_layout.hpp"
#include "memory_option.hpp"
#include "sandbox_option.hpp"

namespace dtheta::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Task>, 2> tasks{
    {{"classification", Task::classification}, {"regression", Task::regression}}};

Option layout_option(std::optional<PictureLayout>& target) {
  return {.name = "layout",
          .placeholder = "NAME",
          .help = "how pictures lie in the file: samples, height, width, channels, outermost first",
          .wanted = "NHW, NHWC or NCHW",
          .preset = "from the shape",
          .read =
              [&target](const std::string& value) {
                target = layout_named(value);
                return target.has_value();
              },
          .text = [&target] { return target ? std::string(layout_name(*target)) : std::string(); }};
}

Option input_shape_option(std::optional<Shape>& target) {
  return {.name = "input-shape",
          .placeholder = "HxWxC",
          .help =
              "the pictures that rows of numbers are; with --layout NCHW they lie channel by "
              "channel",
          .wanted = "a shape such as 32x32x3",
          .preset = {},
          .read =
              [&target](const std::string& value) {
                target = parse_shape(value);
                return target->rank() == 3;
              },
          .text = [&target] { return target ? target->text() : std::string(); }};
}

Option task_option(std::optional<Task>& target) {
  return {.name = "task",
          .placeholder = "NAME",
          .help = "whether targets are classes or numbers to be predicted",
          .wanted = "classification or regression",
          .preset =
              "numbers where they are of a floating-point type, not one-hot and without "
              "class names",
          .read =
              [&target](const std::string& value) {
                for (const auto& [name, task] : tasks) {
                  if (value == name) target = task;
                }
                return target && value == tasks[static_cast<std::size_t>(*target)].first;
              },
          .text =
              [&target] {
                return target ? std::string(tasks[static_cast<std::size_t>(*target)].first)
                              : std::string();
              }};
}

/// The option, which may change the sandbox or the memory limit: a sandbox has the memory that data
/// may take, and at least what the HDF5 library and the largest answer need.
Option fitting_sandbox(Option option, DatasetReading& reading) {
  option.read = [&reading, read = std::move(option.read)](const std::string& value) {
    constexpr Size least = Size{256} << 20;
    const bool is_read = read(value);
    if (reading.sandbox) reading.sandbox->memory_limit = std::max(least, reading.memory_limit);
    return is_read;
  };
  return option;
}

}  // namespace

OptionGroup reading_options(DatasetReading& reading) {
  return {
      .title = "Data files",
      .options = {free_text({.name = "x",
                             .placeholder = "PATH",
                             .help = "the samples' place in the file, such as /images, or "
                                     "/{split}/images where {split} stands for the parts' names",
                             .preset = "found by name"},
                            reading.x),
                  free_text({.name = "y",
                             .placeholder = "PATH",
                             .help = "the targets' place, with {split} if --x has it",
                             .preset = "found by name"},
                            reading.y),
                  layout_option(reading.layout), input_shape_option(reading.input_shape),
                  task_option(reading.task),
                  fitting_sandbox(memory_limit_option(reading.memory_limit), reading),
                  fitting_sandbox(sandbox_option(reading.sandbox), reading)}};
}

}  // namespace dtheta::cli
