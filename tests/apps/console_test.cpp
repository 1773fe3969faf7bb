#include "console.hpp"

#include <sstream>

#include "apps/dtheta_program.hpp"

namespace dtheta::cli {
namespace {

TEST(Console, ColoursOnlyWhereItMay) {
  std::ostringstream out, err;
  Console console{out, err, true, false};
  console.warn("it is late\n");
  console.error("it is over");
  console.note("it is");
  EXPECT_EQ(err.str(), "dtheta: warning: it is late\ndtheta: it is over\ndtheta: note: it is\n");
  err.str("");
  console.is_colour = true;
  console.warn("late");
  console.error("over");
  console.note("it is");
  EXPECT_EQ(err.str(),
            "dtheta: \x1b[33mwarning\x1b[0m: late\n\x1b[31mdtheta\x1b[0m: over\n"
            "dtheta: note: it is\n");
}

/// dtheta on a terminal: `script` of util-linux gives it one.
class Terminal : public test::DthetaProgram {
 protected:
  std::string screen_of(const std::string& words, const test::Variables& variables) const {
    const test::ProgramResult result =
        test::run_program({"/usr/bin/script", "-qec", DTHETA_PROGRAM " " + words, "/dev/null"},
                          {.folder = path(""), .variables = variables});
    return result.exit_code == 127 ? "" : result.out;
  }
};

TEST_F(Terminal, ShowsALiveLineAndColoursUnlessToldNotTo) {
  make_digits(1000, 0);
  const std::string training = "train --data digits.h5 --model lenet5 --epochs 2 --output m.h5";
  const std::string live = screen_of(training, {{"TERM", "xterm"}});
  if (live.empty()) GTEST_SKIP() << "no /usr/bin/script";
  EXPECT_TRUE(test::contains(live, "\repoch 1/2  "));
  EXPECT_TRUE(test::contains(live, " left\x1b[K"));
  EXPECT_TRUE(test::contains(live, "\r\x1b[Kepoch 1/2  loss"));
  EXPECT_FALSE(test::contains(screen_of(training, {{"TERM", "dumb"}}), "\x1b"));

  const std::string red = "\x1b[31mdtheta";
  EXPECT_TRUE(test::contains(screen_of("trian", {{"TERM", "xterm"}}), red));
  EXPECT_FALSE(test::contains(screen_of("trian", {{"TERM", "xterm"}, {"NO_COLOR", "1"}}), "\x1b"));
}

}  // namespace
}  // namespace dtheta::cli
