/// dtheta export.
#include <gtest/gtest.h>

#include "dtheta_program.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::Words;
using test::operator+;

class Export : public test::DthetaProgram {
 protected:
  void make_model(const Words& more = {}) const {
    make_digits();
    output_of(test::quick_training() + more);
  }
};

TEST_F(Export, AModelBecomesAFileOfOnnx) {
  make_model();
  const std::string text =
      output_of({"export", "model.h5", "--format", "onnx", "--output", "model.onnx"});
  EXPECT_EQ(text,
            "model.h5 written to model.onnx: ONNX, operator set 13; input N x 28x28x1 of float32, "
            "as stored; predictions N x 10, probabilities\n");
  EXPECT_TRUE(contains(read("model.onnx"), "dtheta"));
  EXPECT_TRUE(contains(read("model.onnx"), "Softmax"));
  const auto json = json_of({"export", "model.h5", "--output", "again.onnx"});
  EXPECT_EQ(json["operator_set"], 13);
  EXPECT_EQ(json["input"], (std::vector<int>{28, 28, 1}));
  EXPECT_EQ(read("again.onnx"), read("model.onnx"));
}

TEST_F(Export, ASandboxChangesNothing) {
  make_model();
  output_of({"export", "model.h5", "--output", "plain.onnx"});
  output_of({"export", "model.h5", "--output", "boxed.onnx", "--sandbox"});
  EXPECT_EQ(read("boxed.onnx"), read("plain.onnx"));
}

TEST_F(Export, DoublePrecisionIsConvertedAndSaysSo) {
  make_model({"--precision", "float64"});
  const auto result = run({"export", "model.h5", "--output", "model.onnx"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(contains(result.err, "the weights are converted from float64 to float32"));
}

TEST_F(Export, AKerasModelWithoutPreparationSaysSo) {
  const std::string keras = std::string(DTHETA_GOLDEN_FOLDER) + "/keras/3/";
  EXPECT_TRUE(contains(run({"export", keras + "functional.h5", "--output", "f.onnx"}).err,
                       "does not say how its input is prepared"));
  EXPECT_EQ(run({"export", keras + "sequential.h5", "--output", "s.onnx"}).err, "");
}

TEST_F(Export, WhatCannotBeIsSaid) {
  make_model();
  expect_error({"export", "model.h5", "--format", "tflite", "--output", "m.onnx"}, 2,
               "--format tflite: wanted one of onnx");
  expect_error({"export", "model.h5"}, 2, "--output");
  expect_error({"export", "--output", "m.onnx"}, 2, "MODEL");
  expect_error({"export", "missing.h5", "--output", "m.onnx"}, 74, "missing.h5");
  expect_error({"export", "digits.h5", "--output", "m.onnx"}, 65, "digits.h5: not a model");
  expect_error({"export", "model.h5", "--output", "no/m.onnx"}, 73, "no/m.onnx");
  expect_error({"export", "model.h5", "--output", "model.h5"}, 2, "would be overwritten");
  EXPECT_FALSE(exists("m.onnx"));
}

}  // namespace
}  // namespace dtheta
