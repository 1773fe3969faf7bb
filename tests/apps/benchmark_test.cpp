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

}  // namespace
}  // namespace dtheta::test
