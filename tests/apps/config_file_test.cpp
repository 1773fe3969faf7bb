#include "config_file.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::cli {
namespace {

using test::contains;
using test::message_of;

class ConfigFile : public testing::Test {
 protected:
  std::vector<ConfigLine> read(std::string_view content) const {
    test::write_file(folder_ / "a.ini", content);
    return read_config(folder_ / "a.ini");
  }

  test::TemporaryFolder folder_;
};

TEST_F(ConfigFile, GivesKeysAndValuesWithLineAndSection) {
  const auto lines = read("# a comment\n\n  epochs = 3 \r\n[Run]\n; another\nthreads=2\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].key, "epochs");
  EXPECT_EQ(lines[0].value, "3");
  EXPECT_EQ(lines[0].line, 3);
  EXPECT_EQ(lines[0].section, "");
  EXPECT_EQ(lines[1].key, "threads");
  EXPECT_EQ(lines[1].value, "2");
  EXPECT_EQ(lines[1].line, 6);
  EXPECT_EQ(lines[1].section, "Run");
}

TEST_F(ConfigFile, EndsValuesAtCommentsUnlessTheyAreQuoted) {
  const auto lines = read("a = x, y  # rest\nb = run#1\nc = \" # kept \"\nd =\n");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].value, "x, y");
  EXPECT_EQ(lines[1].value, "run#1");
  EXPECT_EQ(lines[2].value, " # kept ");
  EXPECT_EQ(lines[3].value, "");
}

TEST_F(ConfigFile, NamesFileAndLineOfWhatItCannotRead) {
  const auto message = message_of<UsageError>([&] { read("epochs = 3\nthreads 2\n"); });
  EXPECT_TRUE(contains(message, "a.ini:2: found 'threads 2', wanted 'key = value'"));
  EXPECT_TRUE(contains(message_of<UsageError>([&] { read("= 3\n"); }), "a.ini:1"));
  EXPECT_THROW(read_config(folder_ / "missing.ini"), InputOutputError);
  EXPECT_THROW(read_config(folder_.path()), InputOutputError);
}

}  // namespace
}  // namespace dtheta::cli
