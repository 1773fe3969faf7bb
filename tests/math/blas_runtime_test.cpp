#include "dtheta/math/blas_runtime.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/machine.hpp"

extern "C" void gotoblas_dynamic_quit();
extern "C" void gotoblas_dynamic_init();

namespace dtheta {
namespace {

const std::vector<std::string> avx2_sets = {"avx", "avx2", "fma"};
const std::vector<std::string> zen4_sets = {"avx",      "avx2",       "fma",
                                            "avx512f",  "avx512dq",   "avx512bw",
                                            "avx512vl", "avx512vnni", "avx512bf16"};

bool this_cpu_has(std::string_view set) {
  return std::ranges::count(usable_vector_sets(), set) > 0;
}

TEST(Kernels, AreReadByName) {
  for (const Kernels kernels : {Kernels::automatic, Kernels::avx2, Kernels::avx512}) {
    EXPECT_EQ(parse_kernels(kernels_name(kernels)), kernels);
  }
  EXPECT_EQ(kernels_name(Kernels::automatic), "auto");
  EXPECT_THROW(parse_kernels("sse9"), UsageError);
  EXPECT_THROW(parse_kernels(""), UsageError);
}

TEST(FittingBlasCore, MendsOldKernelsOnNewerCpus) {
  EXPECT_EQ(fitting_blas_core("Haswell", zen4_sets), "SkylakeX");
  EXPECT_EQ(fitting_blas_core("Zen", zen4_sets), "SkylakeX");
  EXPECT_EQ(fitting_blas_core("Prescott", zen4_sets), "SkylakeX");
  for (const char* old : {"Prescott", "Nehalem", "Sandybridge", "Barcelona", "Piledriver"}) {
    EXPECT_EQ(fitting_blas_core(old, avx2_sets), "Haswell");
  }
}

TEST(FittingBlasCore, LeavesAloneWhatFits) {
  for (const char* fine : {"Haswell", "Zen", "Excavator"}) {
    EXPECT_EQ(fitting_blas_core(fine, avx2_sets), fine);
  }
  for (const char* fine : {"SkylakeX", "Cooperlake", "SapphireRapids", "OfTheFuture"}) {
    EXPECT_EQ(fitting_blas_core(fine, zen4_sets), fine);
  }
  EXPECT_EQ(fitting_blas_core("Nehalem", {}), "Nehalem");
  const std::vector<std::string> no_fma = {"avx", "avx2"};
  EXPECT_EQ(fitting_blas_core("Nehalem", no_fma), "Nehalem");
  const std::vector<std::string> knights_landing = {"avx", "avx2", "fma", "avx512f"};
  EXPECT_EQ(fitting_blas_core("Haswell", knights_landing), "Haswell");
}

TEST(MaxBlasCallers, FollowsFromTheLibrarysConfiguration) {
  EXPECT_EQ(max_blas_callers("OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH Zen MAX_THREADS=64"), 127);
  EXPECT_EQ(max_blas_callers("OpenBLAS 0.3.30 MAX_THREADS=2 DYNAMIC_ARCH"), 3);
  EXPECT_EQ(max_blas_callers("OpenBLAS 0.3.21 DYNAMIC_ARCH Zen SINGLE_THREADED"), 1);
  EXPECT_EQ(max_blas_callers(""), 1);
}

TEST(PrepareBlas, TellsWhatIsInUse) {
  const BlasFacts& facts = prepare_blas();
  EXPECT_EQ(&facts, &prepare_blas());
  EXPECT_TRUE(facts.version.starts_with("OpenBLAS 0.")) << facts.version;
  EXPECT_TRUE(facts.config.starts_with(facts.version)) << facts.config;
  EXPECT_EQ(facts.version.find(' ', sizeof "OpenBLAS"), std::string::npos) << facts.version;
  EXPECT_FALSE(facts.core.empty());
  EXPECT_FALSE(facts.found_core.empty());
  EXPECT_FALSE(facts.kernels.empty());
  EXPECT_GE(facts.max_callers, 65);
  if (std::getenv("OPENBLAS_CORETYPE") == nullptr) {
    EXPECT_EQ(facts.core, fitting_blas_core(facts.found_core, usable_vector_sets()));
    EXPECT_TRUE(facts.warnings.empty()) << facts.warnings.front();
  }
}

TEST(CheckBlas, PassesForFewAndForManyCallers) {
  for (const int callers : {1, 2, 65, 100'000}) EXPECT_NO_THROW(check_blas(callers));
}

// What a process does first to the BLAS cannot be undone: each of these cases runs in one of its
// own, started afresh ("threadsafe") with the environment as it is then.
class PrepareBlasDeathTest : public testing::Test {
 protected:
  PrepareBlasDeathTest() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    unsetenv(variable);
  }
  ~PrepareBlasDeathTest() override { unsetenv(variable); }

  /// Prints what a choice of kernels gives, for EXPECT_EXIT to match, and leaves.
  [[noreturn]] static void report(Kernels kernels) {
    try {
      const BlasFacts& facts = prepare_blas(kernels);
      check_blas(2);
      const char* const left = std::getenv(variable);
      std::cerr << facts.core << ' ' << facts.kernels << ' ' << (left == nullptr ? "unset" : left);
      for (const std::string& warning : facts.warnings) std::cerr << ' ' << warning;
    } catch (const Error& error) {
      std::cerr << error.what();
      std::exit(static_cast<int>(error.exit_code()));
    }
    std::exit(0);
  }

  static constexpr const char* variable = "OPENBLAS_CORETYPE";
};

TEST_F(PrepareBlasDeathTest, Avx2MeansHaswellKernelsWhateverWasFound) {
  if (!this_cpu_has("avx2")) GTEST_SKIP() << "needs a CPU with AVX2";
  EXPECT_EXIT(report(Kernels::avx2), testing::ExitedWithCode(0), "^Haswell avx2 unset$");
}

TEST_F(PrepareBlasDeathTest, Avx512MeansSkylakeXKernelsAndNeedsTheCpu) {
  if (this_cpu_has("avx512vl")) {
    EXPECT_EXIT(report(Kernels::avx512), testing::ExitedWithCode(0), "^SkylakeX avx512 unset$");
  } else {
    EXPECT_EXIT(report(Kernels::avx512), testing::ExitedWithCode(2), "this one lacks");
  }
}

TEST_F(PrepareBlasDeathTest, MendsTheKernelsOfALibraryThatDoesNotKnowTheCpu) {
  if (!this_cpu_has("avx2")) GTEST_SKIP() << "needs a CPU with AVX2";
  const auto forget_the_cpu = [] {
    setenv(variable, "Prescott", 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv(variable);
  };
  EXPECT_EXIT(forget_the_cpu(); report(Kernels::automatic), testing::ExitedWithCode(0),
                                "^(Haswell avx2|SkylakeX avx512) unset$");
}

TEST_F(PrepareBlasDeathTest, RespectsTheCoreOfTheEnvironment) {
  if (!this_cpu_has("avx2")) GTEST_SKIP() << "needs a CPU with AVX2";
  setenv(variable, "sandybridge", 1);
  EXPECT_EXIT(report(Kernels::automatic), testing::ExitedWithCode(0),
              "^Sandybridge [a-z0-9]+ sandybridge$");
  EXPECT_EXIT(report(Kernels::avx2), testing::ExitedWithCode(2),
              "OPENBLAS_CORETYPE=sandybridge is set in the environment; unset one");
}

TEST_F(PrepareBlasDeathTest, WarnsOfACoreInTheEnvironmentThatIsNone) {
  setenv(variable, "Pentium9", 1);
  EXPECT_EXIT(report(Kernels::automatic), testing::ExitedWithCode(0),
              "OPENBLAS_CORETYPE=Pentium9 is no core of this OpenBLAS");
}

TEST_F(PrepareBlasDeathTest, HeedsNoThreadCountOfTheEnvironment) {
  setenv("OPENBLAS_NUM_THREADS", "7", 1);
  setenv("OMP_NUM_THREADS", "7", 1);
  EXPECT_EXIT(report(Kernels::automatic), testing::ExitedWithCode(0), " unset$");
  unsetenv("OPENBLAS_NUM_THREADS");
  unsetenv("OMP_NUM_THREADS");
}

TEST_F(PrepareBlasDeathTest, KeepsTheKernelsThatAreInUse) {
  EXPECT_EXIT(prepare_blas();
              report(Kernels::avx2), testing::ExitedWithCode(2), "auto are in use already");
}

}  // namespace
}  // namespace dtheta
