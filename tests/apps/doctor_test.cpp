#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

class Doctor : public DthetaProgram {};

TEST_F(Doctor, TellsOfTheMachineAndItsLibraries) {
  const nlohmann::json json = json_of({"doctor"});
  EXPECT_EQ(json["usable"], true);
  EXPECT_GE(json["default_threads"], 1);
  EXPECT_LE(json["default_threads"], json["cores"]["affinity"]);
  EXPECT_EQ(json["blas"]["threads_per_call"], 1);
  EXPECT_TRUE(json["sandbox"].is_boolean());
  EXPECT_GE(json["blas"]["max_callers"], 1);
  for (const char* package : {"dtheta", "compiler", "onetbb", "blas", "hdf5", "libjpeg", "libpng",
                              "onnx", "protobuf", "libseccomp", "boost"}) {
    EXPECT_NE(json["versions"][package], "") << package;
  }
  const std::string text = output_of({"doctor"});
  EXPECT_TRUE(contains(text, "All is well."));
  for (const char* part : {"CPU", "vector sets", "cores", "OpenBLAS", "oneTBB", "HDF5", "Boost"}) {
    EXPECT_TRUE(contains(text, part));
  }
}

TEST_F(Doctor, ChecksTheThreadsAndKernelsThatAreAskedFor) {
  const nlohmann::json json = json_of({"doctor", "--threads", "3", "--kernels", "avx2"});
  EXPECT_EQ(json["threads"], 3);
  EXPECT_EQ(json["kernels"], "avx2");
  EXPECT_EQ(json["blas"]["core"], "Haswell");
}

TEST_F(Doctor, CapsWhatTheBlasCannotServe) {
  const ProgramResult result = run({"doctor", "--threads", "100000", "--json"});
  EXPECT_EQ(result.exit_code, 0);
  const nlohmann::json json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["threads"], json["blas"]["max_callers"]);
  EXPECT_TRUE(contains(result.err, "100000 threads become "));
}

TEST_F(Doctor, TakesItsThreadsFromTheCoresItMayUse) {
  const ProgramResult result = run_program(
      {"/bin/sh", "-c", "taskset -c 0 " + std::string(DTHETA_PROGRAM) + " doctor --json"});
  if (result.exit_code == 127) GTEST_SKIP() << "no taskset";
  EXPECT_EQ(nlohmann::json::parse(result.out)["default_threads"], 1);
}

}  // namespace
}  // namespace dtheta::test
