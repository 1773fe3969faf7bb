#include "dtheta/core/version.hpp"

#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

TEST(Version, IsThreeNumbersAndTheToolsAreNamed) {
  EXPECT_TRUE(std::regex_match(std::string(version()), std::regex(R"(\d+\.\d+\.\d+)")));
  EXPECT_TRUE(
      std::regex_search(std::string(compiler()), std::regex(R"(^(g|clang)\+\+ \d+\.\d+\.\d+)")));
  EXPECT_TRUE(std::regex_search(std::string(onetbb_version()), std::regex(R"(^20\d\d\.\d+)")));
}

}  // namespace
}  // namespace dtheta
