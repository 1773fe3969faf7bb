/// dtheta dataset: makes data sets of other formats or of nothing, and shows what they hold.
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "commands.hpp"
#include "dataset_summary.hpp"
#include "dtheta/data/digits.hpp"
#include "dtheta/model/network_spec.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/importers.hpp"
#include "dtheta/storage/picture_file.hpp"
#include "output.hpp"
#include "reading_options.hpp"

namespace dtheta::cli {
namespace {

using Paths = std::vector<std::filesystem::path>;

/// A command that makes a data set and writes it to --output, perhaps compressed.
class MakeDataset : public Command {
 public:
  ExitCode run(const Console& console) final {
    check_output(output_, inputs());
    const DatasetSplits splits = make(console);
    write_dataset(output_, splits, static_cast<int>(compression_));
    console.out << summary_text(output_, splits);
    return ExitCode::done;
  }

 protected:
  OptionGroup output_group() {
    return {.title = "Output",
            .options = {required(path(
                            {.name = "output", .help = "data set to write, replaced if it exists"},
                            output_)),
                        whole_number({.name = "compress",
                                      .placeholder = "LEVEL",
                                      .help = "packs the file by gzip; 1 is fastest, 9 smallest, "
                                              "0 does not pack"},
                                     compression_, 0, 9)}};
  }

 private:
  std::filesystem::path output_;
  Size compression_ = 0;

  virtual Paths inputs() const = 0;
  virtual DatasetSplits make(const Console& console) const = 0;
};

class ImportIdx final : public MakeDataset {
 public:
  ImportIdx() {
    interface() = {
        .usage = "TRAIN_IMAGES TRAIN_LABELS [TEST_IMAGES TEST_LABELS] --output FILE",
        .description =
            "Makes a data set of IDX files, the format of MNIST and its kin. Files may "
            "be plain or compressed by gzip.",
        .examples =
            "  dtheta dataset import idx train-images-idx3-ubyte.gz \\\n"
            "      train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz \\\n"
            "      t10k-labels-idx1-ubyte.gz --output mnist.h5\n",
        .operands = {.placeholder = "TRAIN_IMAGES TRAIN_LABELS [TEST_IMAGES TEST_LABELS]",
                     .help = "pictures and labels for training, then those for testing",
                     .least = 2,
                     .most = 4},
        .groups = {output_group()}};
  }

 private:
  Paths inputs() const override {
    const auto& words = interface().operands.values;
    return {words.begin(), words.end()};
  }
  DatasetSplits make(const Console&) const override {
    const Paths files = inputs();
    if (files.size() == 3) throw UsageError("found TEST_IMAGES without TEST_LABELS");
    if (files.size() == 2) return import_idx({files[0], files[1]}, {});
    return import_idx({files[0], files[1]}, IdxFiles{files[2], files[3]});
  }
};

class ImportCifar10 final : public MakeDataset {
 public:
  ImportCifar10() {
    interface() = {
        .usage = "BATCH... [--test BATCH...] --output FILE",
        .description =
            "Makes a data set of CIFAR-10's binary version: batches of 32x32 colour "
            "pictures, plain or compressed by gzip.",
        .examples =
            "  dtheta dataset import cifar10 data_batch_1.bin data_batch_2.bin \\\n"
            "      --test test_batch.bin --output cifar10.h5\n",
        .operands = {.placeholder = "BATCH...",
                     .help = "batches for training",
                     .least = 1,
                     .most = std::numeric_limits<std::size_t>::max()},
        .groups = {{.title = "Data",
                    .options = {paths(
                        {.name = "test", .placeholder = "BATCH...", .help = "batches for testing"},
                        test_)}},
                   output_group()}};
  }

 private:
  Paths train() const {
    const auto& words = interface().operands.values;
    return {words.begin(), words.end()};
  }
  Paths inputs() const override {
    Paths all = train();
    all.insert(all.end(), test_.begin(), test_.end());
    return all;
  }
  DatasetSplits make(const Console&) const override { return import_cifar10(train(), test_); }

  Paths test_;
};

class ImportCsv final : public MakeDataset {
 public:
  ImportCsv() {
    interface() = {
        .usage = "FILE --label-column NAME|INDEX [--test FILE] --output FILE",
        .description =
            "Makes a data set of comma-separated numbers, one sample a line, perhaps "
            "with a header line, plain or compressed by gzip. Labels that are all whole "
            "numbers or words are classes; labels with fractions are the targets of a "
            "regression.",
        .examples =
            "  dtheta dataset import csv iris.csv --label-column species \\\n"
            "      --output iris.h5\n",
        .operands = {.placeholder = "FILE", .help = "samples for training", .least = 1, .most = 1},
        .groups = {{.title = "Data",
                    .options = {required(free_text({.name = "label-column",
                                                    .placeholder = "NAME|INDEX",
                                                    .help = "the label's column: its name in the "
                                                            "header, or its number from 0 "
                                                            "(from the end: -1 is the last)"},
                                                   label_column_)),
                                path({.name = "test", .help = "samples for testing"}, test_)}},
                   output_group()}};
  }

 private:
  std::filesystem::path train() const { return interface().operands.values.front(); }
  Paths inputs() const override { return {train(), test_}; }
  DatasetSplits make(const Console&) const override {
    return import_csv(train(), label_column_, test_.empty() ? std::nullopt : std::optional(test_));
  }

  std::string label_column_;
  std::filesystem::path test_;
};

/// --size HxW.
Option size_option(std::optional<PictureSize>& target) {
  return {.name = "size",
          .placeholder = "HxW",
          .help =
              "height and width that all pictures are scaled to, in pixels; without it they "
              "must be of one size",
          .wanted = "two whole numbers such as 64x64",
          .preset = {},
          .read =
              [&target](const std::string& value) {
                const Shape shape = parse_shape(value);
                if (shape.rank() != 2 || shape.size() > most_pixels) return false;
                target = PictureSize{shape[0], shape[1]};
                return true;
              },
          .text =
              [&target] {
                return target ? fmt::format("{}x{}", target->height, target->width) : std::string();
              }};
}

class ImportImages final : public MakeDataset {
 public:
  ImportImages() {
    interface() = {
        .usage = "FOLDER [--test FOLDER] [--size HxW] --output FILE",
        .description =
            "Makes a data set of pictures, JPEG and PNG, that lie in a folder for each class: "
            "FOLDER/cat/1.jpg, FOLDER/dog/2.png. Files that cannot be read are listed and left "
            "out.",
        .examples =
            "  dtheta dataset import images pets --test pets-test --size 64x64 \\\n"
            "      --output pets.h5\n",
        .operands = {.placeholder = "FOLDER",
                     .help = "pictures for training, a folder a class",
                     .least = 1,
                     .most = 1},
        .groups = {{.title = "Data",
                    .options = {path({.name = "test",
                                      .placeholder = "FOLDER",
                                      .help = "pictures for testing, a folder a class"},
                                     test_),
                                size_option(size_)}},
                   output_group()}};
  }

 private:
  std::filesystem::path train() const { return interface().operands.values.front(); }
  Paths inputs() const override { return {train(), test_}; }
  DatasetSplits make(const Console& console) const override {
    const auto test = test_.empty() ? std::nullopt : std::optional(test_);
    ImportedImages imported = import_images(train(), test, size_);
    for (const std::string& file : imported.unreadable) console.warn(file + "; left out");
    return std::move(imported.splits);
  }

  std::filesystem::path test_;
  std::optional<PictureSize> size_;
};

class MakeDigits final : public MakeDataset {
 public:
  MakeDigits() {
    constexpr Size many = 10'000'000;
    interface() = {
        .usage = "--output FILE [--train N] [--test N] [--seed S]",
        .description =
            "Draws a data set of digits, 28x28 grey pictures that look as if written by hand: "
            "strokes of random shape, slant, thickness, position and noise. The same seed gives "
            "the same pictures; a larger set begins with the smaller one.",
        .examples = "  dtheta dataset make digits --output digits.h5\n",
        .groups = {
            {.title = "Data",
             .options =
                 {whole_number({.name = "train", .placeholder = "N", .help = "digits for training"},
                               options_.train, 1, many),
                  whole_number({.name = "test", .placeholder = "N", .help = "digits for testing"},
                               options_.test, 0, many),
                  whole_number({.name = "seed",
                                .placeholder = "S",
                                .help = "where the random numbers begin"},
                               options_.seed)}},
            output_group()}};
  }

 private:
  Paths inputs() const override { return {}; }
  DatasetSplits make(const Console&) const override { return make_digits(options_); }

  DigitsOptions options_;
};

class DatasetInfo final : public Command {
 public:
  DatasetInfo() {
    interface() = {.usage = "FILE [OPTION...]",
                   .description =
                       "Shows the parts of a data set with samples, shapes, types and ranges, and "
                       "how many samples each class has.",
                   .examples = {},
                   .operands = {.placeholder = "FILE", .help = "a data set", .least = 1, .most = 1},
                   .groups = {reading_options(reading_),
                              {.title = "Output", .options = {json_option(is_json_)}}}};
  }

  ExitCode run(const Console& console) override {
    const std::filesystem::path file = interface().operands.values.front();
    const DatasetSplits splits = read_dataset(file, reading_);
    if (is_json_) {
      print_json(console, summary_json(file, splits));
    } else {
      console.out << summary_text(file, splits);
    }
    return ExitCode::done;
  }

 private:
  DatasetReading reading_;
  bool is_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_import_idx_command() { return std::make_unique<ImportIdx>(); }
std::unique_ptr<Command> make_import_cifar10_command() { return std::make_unique<ImportCifar10>(); }
std::unique_ptr<Command> make_import_csv_command() { return std::make_unique<ImportCsv>(); }
std::unique_ptr<Command> make_import_images_command() { return std::make_unique<ImportImages>(); }
std::unique_ptr<Command> make_digits_command() { return std::make_unique<MakeDigits>(); }
std::unique_ptr<Command> make_dataset_info_command() { return std::make_unique<DatasetInfo>(); }

}  // namespace dtheta::cli
