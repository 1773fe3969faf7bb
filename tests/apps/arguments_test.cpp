#include "arguments.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::cli {
namespace {

using test::contains;
using test::message_of;

/// An environment variable for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

/// A command with one option of each kind.
struct Fixture {
  Size epochs = 10;
  std::uint64_t seed = 1;
  double rate = 0.5;
  std::string optimizer = "adam";
  std::filesystem::path data;
  std::vector<std::filesystem::path> batches;
  std::filesystem::path config;
  bool is_json = false;
  Interface interface {
    .usage = "", .description = "", .examples = "",
    .operands = {.placeholder = "A [B]", .help = "", .least = 0, .most = 2},
    .groups = {{.title = "Data",
                .options = {required(path({.name = "data", .help = ""}, data)),
                            paths({.name = "batches", .help = ""}, batches)}},
               {.title = "Optimisation",
                .options = {whole_number({.name = "epochs", .placeholder = "N", .help = ""}, epochs,
                                         1, 100),
                            whole_number({.name = "seed", .placeholder = "S", .help = ""}, seed),
                            real_number({.name = "learning-rate", .placeholder = "R", .help = ""},
                                        rate, "above 0", [](double number) { return number > 0; }),
                            choice({.name = "optimizer", .help = ""}, optimizer, {"sgd", "adam"})}},
               {.title = "Output",
                .options = {toggle({.name = "json", .help = ""}, is_json),
                            path({.name = "config", .help = ""}, config)}}}
  };

  void read(const std::vector<std::string>& words) {
    std::vector<std::string> all{"--data", "d.h5"};
    all.insert(all.end(), words.begin(), words.end());
    read_arguments("dtheta test", all, interface);
  }
  std::string error_of(const std::vector<std::string>& words) {
    return message_of<UsageError>([&] { read(words); });
  }
};

TEST(Arguments, SetTheVariablesThatOptionsAreBoundTo) {
  Fixture f;
  f.read({"--epochs", "3", "--seed=18446744073709551615", "one", "--learning-rate", "1e-3",
          "--optimizer", "sgd", "--json", "two", "--batches", "a", "b"});
  EXPECT_EQ(f.epochs, 3);
  EXPECT_EQ(f.seed, 18446744073709551615U);
  EXPECT_EQ(f.rate, 1e-3);
  EXPECT_EQ(f.optimizer, "sgd");
  EXPECT_EQ(f.data, "d.h5");
  EXPECT_TRUE(f.is_json);
  EXPECT_EQ(f.batches, (std::vector<std::filesystem::path>{"a", "b"}));
  EXPECT_EQ(f.interface.operands.values, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(f.interface.is_given("epochs"));
  EXPECT_FALSE(f.interface.is_given("config"));
}

TEST(Arguments, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "t.ini", "epochs = 2\nseed = 2\n[optimisation]\nlearning-rate = 2\n");
  const Variable epochs("DTHETA_EPOCHS", "3");
  const Variable seed("DTHETA_SEED", "3");
  const Variable json("DTHETA_JSON", "yes");
  const Variable unset("DTHETA_OPTIMIZER", "");
  Fixture f;
  f.read({"--config", folder / "t.ini", "--epochs", "4"});
  EXPECT_EQ(f.epochs, 4);
  EXPECT_EQ(f.seed, 3U);
  EXPECT_EQ(f.rate, 2);
  EXPECT_EQ(f.optimizer, "adam");
  EXPECT_TRUE(f.is_json);
  EXPECT_EQ(f.interface.find("epochs")->origin, Origin::command_line);
  EXPECT_EQ(f.interface.find("seed")->origin, Origin::environment);
  EXPECT_EQ(f.interface.find("learning-rate")->origin, Origin::config_file);
  EXPECT_EQ(f.interface.find("optimizer")->origin, Origin::preset);
}

TEST(Arguments, TheConfigurationMayBeNamedByTheEnvironment) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "t.ini", "epochs = 2\n");
  const std::string file = folder / "t.ini";
  const Variable config("DTHETA_CONFIG", file.c_str());
  Fixture f;
  f.read({});
  EXPECT_EQ(f.epochs, 2);
}

TEST(Arguments, ABadValueNamesItsSourceAndTheRange) {
  for (const char* bad : {"0", "101", "x", "3x", "", "1.5", "99999999999999999999"}) {
    EXPECT_TRUE(contains(Fixture().error_of({"--epochs", bad}),
                         "--epochs " + std::string(bad) + ": wanted a whole number from 1 to 100"));
  }
  for (const char* bad : {"0", "nan", "inf", "1e999", "-1", "1,5"}) {
    EXPECT_TRUE(contains(Fixture().error_of({"--learning-rate", bad}), "wanted above 0"));
  }
  EXPECT_TRUE(contains(Fixture().error_of({"--seed", "-1"}), "from 0 to 2^64 - 1"));
  EXPECT_EQ(Fixture().error_of({"--optimizer", "adm"}),
            "--optimizer adm: wanted one of sgd, adam; did you mean 'adam'?");

  const Variable variable("DTHETA_EPOCHS", "none");
  EXPECT_TRUE(contains(Fixture().error_of({}), "DTHETA_EPOCHS=none: wanted a whole number"));

  const test::TemporaryFolder folder;
  test::write_file(folder / "t.ini", "\nlearning-rate = fast\n");
  EXPECT_TRUE(contains(Fixture().error_of({"--epochs", "1", "--config", folder / "t.ini"}),
                       "t.ini:2: learning-rate = fast: wanted above 0"));
}

TEST(Arguments, AnUnknownOptionOrKeyIsNamedWithTheNearest) {
  EXPECT_EQ(Fixture().error_of({"--epoch", "3"}),  // no abbreviations
            "'--epoch' is not an option of dtheta test; did you mean '--epochs'?");
  const test::TemporaryFolder folder;
  test::write_file(folder / "t.ini", "batch = 3\n");
  EXPECT_TRUE(contains(Fixture().error_of({"--config", folder / "t.ini"}),
                       "t.ini:1: 'batch' is not an option of dtheta test"));
  test::write_file(folder / "t.ini", "[train]\nepochs = 3\n");
  EXPECT_TRUE(contains(Fixture().error_of({"--config", folder / "t.ini"}),
                       "t.ini:2: '[train]' is not a section"));
}

TEST(Arguments, AreGivenOnceWithAValueAndInTheRightNumber) {
  EXPECT_EQ(Fixture().error_of({"--epochs", "1", "--epochs", "2"}), "--epochs is given twice");
  EXPECT_EQ(Fixture().error_of({"--epochs"}), "--epochs needs a value: --epochs N");
  EXPECT_EQ(Fixture().error_of({"--epochs", "--json"}), "--epochs needs a value, found '--json'");
  EXPECT_EQ(Fixture().error_of({"--json=yes"}), "--json takes no value");
  EXPECT_TRUE(contains(Fixture().error_of({"1", "2", "3"}), "'3' is one word too many"));
  EXPECT_TRUE(contains(Fixture().error_of({"1", "2", "-e"}), "options begin with two dashes"));
  Fixture f;
  EXPECT_EQ(message_of<UsageError>([&] { read_arguments("dtheta test", {}, f.interface); }),
            "dtheta test needs --data FILE");
}

TEST(Arguments, UnknownVariablesAreWarnedOf) {
  const Variable variable("DTHETA_EPOCS", "3");
  const Variable other("OTHER_EPOCS", "3");
  std::ostringstream out, err;
  warn_of_unknown_variables(std::vector<std::string>{"epochs", "batch-size"}, {out, err});
  EXPECT_EQ(err.str(),
            "dtheta: warning: the environment variable DTHETA_EPOCS is not an option of any "
            "command; did you mean 'DTHETA_EPOCHS'?\n");
  EXPECT_EQ(variable_name("batch-size"), "DTHETA_BATCH_SIZE");
}

}  // namespace
}  // namespace dtheta::cli
