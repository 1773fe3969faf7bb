#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

class Errors : public DthetaProgram {
 protected:
  /// quick_training() without an option and its value, and with others.
  static Words training_with(const std::string& name, const std::string& value) {
    Words words = quick_training();
    const auto at = std::ranges::find(words, name);
    if (at == words.end()) return words + Words{name, value};
    *(at + 1) = value;
    return words;
  }
};

TEST_F(Errors, AMissingFileIs74) {
  make_digits();
  expect_error(training_with("--data", "none.h5"), 74, "none.h5");
  expect_error(training_with("--test-data", "none.h5"), 74, "none.h5");
  expect_error(training_with("--model", "none.h5"), 74, "none.h5");
  expect_error(training_with("--config", "none.ini"), 74, "none.ini");
  expect_error({"evaluate", "--model", "none.h5", "--data", "digits.h5"}, 74, "none.h5");
  expect_error({"predict", "--model", "none.h5", "--data", "digits.h5", "--output", "p.csv"}, 74,
               "none.h5");
  expect_error({"inspect", "none.h5"}, 74, "none.h5");
  expect_error({"dataset", "info", "none.h5"}, 74, "none.h5");
  expect_error({"dataset", "import", "csv", "none.csv", "--label-column", "0", "--output", "a.h5"},
               74, "none.csv");
}

TEST_F(Errors, AFileThatIsNotWhatItShouldBeIs65) {
  make_digits();
  output_of(quick_training());
  write("text.h5", "this is no HDF5 file, though it is longer than its signature");
  write("data-half.h5", std::string_view(read("digits.h5")).substr(0, 20'000));
  write("model-half.h5", std::string_view(read("model.h5")).substr(0, 20'000));
  for (const std::string file : {"text.h5", "data-half.h5", "model.h5"}) {
    SCOPED_TRACE(file);
    expect_error({"train", "--data", file, "--model", "logistic", "--output", "m.h5", "--metrics",
                  "m.jsonl"},
                 65, file);
    expect_error({"dataset", "info", file}, 65, file);
  }
  for (const std::string file : {"text.h5", "model-half.h5", "digits.h5"}) {
    SCOPED_TRACE(file);
    expect_error({"evaluate", "--model", file, "--data", "digits.h5"}, 65, file);
    expect_error({"predict", "--model", file, "--data", "digits.h5", "--output", "p.csv"}, 65,
                 file);
  }
  expect_error({"inspect", "text.h5"}, 65, "text.h5");
  expect_error({"inspect", "model-half.h5"}, 65, "model-half.h5");
  expect_error(training_with("--model", "digits.h5"), 65, "digits.h5");
  EXPECT_FALSE(exists("m.jsonl"));
}

TEST_F(Errors, DataThatDoesNotFitTheModelIs65) {
  make_digits();
  output_of(quick_training());
  write("a.csv", "1,2,0\n3,4,1\n5,6,2\n");
  output_of({"dataset", "import", "csv", "a.csv", "--label-column", "-1", "--output", "a.h5"});
  expect_error({"evaluate", "--model", "model.h5", "--data", "a.h5"}, 65, "a.h5: ");
  expect_error({"predict", "--model", "model.h5", "--data", "a.h5", "--output", "p.csv"}, 65,
               "a.h5: ");
  expect_error(training_with("--test-data", "a.h5"), 65, "a.h5: ");
  expect_error({"train", "--data", "a.h5", "--model", "model.h5", "--output", "b.h5"}, 65,
               "a.h5: ");
  expect_error(training_with("--model", "flatten, dense 7"), 65, "dense 10");
}

TEST_F(Errors, NaNAndLabelsOutOfRangeAre65) {
  write("nan.csv", "1,0\nnan,1\n");
  expect_error({"dataset", "import", "csv", "nan.csv", "--label-column", "1", "--output", "a.h5"},
               65, "nan.csv");
  write("batch.bin", std::string(1, '\x0b') + std::string(3072, '\0'));
  expect_error({"dataset", "import", "cifar10", "batch.bin", "--output", "a.h5"}, 65, "batch.bin");
  EXPECT_FALSE(exists("a.h5"));
}

TEST_F(Errors, AnOutputThatCannotBeCreatedIs73AndFoundBeforeTheWork) {
  make_digits();
  output_of(quick_training());
  for (const std::string output : {"none/m.h5", "digits.h5/m.h5"}) {
    SCOPED_TRACE(output);
    const ProgramResult result = run(training_with("--output", output));
    EXPECT_EQ(result.exit_code, 73) << result.err;
    EXPECT_TRUE(contains(result.err, output));
    EXPECT_FALSE(contains(result.err, "epoch 1"));
    expect_error({"dataset", "make", "digits", "--output", output}, 73, output);
    expect_error({"predict", "--model", "model.h5", "--data", "digits.h5", "--output", output}, 73,
                 output);
  }
  const ProgramResult result = run(training_with("--metrics", "none/m.jsonl"));
  EXPECT_EQ(result.exit_code, 73);
  EXPECT_TRUE(contains(result.err, "none/m.jsonl"));
  EXPECT_FALSE(contains(result.err, "epoch 1/2"));
}

TEST_F(Errors, ContradictoryOptionsAre2) {
  make_digits();
  output_of(quick_training());
  expect_error(training_with("--momentum", "0.5"), 2, "--momentum and --optimizer adam");
  expect_error(training_with("--momentum", "0.5") + Words{"--optimizer", "sgd"}, 2,
               "--momentum and --optimizer sgd");
  expect_error(training_with("--model", "model.h5") + Words{"--init", "he"}, 2,
               "--init he and --model model.h5");
  expect_error(training_with("--shards", "64") + Words{"--batch-size", "32"}, 2,
               "--shards 64 and --batch-size 32");
  expect_error(
      training_with("--loss", "binary_crossentropy") + Words{"--model=flatten, dense 10, softmax"},
      2, "given twice");
  expect_error(training_with("--model", "flatten, dense 10, softmax") +
                   Words{"--loss", "binary_crossentropy"},
               2, "softmax");
  expect_error(training_with("--output", "digits.h5"), 2, "digits.h5 would be overwritten");
  expect_error(training_with("--metrics", "model.h5"), 2, "both name model.h5");
  expect_error(training_with("--metrics", "digits.h5"), 2, "digits.h5 would be overwritten");
  expect_error(training_with("--metrics-every", "5"), 2, "--metrics-every 5 needs --metrics FILE");
  expect_error(quick_training() + Words{"--statistics"}, 2, "--statistics needs --metrics FILE");
}

TEST_F(Errors, AnUnusableModelIs2) {
  make_digits();
  expect_error(training_with("--model", "lenet"), 2, "did you mean 'lenet5'?");
  expect_error(training_with("--model", "flatten, dens 10"), 2, "dens 10");
  expect_error(training_with("--model", "conv 6 29x29, flatten, dense 10"), 2, "conv 6 29x29");
  expect_error(training_with("--model", "input 32x32x3, flatten, dense 10"), 2, "32x32x3");
  expect_error(training_with("--model", "flatten"), 2, "no layer with parameters");
}

TEST_F(Errors, BadOptionsAndValuesAre2) {
  make_digits();
  expect_error({"train"}, 2, "dtheta train needs --data FILE");
  expect_error({"train", "--data", "digits.h5"}, 2, "dtheta train needs --model MODEL");
  expect_error(training_with("--epoch", "3"), 2, "did you mean '--epochs'?");
  expect_error(quick_training() + Words{"digits.h5"}, 2, "'digits.h5' is one word too many");
  expect_error(training_with("--epochs", "0"), 2, "--epochs 0: wanted a whole number from 1");
  expect_error(training_with("--threads", "0"), 2, "--threads 0: wanted a whole number from 1");
  expect_error(training_with("--batch-size", "all"), 2, "or full");
  expect_error(training_with("--validation-split", "1"), 2, "from 0 to below 1");
  expect_error(training_with("--augment", "flop"), 2, "did you mean 'flip'?");
  expect_error(training_with("--augment", "crop 28"), 2, "pictures of at least 29 pixels");
  expect_error(training_with("--loss", "huge"), 2, "unknown loss 'huge'");
  expect_error(training_with("--class-weights", "0=1"), 2, "'0=1' is not CLASS:WEIGHT");
  expect_error(training_with("--class-weights", "10:1"), 2, "the data has no class '10'");
  expect_error(training_with("--label-smoothing", "1"), 2, "from 0 to below 1");
  expect_error(training_with("--label-smoothing", "0.1") + Words{"--loss", "hinge"}, 2,
               "label smoothing 0.1 and loss hinge contradict each other");
  expect_error(quick_training() + Words{"--stratify"}, 2, "--validation-split or --subset");
  expect_error(training_with("--subset", "201"), 2, "--subset 201: there are 200 training samples");
  expect_error(training_with("--sample-weights", "/train/w"), 65, "/train/w");
  expect_error(training_with("--sample-weights", "/train/x"), 65,
               "wanted a weight for each of 200 samples");
  expect_error(training_with("--sample-weights", "/class_names"), 65, "wanted a weight for each");
  expect_error(training_with("--kernels", "sse"), 2, "auto, avx2, avx512");
  write("t.ini", "epochs = 3\nlerning-rate = 1\n");
  expect_error(training_with("--config", "t.ini"), 2,
               "t.ini:2: 'lerning-rate' is not an option of dtheta train; did you mean "
               "'learning-rate'?");
}

TEST_F(Errors, OneLineIsSaidOfADamagedFile) {
  make_digits(1, 0);
  std::string content = read("digits.h5");
  content[131] = '\xff';  // HDF5 itself would complain at the end of the process
  write("damaged.h5", content);
  const ProgramResult result = run({"dataset", "info", "damaged.h5"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_TRUE(contains(result.err, "damaged.h5: cannot be read as HDF5: "));
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
}

TEST_F(Errors, ALossThatIsNoNumberAnyMoreIs76) {
  make_digits();
  const ProgramResult result = run(training_with("--learning-rate", "1e30") +
                                   Words{"--optimizer", "sgd", "--loss", "mean_squared_error"});
  EXPECT_EQ(result.exit_code, 76) << result.err;
  EXPECT_TRUE(contains(result.err, "--learning-rate"));
  EXPECT_FALSE(exists("model.h5"));
}

TEST_F(Errors, AValidationShareThatLeavesNothingIs65) {
  make_digits(3, 0);
  expect_error(training_with("--validation-split", "0.1"), 65, "validation");
}

}  // namespace
}  // namespace dtheta::test
