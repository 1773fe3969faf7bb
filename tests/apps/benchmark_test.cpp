#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

class Benchmark : public DthetaProgram {};

void expect_spread(const nlohmann::json& spread) {
  EXPECT_GT(spread["min"], 0);
  EXPECT_LE(spread["min"], spread["median"]);
  EXPECT_LE(spread["median"], spread["max"]);
}

TEST_F(Benchmark, TheMachine) {
  const nlohmann::json json = json_of({"benchmark", "machine", "--threads", "2"});
  for (const std::string key : {"cpu", "kernels", "blas", "blas_core"}) {
    EXPECT_NE(json["machine"][key], "") << key;
  }
  EXPECT_GE(json["machine"]["cores"], 1);
  EXPECT_EQ(json["one"]["threads"], 1);
  EXPECT_EQ(json["all"]["threads"], 2);
  for (const std::string threads : {"one", "all"}) {
    for (const std::string key :
         {"fma_gflops", "sgemm_gflops", "copy_gigabytes", "triad_gigabytes"}) {
      expect_spread(json[threads][key]);
    }
  }
}

TEST_F(Benchmark, TheMachineForPeople) {
  const std::string text = output_of({"benchmark", "machine", "--threads", "1"});
  EXPECT_TRUE(contains(text, "1 thread"));
  EXPECT_FALSE(contains(text, "2 threads"));
  EXPECT_TRUE(contains(text, "GFLOP/s"));
}

Words quick_step(const std::string& model) {
  return {"benchmark", "step", model, "--seconds", "0", "--batch-size", "8", "--threads", "2"};
}

TEST_F(Benchmark, AStepOfAnyNamedNetwork) {
  for (const auto& model : json_of({"models"})) {
    const nlohmann::json json = json_of(quick_step(model["name"]));
    EXPECT_EQ(json["model"], model["name"]);
    EXPECT_EQ(json["parameters"], model["parameters"]);
    EXPECT_EQ(json["batch_size"], 8);
    EXPECT_EQ(json["threads"], 2);
    EXPECT_EQ(json["data"], "random");
    EXPECT_EQ(json["input_type"], "uint8");
    EXPECT_EQ(json["optimizer"], "momentum");
    EXPECT_GE(json["shards"], 1);
    expect_spread(json["milliseconds"]);
    expect_spread(json["fma_gflops"]);
    EXPECT_NEAR(
        json["samples_per_second"].get<double>() * json["milliseconds"]["median"].get<double>(),
        8000, 1);
    EXPECT_GT(json["share_of_peak"], 0);
    EXPECT_GT(json["peak_bytes"], json["buffer_bytes"]);
    EXPECT_NE(json["machine"]["cpu"], "");
  }
}

TEST_F(Benchmark, AStepSaysWhatItsTimeGoesTo) {
  const nlohmann::json json = json_of(quick_step("lenet5"));
  double sum = 0;
  for (const std::string part :
       {"gather", "prepare", "forward", "loss", "backward", "dtheta", "update", "waiting"}) {
    EXPECT_GE(json["thread_milliseconds"][part], 0) << part;
    sum += json["thread_milliseconds"][part].get<double>();
  }
  EXPECT_NEAR(sum, 2 * json["thread_milliseconds"]["step"].get<double>(), 1e-6);

  double flops = 0;
  for (const auto& layer : json["layers"]) {
    EXPECT_GT(layer["forward_milliseconds"], 0) << layer["name"];
    EXPECT_GT(layer["backward_milliseconds"], 0) << layer["name"];
    flops += layer["forward_flops"].get<double>() + layer["backward_flops"].get<double>();
  }
  EXPECT_EQ(json["layers"][0]["name"], "conv_1");
  EXPECT_EQ(json["layers"].size(), 7U);
  EXPECT_EQ(flops, json["flops"]);
}

TEST_F(Benchmark, AStepForPeople) {
  const std::string text = output_of(quick_step("lenet5"));
  for (const std::string part : {"44,426 parameters", "8 samples a step", "on 2 threads",
                                 "samples/s", "GFLOP/s", "waiting", "conv_1", "24x24x6"}) {
    EXPECT_TRUE(contains(text, part));
  }
}

TEST_F(Benchmark, AStepOfALayerListAFileAndOwnData) {
  const std::string list = "input 9x8x2, conv 3 3x3, relu, flatten, dense 1";
  EXPECT_EQ(json_of(quick_step(list))["parameters"], 9 * 2 * 3 + 3 + 7 * 6 * 3 + 1);
  EXPECT_EQ(json_of(quick_step("input 30, dense 4"))["input_type"], "float32");
  write("net.txt", "input 9x8x2\nflatten\ndense 3\n");
  EXPECT_EQ(json_of(quick_step("net.txt"))["parameters"], 9 * 8 * 2 * 3 + 3);

  make_digits();
  output_of(quick_training());
  const nlohmann::json of_file = json_of(quick_step("model.h5"));
  EXPECT_EQ(of_file["parameters"], 784 * 12 + 12 + 12 * 10 + 10);
  EXPECT_EQ(of_file["data"], "random");
  const nlohmann::json with_data =
      json_of({"benchmark", "step", "model.h5", "--data", "digits.h5", "--seconds", "0", "--shards",
               "3", "--optimizer", "adam", "--batch-size", "500"});
  EXPECT_EQ(with_data["data"], "digits.h5");
  EXPECT_EQ(with_data["batch_size"], 200) << "there are no more";
  EXPECT_EQ(with_data["shards"], 3);
  EXPECT_EQ(with_data["optimizer"], "adam");
}

TEST_F(Benchmark, AStepAsAPicture) {
  output_of(quick_step("lenet5") + Words{"--shards", "4", "--timeline", "lenet5.svg"});
  const std::string svg = read("lenet5.svg");
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  for (const std::string part : {"lenet5: 8 samples a step in 4 shards", "thread 0", "thread 1",
                                 "forward, shard 3", "backward, shard 0", "gather, shard 2",
                                 "conv_1 forward", "conv_2 backward", "milliseconds"}) {
    EXPECT_TRUE(contains(svg, part));
  }
  expect_error(quick_step("lenet5") + Words{"--timeline", "absent/lenet5.svg"}, 73, "absent");
}

TEST_F(Benchmark, WhatAStepCannotBe) {
  expect_error(quick_step("flatten, dense 10"), 2, "the layer list does not say its input");
  expect_error(quick_step("lenet"), 2, "did you mean 'lenet5'");
  expect_error(quick_step("absent.h5"), 74, "absent.h5: there is no such file");
  expect_error({"benchmark", "step"}, 2, "MODEL");
  expect_error(quick_step("lenet5") + Words{"--shards", "0"}, 2, "--shards");
  make_digits();
  expect_error(quick_step("input 9x8x2, flatten, dense 10") + Words{"--data", "digits.h5"}, 2,
               "28x28x1");
  expect_error({"benchmark", "stp"}, 2, "did you mean 'step'");
}

}  // namespace
}  // namespace dtheta::test
