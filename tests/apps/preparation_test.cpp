/// How stored numbers become the network's input: who decides, the model's file or the data's.
#include <cmath>
#include <cstring>
#include <optional>

#include "apps/dtheta_program.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_writer.hpp"

namespace dtheta::test {
namespace {

class Preparation : public DthetaProgram {
 protected:
  /// A data set of two samples, (200, 0) of class 0 and (0, 200) of class 1.
  void make_data(const std::string& name, std::optional<double> scale) const {
    const std::vector<std::uint8_t> x{200, 0, 0, 200};
    hdf5::Writer file(path(name));
    file.create_group("/train");
    file.write_numbers("/train/x", ElementType::uint8, {2, 2}, std::as_bytes(std::span(x)),
                       hdf5::Storage::in_one_piece);
    const std::vector<std::uint8_t> y{0, 1};
    file.write_numbers("/train/y", ElementType::uint8, {2}, std::as_bytes(std::span(y)),
                       hdf5::Storage::in_one_piece);
    if (scale) file.set_number("/train/x", "scale", *scale);
    file.commit();
  }

  /// A plain Keras file: softmax of the two inputs themselves, after `front`, layers in JSON.
  void make_keras_model(const std::string& front = "") const {
    hdf5::Writer file(path("keras.h5"));
    file.set_text("/", "model_config",
                  R"({"class_name": "Sequential", "config": {"layers": [
      {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "i"}},)" +
                      front + R"(
      {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "softmax"}}]}})");
    file.create_group("/model_weights");
    file.create_group("/model_weights/d");
    const std::vector<float> kernel{1, 0, 0, 1};
    file.write_numbers("/model_weights/d/kernel:0", ElementType::float32, {2, 2},
                       std::as_bytes(std::span(kernel)), hdf5::Storage::in_one_piece);
    const std::vector<float> bias{0, 0};
    file.write_numbers("/model_weights/d/bias:0", ElementType::float32, {2},
                       std::as_bytes(std::span(bias)), hdf5::Storage::in_one_piece);
    file.commit();
  }

  /// The loss of the Keras model on the data, whose samples are multiplied by `scale` in truth.
  void expect_scale(const std::string& data, double scale) const {
    const double probability = 1 / (1 + std::exp(-200 * scale));
    const auto evaluation = json_of({"evaluate", "--model", "keras.h5", "--data", data});
    EXPECT_NEAR(evaluation["loss"].get<double>(), -std::log(probability), 1e-6);
    output_of({"predict", "--model", "keras.h5", "--data", data, "--output", "p.csv"});
    const std::string predictions = read("p.csv");
    const std::string first = predictions.substr(predictions.find("\n0,0,") + 5);
    EXPECT_NEAR(std::stod(first), probability, 1e-6) << predictions;
  }

  double trained_scale(const std::string& data, const std::string& model) const {
    const Words words{"train",    "--data", data,       "--model", model,
                      "--epochs", "1",      "--output", "m.h5"};
    EXPECT_EQ(run(words).exit_code, 0);
    return json_of({"inspect", "m.h5"})["input_scale"].get<double>();
  }
};

TEST_F(Preparation, TrainingDoesWhatTheDataSetAsksFor) {
  make_data("asks.h5", 0.0125);
  make_data("plain.h5", std::nullopt);
  EXPECT_EQ(trained_scale("asks.h5", "logistic"), 0.0125);
  EXPECT_EQ(run({"evaluate", "--model", "m.h5", "--data", "asks.h5"}).err, "");
  EXPECT_EQ(trained_scale("plain.h5", "logistic"), 1.0 / 255);
}

TEST_F(Preparation, APlainKerasModelTakesTheDataSets) {
  make_data("asks.h5", 0.0125);
  make_data("plain.h5", std::nullopt);
  make_keras_model();
  expect_scale("asks.h5", 0.0125);
  expect_scale("plain.h5", 1.0 / 255);
  EXPECT_EQ(trained_scale("asks.h5", "keras.h5"), 0.0125);
}

TEST_F(Preparation, AKerasModelThatRescalesKeepsItsOwn) {
  make_data("plain.h5", std::nullopt);
  make_keras_model(
      R"({"class_name": "Rescaling", "config": {"name": "r", "scale": 0.0025, "offset": 0.0}},)");
  expect_scale("plain.h5", 0.0025);
  EXPECT_EQ(trained_scale("plain.h5", "keras.h5"), 0.0025);
}

TEST_F(Preparation, AModelKeepsItsOwnAndSaysSo) {
  make_data("asks.h5", 0.0125);
  make_data("plain.h5", std::nullopt);
  EXPECT_EQ(trained_scale("asks.h5", "logistic"), 0.0125);
  const ProgramResult other = run({"evaluate", "--model", "m.h5", "--data", "plain.h5", "--json"});
  EXPECT_TRUE(
      contains(other.err,
               "the model multiplies its input by 0.0125, but this data set, of uint8, asks for "
               "0.00392157"));
  EXPECT_EQ(nlohmann::json::parse(other.out)["loss"],
            json_of({"evaluate", "--model", "m.h5", "--data", "asks.h5"})["loss"]);
  EXPECT_EQ(trained_scale("plain.h5", "m.h5"), 0.0125);
}

TEST_F(Preparation, MeanAndDeviationOfTheTrainingSamplesGoWithTheModel) {
  make_digits(60, 20);
  const Words train{"train",    "--data", "digits.h5", "--model", "flatten, dense 10",
                    "--epochs", "3",      "--mean-std"};
  output_of(train + Words{"--output", "m.h5", "--validation-split", "0.5", "--threads", "2"});
  output_of(train + Words{"--output", "n.h5", "--validation-split", "0.5", "--threads", "1"});
  EXPECT_EQ(read("m.h5"), read("n.h5"));
  const nlohmann::json standardized = json_of({"inspect", "m.h5"});
  EXPECT_EQ(standardized["input_scale"], 1.0 / 255);
  ASSERT_EQ(standardized["input_mean"].size(), 1U);
  EXPECT_GT(standardized["input_std"][0], 0.1);
  EXPECT_TRUE(contains(output_of({"inspect", "m.h5"}), "input std"));
  EXPECT_EQ(run({"evaluate", "--model", "m.h5", "--data", "digits.h5"}).err, "");

  output_of(train + Words{"--output", "all.h5"});  // other samples, another mean
  EXPECT_NE(json_of({"inspect", "all.h5"})["input_mean"], standardized["input_mean"]);
  // The mean of what the network sees is 0: the same model without it does otherwise.
  const double mean = json_of({"dataset", "info", "digits.h5"})["parts"]["train"]["mean"];
  EXPECT_NEAR(json_of({"inspect", "all.h5"})["input_mean"][0].get<double>(), mean / 255, 1e-9);
}

TEST_F(Preparation, TheScaleOnTheCommandLineGoesBeforeTheFiles) {
  make_data("asks.h5", 0.0125);
  const Words train{"train", "--data", "asks.h5", "--model", "logistic", "--output", "m.h5"};
  output_of(train + Words{"--scale", "0.5", "--epochs", "1"});
  EXPECT_EQ(json_of({"inspect", "m.h5"})["input_scale"], 0.5);
  expect_error(train + Words{"--scale", "0"}, 2, "wanted a finite number other than 0");
  const Words again{"train",    "--data", "asks.h5",  "--model", "m.h5",
                    "--epochs", "1",      "--output", "n.h5"};
  expect_error(again + Words{"--scale", "0.25"}, 2,
               "--scale and --model m.h5 contradict each other");
  expect_error(again + Words{"--mean-std"}, 2, "--mean-std and --model m.h5 contradict each other");
  EXPECT_EQ(run(again + Words{"--scale", "0.5"}).exit_code, 0);
}

}  // namespace
}  // namespace dtheta::test
