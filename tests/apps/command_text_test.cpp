#include "command_text.hpp"

#include <gtest/gtest.h>

namespace dtheta::cli {
namespace {

TEST(CommandText, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(shell_word("data/mnist-1.h5"), "data/mnist-1.h5");
  EXPECT_EQ(shell_word("flatten, dense 10"), "'flatten, dense 10'");
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(CommandText, HasWhatWasGivenAndNothingElse) {
  std::string a = "x y", b = "from the file", c = "default";
  std::string d = "--odd";
  bool on = true, off = false, resume = false;
  Interface interface {
    .usage = {}, .description = {}, .examples = {}, .groups = {
      {.title = "G",
       .options = {free_text({.name = "a", .placeholder = "A", .help = {}}, a),
                   free_text({.name = "b", .placeholder = "B", .help = {}}, b),
                   free_text({.name = "c", .placeholder = "C", .help = {}}, c),
                   free_text({.name = "d", .placeholder = "D", .help = {}}, d),
                   toggle({.name = "on", .help = {}}, on), toggle({.name = "off", .help = {}}, off),
                   toggle({.name = "resume", .help = {}}, resume)}}
    }
  };
  for (Option& option : interface.groups[0].options) option.origin = Origin::command_line;
  interface.find("a")->origin = Origin::environment;
  interface.find("b")->origin = Origin::config_file;
  interface.find("c")->origin = Origin::preset;
  EXPECT_EQ(command_text("dtheta do", interface, "resume"),
            "dtheta do --a 'x y' --d=--odd --on --resume");
}

}  // namespace
}  // namespace dtheta::cli
