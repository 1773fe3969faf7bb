#include <algorithm>

#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

class Models : public DthetaProgram {};

TEST_F(Models, AreListedWithTheirSizes) {
  const std::string text = output_of({"models"});
  const nlohmann::json json = json_of({"models"});
  for (const std::string name : {"logistic", "mlp", "lenet5", "mnist-cnn", "cats", "cifar-vgg"}) {
    EXPECT_TRUE(contains(text, "\n" + name));
    const auto entry = std::find_if(json.begin(), json.end(),
                                    [&](const auto& model) { return model["name"] == name; });
    ASSERT_NE(entry, json.end()) << name;
    EXPECT_GT((*entry)["multiply_adds"], 0);
  }
  EXPECT_EQ(json[0]["parameters"], 784 * 10 + 10);
  EXPECT_EQ(json[0]["multiply_adds"], 784 * 10);
  EXPECT_TRUE(contains(text, "7,850"));
}

TEST_F(Models, FitTheDataWhateverTheyWereMadeFor) {
  make_digits(20, 0);
  for (const auto& entry : json_of({"models"})) {
    const std::string name = entry["name"];
    EXPECT_GT(json_of({"train", "--data", "digits.h5", "--model", name, "--batch-size", "4",
                       "--dry-run"})["memory"]["parameters"],
              0);
  }
}

TEST_F(Models, TheReaderMayLeave) {
  const ProgramResult result =
      run_program({"/bin/sh", "-c", std::string(DTHETA_PROGRAM) + " models | head -n 1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  const ProgramResult full =
      run_program({"/bin/sh", "-c", std::string(DTHETA_PROGRAM) + " models > /dev/full"});
  EXPECT_EQ(full.exit_code, 74);
  EXPECT_EQ(full.err, "dtheta: cannot write to standard output\n");
}

}  // namespace
}  // namespace dtheta::test
