/// dtheta summary, as a user types it.
#include <regex>

#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

class Summary : public DthetaProgram {};

TEST_F(Summary, ShowsWhatLayersCost) {
  const std::string text =
      std::regex_replace(output_of({"summary", "input 8x8x2, conv 3 3x3, relu, flatten, dense 4"}),
                         std::regex(" +"), " ");
  for (const char* const part :
       {"model: 493 parameters, 2,376 multiply-adds a sample, categorical_crossentropy\n",
        "\ninput 8x8x2 512\n", "\nconv_1 conv 3 3x3 relu 6x6x3 57 1,944 432\n",
        "\nflatten_1 flatten 108\n", "\ndense_1 dense 4 4 436 432 16\n",
        "\noutput softmax 4 493 2,376 960\n",
        "memory of a training in float32, a batch of 128 in "}) {
    EXPECT_TRUE(contains(text, part)) << text;
  }
}

TEST_F(Summary, IsTheMemoryOfATraining) {
  make_digits();
  const nlohmann::json json = json_of({"summary", "lenet5", "--batch-size", "64"});
  const nlohmann::json plan = json_of({"train", "--data", "digits.h5", "--model", "lenet5",
                                       "--batch-size", "64", "--dry-run"})["memory"];
  EXPECT_EQ(json["parameters"], plan["parameters"]);
  EXPECT_EQ(json["memory"]["shards"], plan["shards"]);
  EXPECT_GT(json["memory"]["theta_bytes"], plan["theta_bytes"]);
  EXPECT_EQ(json["memory"]["total_bytes"], json["memory"]["theta_bytes"].get<long>() +
                                               json["memory"]["gradient_bytes"].get<long>() +
                                               json["memory"]["workspace_bytes"].get<long>());
  const nlohmann::json twice =
      json_of({"summary", "lenet5", "--batch-size", "64", "--precision", "float64"});
  // Activations double; tiles in scratch hold what fits the cache, in either precision.
  const auto single = json["memory"]["workspace_bytes"].get<long>();
  EXPECT_GT(twice["memory"]["workspace_bytes"].get<long>(), single * 3 / 2);
  EXPECT_LE(twice["memory"]["workspace_bytes"].get<long>(), single * 2);
  EXPECT_EQ(twice["layers"][0]["output_bytes"], 2 * json["layers"][0]["output_bytes"].get<long>());
}

TEST_F(Summary, IsThatOfInspectForAModelFile) {
  make_digits();
  output_of(quick_training());
  EXPECT_EQ(json_of({"summary", "model.h5"})["layers"], json_of({"inspect", "model.h5"})["layers"]);
  EXPECT_EQ(json_of({"summary", "model.h5", "--sandbox"}), json_of({"summary", "model.h5"}));
}

}  // namespace
}  // namespace dtheta::test
