#include <array>
#include <cmath>
#include <sstream>

#include "apps/dtheta_program.hpp"
#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta::test {
namespace {

using Json = nlohmann::json;

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

class Train : public DthetaProgram {
 protected:
  std::string digest_of(const Words& words) const { return json_of(words)["theta_sha256"]; }
};

TEST_F(Train, TellsOnStandardOutputWhatCameOutAndOnStandardErrorHowItGoes) {
  make_digits();
  const ProgramResult result = run(quick_training());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"training", "test", "(", " of 50 wrong)", "theta_sha256", "model.h5",
                           "Next: dtheta evaluate --model model.h5 --data digits.h5\n"}) {
    EXPECT_TRUE(contains(result.out, part));
  }
  EXPECT_TRUE(contains(result.err,
                       "model: 9,550 parameters, on 2 threads\n2 epochs of 2 steps of 128 "
                       "samples in "));
  EXPECT_TRUE(contains(result.err, "\nepoch 1/2  loss "));
  EXPECT_TRUE(contains(result.err, "\nepoch 2/2  loss "));
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);  // no terminal, no escape sequences
  EXPECT_EQ(result.err.find('\r'), std::string::npos);
  output_of({"evaluate", "--model", "model.h5", "--data", "digits.h5"});
}

TEST_F(Train, GivesTheSameBitsOnAnyNumberOfThreads) {
  make_digits();
  const Words words{"train",   "--data",          "digits.h5", "--model",     "lenet5", "--epochs",
                    "2",       "--batch-size",    "50",        "--output",    "m.h5",   "--metrics",
                    "m.jsonl", "--metrics-every", "3",         "--statistics"};
  std::string digest, file;
  std::vector<Json> metrics;
  for (const std::string threads : {"1", "2", "3", "7", "65"}) {
    SCOPED_TRACE(threads);
    const Json json = json_of(words + Words{"--threads", threads});
    EXPECT_EQ(json["threads"], std::stoi(threads));
    std::vector<Json> lines = json_lines(read("m.jsonl"));
    for (Json& line : lines) {
      line.erase("seconds");
      line.erase("samples_per_second");
    }
    if (digest.empty()) {
      digest = json["theta_sha256"];
      metrics = lines;
      file = read("m.h5");
    }
    EXPECT_EQ(json["theta_sha256"], digest);
    EXPECT_EQ(lines, metrics);  // losses to the last bit
    EXPECT_EQ(read("m.h5"), file);
  }
}

TEST_F(Train, WritesOneLineOfMetricsAnEpoch) {
  make_digits();
  const Words base{"train", "--data",   "digits.h5", "--model",   "logistic", "--epochs",
                   "3",     "--output", "m.h5",      "--metrics", "m.jsonl"};
  const Json report = json_of(base);
  const std::vector<Json> lines = json_lines(read("m.jsonl"));
  ASSERT_EQ(lines.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines[i]["epoch"], i + 1);
    EXPECT_GT(lines[i]["loss"], 0);
    EXPECT_GE(lines[i]["accuracy"], 0);
    EXPECT_LE(lines[i]["accuracy"], 1);
    EXPECT_GT(lines[i]["seconds"], 0);
    EXPECT_GT(lines[i]["samples_per_second"], 0);
    EXPECT_FALSE(lines[i].contains("validation_loss"));
    EXPECT_EQ(lines[i].contains("test_loss"), i == 2);  // the file's test part: at the end
  }
  EXPECT_LT(lines[2]["loss"], lines[0]["loss"]);
  for (const char* key : {"loss", "accuracy", "test_loss", "test_accuracy"}) {
    EXPECT_EQ(report[key], lines[2][key]);
  }
}

TEST_F(Train, TellsOfStepsAndParametersWhenAsked) {
  make_digits();
  const Words base = quick_training() + Words{"--batch-size", "64", "--metrics", "m.jsonl"};
  const auto digest = json_of(base)["theta_sha256"];
  const Json epoch = json_lines(read("m.jsonl"))[0];
  EXPECT_EQ(json_of(base + Words{"--metrics-every", "1", "--statistics"})["theta_sha256"], digest);
  const std::vector<Json> lines = json_lines(read("m.jsonl"));
  ASSERT_EQ(lines.size(), 10U) << "2 epochs of 4 steps";
  double loss = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(lines[i]["epoch"], 1);
    EXPECT_EQ(lines[i]["step"], i + 1);
    EXPECT_EQ(lines[i]["samples"], i < 3 ? 64 : 8);
    loss += lines[i]["loss"].get<double>() * lines[i]["samples"].get<double>() / 200;
  }
  EXPECT_EQ(lines[4]["loss"], epoch["loss"]);
  EXPECT_NEAR(lines[4]["loss"], loss, 1e-12);
  EXPECT_EQ(lines[4]["parameters"], lines[3]["parameters"]) << "of the epoch's last step";
  EXPECT_NE(lines[3]["parameters"], lines[2]["parameters"]);
  EXPECT_EQ(lines[5]["step"], 5);
  const Json& kernel = lines[0]["parameters"]["dense_1/kernel"];
  EXPECT_LT(kernel["theta"]["min"], kernel["theta"]["mean"]);
  EXPECT_GT(kernel["theta"]["max"], kernel["theta"]["mean"]);
  EXPECT_GT(kernel["theta"]["std"], 0);
  EXPECT_GT(kernel["dtheta"]["norm"], 0);
  EXPECT_EQ(lines[0]["parameters"].size(), 4U);

  output_of(base + Words{"--statistics"});
  const std::vector<Json> epochs = json_lines(read("m.jsonl"));
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0]["parameters"], lines[4]["parameters"]);
}

TEST_F(Train, WatchesValidationAndTestSamplesWhenAsked) {
  make_digits();
  const Words base{"train", "--data",   "digits.h5", "--model",   "logistic", "--epochs",
                   "2",     "--output", "m.h5",      "--metrics", "m.jsonl"};
  output_of(base + Words{"--validation-split", "0.25", "--test-data", "digits.h5"});
  const std::vector<Json> lines = json_lines(read("m.jsonl"));
  ASSERT_EQ(lines.size(), 2U);
  for (const Json& line : lines) {
    for (const char* key : {"validation_loss", "test_loss"}) EXPECT_GT(line[key], 0);
    const double of_50 = line["validation_accuracy"].get<double>() * 50;
    EXPECT_EQ(of_50, std::round(of_50));  // a quarter of 200 samples
    EXPECT_TRUE(line.contains("test_accuracy"));
  }
  const Json test = json_of({"evaluate", "--model", "m.h5", "--data", "digits.h5"});
  EXPECT_EQ(test["loss"], lines[1]["test_loss"]);
  EXPECT_EQ(test["accuracy"], lines[1]["test_accuracy"]);
  EXPECT_EQ(test["mean"]["f1"], lines[1]["test_f1"]);
}

TEST_F(Train, TestsOnTheOnlyPartOfASecondFile) {
  make_digits();
  write("a.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n");
  output_of({"dataset", "import", "csv", "a.csv", "--label-column", "y", "--output", "a.h5"});
  const Json json = json_of({"train", "--data", "a.h5", "--test-data", "a.h5", "--model", "dense 1",
                             "--epochs", "1", "--output", "m.h5"});
  EXPECT_TRUE(json.contains("test_loss"));
  EXPECT_FALSE(json_of({"train", "--data", "a.h5", "--model", "dense 1", "--epochs", "1",
                        "--output", "m.h5"})
                   .contains("test_loss"));
}

TEST_F(Train, TakesTheClassesNamesFromTheTestDataWhereOnlyItHasThem) {
  write("numbers.csv", "1,0\n2,1\n");
  write("names.csv", "1,cat\n2,dog\n");
  for (const std::string name : {"numbers", "names"}) {
    output_of({"dataset", "import", "csv", name + ".csv", "--label-column", "-1", "--output",
               name + ".h5"});
  }
  const ProgramResult result = run({"train", "--data", "numbers.h5", "--test-data", "names.h5",
                                    "--model", "logistic", "--epochs", "1", "--output", "m.h5"});
  EXPECT_FALSE(contains(result.err, "warning"));
  EXPECT_EQ(json_of({"inspect", "m.h5"})["class_names"], (Json{"cat", "dog"}));
}

/// Gradient descent as a textbook writes it, in double.
std::vector<double> textbook_losses(const std::vector<std::array<double, 3>>& samples,
                                    double learning_rate, int epochs) {
  double w0 = 0, w1 = 0, b = 0;
  const auto m = static_cast<double>(samples.size());
  std::vector<double> losses;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    double loss = 0, dw0 = 0, dw1 = 0, db = 0;
    for (const auto& [x0, x1, y] : samples) {
      const double a = 1 / (1 + std::exp(-(w0 * x0 + w1 * x1 + b)));
      loss -= (y * std::log(a) + (1 - y) * std::log(1 - a)) / m;
      dw0 += (a - y) * x0 / m;
      dw1 += (a - y) * x1 / m;
      db += (a - y) / m;
    }
    losses.push_back(loss);
    w0 -= learning_rate * dw0;
    w1 -= learning_rate * dw1;
    b -= learning_rate * db;
  }
  return losses;
}

TEST_F(Train, IsTheTextbooksGradientDescentWhenToldSo) {
  const std::vector<std::array<double, 3>> samples{
      {0.5, 1, 0}, {-1, 2, 1}, {3, -0.25, 0}, {0.75, 1.5, 1}, {-2, -1, 1}};
  std::string csv;
  for (const auto& [x0, x1, y] : samples) {
    csv += std::to_string(x0) + "," + std::to_string(x1) + "," + (y > 0 ? "yes" : "no") + "\n";
  }
  write("a.csv", csv);
  output_of({"dataset", "import", "csv", "a.csv", "--label-column", "-1", "--output", "a.h5"});
  output_of({"train", "--data",          "a.h5", "--model",     "logistic", "--optimizer",
             "sgd",   "--learning-rate", "0.5",  "--schedule",  "constant", "--init",
             "zeros", "--batch-size",    "full", "--precision", "float64",  "--epochs",
             "20",    "--output",        "m.h5", "--metrics",   "m.jsonl"});
  const std::vector<double> wanted = textbook_losses(samples, 0.5, 20);
  const std::vector<Json> lines = json_lines(read("m.jsonl"));
  ASSERT_EQ(lines.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_NEAR(lines[i]["loss"], wanted[i], 1e-12) << "epoch " << i + 1;
  }
}

TEST_F(Train, StartsFromTheWeightsOfAModelFile) {
  make_digits();
  const std::string digest = digest_of(quick_training());
  // A rate too small to move a float: the digest shows where the training began.
  const Words still{"train", "--data",          "digits.h5", "--model",  "model.h5", "--epochs",
                    "1",     "--learning-rate", "1e-30",     "--output", "still.h5"};
  EXPECT_EQ(digest_of(still), digest);
  EXPECT_NE(digest_of(still + Words{"--precision", "float64"}), digest);
  const ProgramResult converted = run(still + Words{"--precision", "float64"});
  EXPECT_TRUE(contains(converted.err, "converted from float32 to float64"));
  // Without --precision the file's stays.
  EXPECT_EQ(json_of({"train", "--data", "digits.h5", "--model", "still.h5", "--epochs", "1",
                     "--output", "still.h5"})["precision"],
            "float64");
}

TEST_F(Train, TakesALayerListFromAFile) {
  make_digits();
  write("net.txt", "# two layers\nflatten\ndense 12, relu\ndense 10\n");
  const std::string digest = digest_of(quick_training());
  EXPECT_EQ(digest_of({"train", "--data", "digits.h5", "--model", "net.txt", "--epochs", "2",
                       "--output", "m.h5"}),
            digest);
}

TEST_F(Train, NamesItsOutputByModelAndData) {
  make_digits();
  const Words words{"train", "--data", "digits.h5", "--model", "logistic", "--epochs", "1"};
  EXPECT_EQ(json_of(words)["output"], "logistic-digits.h5");
  output_of({"inspect", "logistic-digits.h5"});
  output_of(words);  // the model of an earlier run is replaced
  output_of({"dataset", "make", "digits", "--output", "logistic-digits.h5", "--train", "10"});
  expect_error(words, 2, "logistic-digits.h5 would be replaced; name --output");
}

TEST_F(Train, SaysWhenThreadsHaveNoWork) {
  make_digits();
  const ProgramResult result = run(quick_training() + Words{"--shards", "1"});
  EXPECT_TRUE(contains(result.err,
                       "a batch has 1 shard, so only 1 of 2 threads can work at once; "
                       "--shards 2"));
  EXPECT_FALSE(contains(run(quick_training() + Words{"--shards", "2"}).err, "can work at once"));
}

TEST_F(Train, WarnsOfZerosInADeepNetwork) {
  make_digits();
  EXPECT_TRUE(contains(run(quick_training() + Words{"--init", "zeros"}).err, "stay equal"));
}

TEST_F(Train, ASmallerLastBatchIsNoTrouble) {
  make_digits(23, 7);
  const Json json = json_of(quick_training() + Words{"--batch-size", "9"});
  EXPECT_TRUE(json["loss"].is_number());
}

TEST_F(Train, ATrunkGetsANewHeadAndFrozenLayersStay) {
  make_digits();
  output_of({"train", "--data", "digits.h5", "--epochs", "1", "--output", "first.h5", "--model",
             "conv 3 3x3, batchnorm, relu, maxpool 2, flatten, dense 10"});
  output_of({"train", "--data", "digits.h5", "--epochs", "2", "--output", "second.h5", "--model",
             "first.h5", "--head", "dense 8, relu, dense 10", "--freeze", "..batchnorm_1"});
  const Json first = json_of({"inspect", "first.h5"});
  const Json second = json_of({"inspect", "second.h5"});
  EXPECT_EQ(second["layers"][0]["layer"], "conv 3 3x3 frozen");
  EXPECT_EQ(second["layers"].back()["layer"], "dense 10");
  const auto weights = [&](const std::string& file, const std::string& name) {
    const hdf5::Reader reader(path(file));
    const AlignedBuffer<std::byte> bytes =
        reader.read_numbers("/model_weights/" + name + "/" + name + "/kernel:0");
    return std::vector<std::byte>(bytes.span().begin(), bytes.span().end());
  };
  EXPECT_EQ(weights("first.h5", "conv_1"), weights("second.h5", "conv_1"));
  EXPECT_NE(weights("first.h5", "dense_1"), weights("second.h5", "dense_1"));
  // Freed again, they move.
  output_of({"train", "--data", "digits.h5", "--epochs", "1", "--output", "third.h5", "--model",
             "second.h5", "--freeze", "none"});
  EXPECT_NE(weights("second.h5", "conv_1"), weights("third.h5", "conv_1"));
}

TEST_F(Train, RefusesAHeadWithoutATrunkAndNamesThatFreezeNothing) {
  make_digits();
  expect_error({"train", "--data", "digits.h5", "--model", "lenet5", "--head", "dense 10"}, 2,
               "--head and --model lenet5 contradict each other");
  expect_error({"train", "--data", "digits.h5", "--model", "lenet5", "--freeze", "conv_7"}, 2,
               "--freeze conv_7: no layer with parameters is called so; there are conv_1, conv_2, "
               "dense_1");
}

}  // namespace
}  // namespace dtheta::test
