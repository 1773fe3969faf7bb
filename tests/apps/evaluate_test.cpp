#include <cmath>
#include <sstream>

#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

/// digits.h5 and a model of them, model.h5.
class TrainedModel : public DthetaProgram {
 protected:
  void SetUp() override {
    make_digits();
    report_ = json_of(quick_training());
  }

  nlohmann::json report_;
};

using Evaluate = TrainedModel;
using Predict = TrainedModel;
using Inspect = TrainedModel;

/// The fields of a line of CSV without quotes.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

TEST_F(Evaluate, CountsEverySampleOnceInTheConfusionMatrix) {
  const nlohmann::json json =
      json_of({"evaluate", "--model", "model.h5", "--data", "digits.h5", "--split", "test"});
  EXPECT_EQ(json["samples"], 50);
  EXPECT_EQ(json["split"], "test");
  ASSERT_EQ(json["confusion_matrix"].size(), 10U);
  int all = 0, right = 0;
  for (std::size_t row = 0; row < 10; ++row) {
    int of_class = 0;
    for (const int count : json["confusion_matrix"][row]) of_class += count;
    EXPECT_EQ(of_class, 5);
    all += of_class;
    right += json["confusion_matrix"][row][row].get<int>();
  }
  EXPECT_EQ(all, 50);
  EXPECT_EQ(json["accuracy"], right / 50.0);
  EXPECT_EQ(json["loss"], report_["test_loss"]);  // what the training said, to the last bit
  EXPECT_EQ(json["accuracy"], report_["test_accuracy"]);
}

TEST_F(Evaluate, TellsTheFiguresOfEachClass) {
  const Words words{"evaluate", "--model", "model.h5", "--data", "digits.h5"};
  const nlohmann::json json = json_of(words + Words{"--top-k", "3"});
  ASSERT_EQ(json["classes"].size(), 10U);
  double recall = 0, area = 0;
  for (std::size_t c = 0; c < 10; ++c) {
    const double right = json["confusion_matrix"][c][c];
    EXPECT_DOUBLE_EQ(json["classes"][c]["recall"], right / 5);
    EXPECT_GE(json["classes"][c]["roc_auc"], 0);
    EXPECT_LE(json["classes"][c]["roc_auc"], 1);
    recall += right / 50;
    area += json["classes"][c]["roc_auc"].get<double>() / 10;
  }
  EXPECT_DOUBLE_EQ(json["mean"]["recall"], recall);
  EXPECT_NEAR(json["mean"]["roc_auc"].get<double>(), area, 1e-12);
  EXPECT_EQ(json["top_k"]["k"], 3);
  EXPECT_GT(json["top_k"]["accuracy"], json["accuracy"]);
  EXPECT_FALSE(json_of(words).contains("top_k"));
  EXPECT_EQ(json_of(words + Words{"--top-k", "1"})["top_k"]["accuracy"], json["accuracy"]);
  EXPECT_EQ(json_of(words + Words{"--top-k", "10"})["top_k"]["accuracy"], 1);
  const std::string text = output_of(words + Words{"--top-k", "3"});
  EXPECT_TRUE(contains(text, "the true class is among the first 3 in "));
  EXPECT_TRUE(contains(text, "precision"));
  EXPECT_TRUE(contains(text, "\nmean "));
}

TEST_F(Evaluate, TakesThePartThatIsNamed) {
  const Words words{"evaluate", "--model", "model.h5", "--data", "digits.h5"};
  EXPECT_EQ(json_of(words)["split"], "test");
  EXPECT_EQ(json_of(words + Words{"--split", "train"})["samples"], 200);
  expect_error(words + Words{"--split", "validation"}, 65,
               "digits.h5 has no validation part, only test and train");
  expect_error(words + Words{"--split", "tests"}, 2, "did you mean 'test'?");
}

TEST_F(Evaluate, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Words words{"evaluate", "--model", "model.h5", "--data",   "digits.h5",
                    "--split",  "train",   "--json",   "--threads"};
  const std::string one = output_of(words + Words{"1"});
  for (const std::string threads : {"2", "3", "7", "65"}) {
    EXPECT_EQ(output_of(words + Words{threads}), one);
  }
}

TEST_F(Evaluate, PrintsATableForPeople) {
  const std::string text = output_of({"evaluate", "--model", "model.h5", "--data", "digits.h5"});
  EXPECT_TRUE(contains(text, "model.h5 on the test part of digits.h5: loss "));
  EXPECT_TRUE(contains(text, "true \\ predicted"));
}

TEST_F(Evaluate, WarnsOfDataThatIsScaledOtherwise) {
  std::string csv;
  for (int n = 0; n < 20; ++n) {
    for (int i = 0; i < 784; ++i) csv += "0.5,";
    csv += std::to_string(n % 10) + "\n";
  }
  write("x.csv", csv);
  output_of({"dataset", "import", "csv", "x.csv", "--label-column", "-1", "--output", "x.h5"});
  const ProgramResult result = run({"evaluate", "--model", "model.h5", "--data", "x.h5"});
  EXPECT_EQ(result.exit_code, 0) << result.err;  // a row of 784 numbers fits a 28x28x1 input
  EXPECT_TRUE(
      contains(result.err,
               "the model multiplies its input by 0.00392157, but this data set, of float32, "
               "asks for 1: is it scaled otherwise than"));
}

TEST_F(DthetaProgram, OtherClassNamesAreWarnedOf) {
  const auto make = [&](const std::string& name, const std::string& classes) {
    write(name + ".csv", classes);
    output_of({"dataset", "import", "csv", name + ".csv", "--label-column", "-1", "--output",
               name + ".h5"});
  };
  make("pets", "1,cat\n2,dog\n");
  make("farm", "1,cow\n2,dog\n");
  make("numbers", "1,0\n2,1\n");
  output_of({"train", "--data", "pets.h5", "--model", "logistic", "--output", "m.h5"});
  const auto warning = [&](const std::string& data) {
    return run({"evaluate", "--model", "m.h5", "--data", data}).err;
  };
  EXPECT_TRUE(contains(warning("farm.h5"),
                       "the data's classes (cow, dog) are not called like the model's (cat, dog)"));
  EXPECT_EQ(warning("pets.h5"), "");
  EXPECT_EQ(warning("numbers.h5"), "");
  output_of({"train", "--data", "numbers.h5", "--model", "m.h5", "--output", "m.h5"});
  EXPECT_EQ(json_of({"inspect", "m.h5"})["class_names"], (nlohmann::json{"cat", "dog"}));
}

TEST_F(Predict, WritesProbabilitiesForEverySample) {
  const std::string said = output_of({"predict", "--model", "model.h5", "--data", "digits.h5",
                                      "--split", "test", "--output", "p.csv"});
  EXPECT_EQ(said, "50 predictions for the test part of digits.h5 written to p.csv\n");
  std::istringstream lines(read("p.csv"));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "sample,class,0,1,2,3,4,5,6,7,8,9");
  int rows = 0;
  for (; std::getline(lines, line); ++rows) {
    const auto fields = fields_of(line);
    ASSERT_EQ(fields.size(), 12U);
    EXPECT_EQ(fields[0], std::to_string(rows));
    double sum = 0, largest = 0;
    for (std::size_t c = 0; c < 10; ++c) {
      const double probability = std::stod(fields[c + 2]);
      sum += probability;
      largest = std::max(largest, probability);
    }
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_EQ(std::stod(fields[2 + std::stoul(fields[1])]), largest);
  }
  EXPECT_EQ(rows, 50);
}

TEST_F(Predict, WritesHdf5WhereTheNameSaysSo) {
  const nlohmann::json json =
      json_of({"predict", "--model", "model.h5", "--data", "digits.h5", "--output", "p.h5"});
  EXPECT_EQ(json["samples"], 50);
  EXPECT_TRUE(read("p.h5").starts_with("\x89HDF"));
  expect_error({"predict", "--model", "model.h5", "--data", "digits.h5", "--output", "p.txt"}, 2,
               "ends in .csv or .h5");
  expect_error({"predict", "--model", "model.h5", "--data", "digits.h5", "--output", "model.h5"}, 2,
               "model.h5 would be overwritten");
}

TEST_F(Inspect, TellsLayersRecipeAndDigestOfAModel) {
  const nlohmann::json json = json_of({"inspect", "model.h5"});
  EXPECT_EQ(json["kind"], "model");
  EXPECT_EQ(json["theta_sha256"], report_["theta_sha256"]);
  EXPECT_EQ(json["theta_sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(json["parameters"], 784 * 12 + 12 + 12 * 10 + 10);
  EXPECT_EQ(json["recipe"], report_["recipe"]);
  EXPECT_EQ(json["input_scale"], 1.0 / 255);
  EXPECT_EQ(json["provenance"]["data"]["file"], "digits.h5");
  ASSERT_EQ(json["layers"].size(), 3U);
  EXPECT_EQ(json["layers"][1]["input"], nlohmann::json({784}));
  EXPECT_EQ(json["layers"][1]["output"], nlohmann::json({12}));
  EXPECT_EQ(json["layers"][1]["parameters"], 784 * 12 + 12);
  EXPECT_EQ(json["layers"][1]["arrays"][0]["shape"], nlohmann::json({784, 12}));
  const std::string text = output_of({"inspect", "model.h5"});
  for (const char* part : {"9,550", "flatten", "softmax", "learning_rate", "OpenBLAS"}) {
    EXPECT_TRUE(contains(text, part));
  }
  EXPECT_TRUE(contains(text, report_["theta_sha256"].get<std::string>()));
}

TEST_F(Inspect, TellsOfADataSetWhatDatasetInfoTells) {
  const std::string info = output_of({"dataset", "info", "digits.h5"});
  EXPECT_TRUE(output_of({"inspect", "digits.h5"}).ends_with("\n\n" + info));
  nlohmann::json json = json_of({"inspect", "digits.h5"});
  json.erase("objects");
  EXPECT_EQ(json, json_of({"dataset", "info", "digits.h5"}));
}

/// The errors of the columns of a CSV file of predictions {N, k} against the truth {N, k}.
double rmse_of(const std::string& csv, const std::vector<double>& truth, std::size_t k) {
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  double squares = 0;
  std::size_t n = 0;
  for (; std::getline(lines, line); ++n) {
    const double error = std::stod(fields_of(line)[1 + k]) - truth[2 * n + k];
    squares += error * error;
  }
  EXPECT_EQ(2 * n, truth.size());
  return std::sqrt(squares / static_cast<double>(n));
}

TEST_F(DthetaProgram, ARegressionOfSeveralTargetsFromTrainingToPredictions) {
  const std::string golden = std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "regression.h5";
  const Words data{"--data", golden};
  const nlohmann::json report =
      json_of(Words{"train", "--model", "dense 8, tanh, dense 2", "--epochs", "60", "--batch-size",
                    "full", "--learning-rate", "0.05", "--output", "m.h5"} +
              data);
  EXPECT_FALSE(report.contains("accuracy"));
  EXPECT_EQ(json_of({"inspect", "m.h5"})["loss"], "mean_squared_error");
  const Words trained = Words{"--model", "m.h5", "--split", "train"} + data;
  const nlohmann::json json = json_of(Words{"evaluate"} + trained);
  EXPECT_FALSE(json.contains("accuracy"));
  ASSERT_EQ(json["targets"].size(), 2U);
  output_of(Words{"predict", "--output", "p.csv"} + trained);
  EXPECT_TRUE(read("p.csv").starts_with("sample,value_0,value_1\n"));
  const std::vector<double> truth{0, 0, 0.25, -0.125, 0.5, -0.25, 0, 0, 0.25, -0.125};
  double squares = 0;
  for (const std::size_t k : {0U, 1U}) {
    const double rmse = json["targets"][k]["rmse"];
    EXPECT_NEAR(rmse, rmse_of(read("p.csv"), truth, k), 1e-6);
    EXPECT_LE(json["targets"][k]["mae"], rmse);
    EXPECT_LT(json["targets"][k]["r_squared"], 1);
    squares += rmse * rmse / 2;
  }
  EXPECT_NEAR(json["loss"], squares, 1e-6);
  expect_error(Words{"evaluate", "--top-k", "2"} + trained, 2, "no classes");
  for (const char* option : {"--balance", "--stratify"}) {
    expect_error(
        Words{"train", "--model", "dense 2", "--subset", "3", "--output", "n.h5", option} + data, 2,
        "is for data with classes");
  }
  expect_error(Words{"train", "--model", "dense 2", "--loss", "hinge", "--output", "n.h5"} + data,
               2, "the hinge loss compares the outputs of classes");
  const std::string text = output_of(Words{"evaluate"} + trained);
  EXPECT_TRUE(contains(text, "R2 "));
  EXPECT_TRUE(contains(text, "target  "));
  EXPECT_TRUE(contains(text, "RMSE"));
}

TEST_F(DthetaProgram, TwoClassesHaveOneOutputAndTwoProbabilities) {
  write("a.csv", "1,no\n-1,yes\n2,no\n-2,yes\n");
  output_of({"dataset", "import", "csv", "a.csv", "--label-column", "-1", "--output", "a.h5"});
  output_of({"train", "--data", "a.h5", "--model", "logistic", "--epochs", "30", "--learning-rate",
             "0.5", "--output", "m.h5"});
  const nlohmann::json json = json_of({"evaluate", "--model", "m.h5", "--data", "a.h5"});
  EXPECT_EQ(json["confusion_matrix"], (nlohmann::json{{2, 0}, {0, 2}}));
  EXPECT_EQ(json_of({"inspect", "m.h5"})["loss"], "binary_crossentropy");
  output_of({"predict", "--model", "m.h5", "--data", "a.h5", "--output", "p.csv"});
  EXPECT_TRUE(read("p.csv").starts_with("sample,class,no,yes\n"));
}

}  // namespace
}  // namespace dtheta::test
