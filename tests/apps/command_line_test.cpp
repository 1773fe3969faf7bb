#include "command_line.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "commands.hpp"
#include "help.hpp"
#include "support/messages.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

using test::contains;

struct Result {
  ExitCode code;
  std::string out;
  std::string err;
};

Result run(const std::vector<std::string>& words) {
  std::ostringstream out, err;
  const ExitCode code = run_command_line(words, {out, err});
  return {code, out.str(), err.str()};
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (const std::string& line : wrapped(text, text.size())) {
    longest = std::max(longest, line.size());
  }
  return longest;
}

TEST(CommandLine, ListsTheCommands) {
  for (const auto& words : {std::vector<std::string>{}, {"--help"}, {"-h"}, {"help"}}) {
    const Result result = run(words);
    EXPECT_EQ(result.code, words.empty() ? ExitCode::usage : ExitCode::done);
    EXPECT_EQ(result.err, "");
    for (const CommandEntry& entry : command_table()) {
      EXPECT_TRUE(contains(result.out, entry.name));
      EXPECT_TRUE(contains(result.out, entry.summary));
    }
    EXPECT_LE(longest_line(result.out), 80U);
  }
}

TEST(CommandLine, EveryCommandExplainsEveryOptionIn80Columns) {
  for (const CommandEntry& entry : command_table()) {
    const std::string name(entry.name);
    std::vector<std::string> words = wrapped(name, 1);
    words.emplace_back("--help");
    const Result result = run(words);
    EXPECT_EQ(result.code, ExitCode::done);
    EXPECT_TRUE(contains(result.out, "Usage: dtheta " + name));
    EXPECT_LE(longest_line(result.out), 80U) << result.out;
    const auto command = entry.make();
    for (const OptionGroup& group : command->interface().groups) {
      EXPECT_TRUE(contains(result.out, "\n" + group.title + ":\n"));
      for (const Option& option : group.options) {
        EXPECT_TRUE(contains(result.out, "\n  --" + option.name));
        EXPECT_NE(option.help, "");
      }
    }
    words.pop_back();
    words.insert(words.begin(), "help");
    EXPECT_EQ(run(words).out, result.out);
  }
}

TEST(CommandLine, HalfACommandListsHowItGoesOn) {
  const Result result = run({"dataset", "import"});
  EXPECT_EQ(result.code, ExitCode::usage);
  EXPECT_TRUE(contains(result.out, "dataset import csv"));
  EXPECT_EQ(result.out.find("dataset make"), std::string::npos);
  EXPECT_EQ(run({"dataset", "--help"}).code, ExitCode::done);
  EXPECT_EQ(run({"help", "dataset"}).out, run({"dataset"}).out);
}

TEST(CommandLine, AMistypedCommandIsNamedWithTheNearest) {
  const Result result = run({"trian", "--data", "x"});
  EXPECT_EQ(result.code, ExitCode::usage);
  EXPECT_EQ(result.err, "dtheta: 'trian' is not a command of dtheta; did you mean 'train'?\n");
  EXPECT_TRUE(contains(run({"dataset", "mak", "digits"}).err,
                       "'mak' is not a command of dtheta dataset; did you mean 'make'?"));
  EXPECT_EQ(run({"frobnicate"}).err, "dtheta: 'frobnicate' is not a command of dtheta\n");
  EXPECT_EQ(run({"frobnicate", "--help"}).code, ExitCode::usage);
}

TEST(CommandLine, PrintsTheVersion) {
  const Result result = run({"--version"});
  EXPECT_EQ(result.code, ExitCode::done);
  EXPECT_TRUE(result.out.starts_with("dtheta "));
}

}  // namespace
}  // namespace dtheta::cli
