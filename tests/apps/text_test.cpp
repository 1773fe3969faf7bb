#include "text.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace dtheta::cli {
namespace {

TEST(Text, GroupsDigitsByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(-1234), "-1,234");
}

TEST(Text, ScalesBytesAndDurations) {
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(Size{5} << 30), "5.0 GiB");
  EXPECT_EQ(duration_text(0.0151), "15 ms");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(65), "1 min 05 s");
  EXPECT_EQ(duration_text(7800), "2 h 10 min");
}

TEST(Text, WritesNumbersThatReadBackToTheSameBits) {
  EXPECT_EQ(exact_text(0.1), "0.1");
  const double third = 1.0 / 3;
  EXPECT_EQ(std::stod(exact_text(third)), third);
}

TEST(Text, WrapsAtBlanksAndKeepsLines) {
  const std::vector<std::string> wanted{"one two", "three", "", "four"};
  EXPECT_EQ(wrapped("one two three\n\nfour", 7), wanted);
  EXPECT_EQ(wrapped("muchtoolong a", 4), (std::vector<std::string>{"muchtoolong", "a"}));
  EXPECT_TRUE(wrapped("", 10).empty());
}

TEST(Text, AlignsTheColumnsOfATable) {
  EXPECT_EQ(
      table_text({{"a", "1", ""}, {"bbb", "22", "x"}}, {Align::left, Align::right, Align::left}),
      "a     1\n"
      "bbb  22  x\n");
}

}  // namespace
}  // namespace dtheta::cli
