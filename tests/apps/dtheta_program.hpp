/// The program dtheta in a folder of its own, for tests.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/messages.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::test {

using Words = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

inline Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// A test that runs dtheta in an empty folder, free of what the environment says of dtheta.
class DthetaProgram : public testing::Test {
 protected:
  DthetaProgram() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      if (text.starts_with("DTHETA_")) names.emplace_back(text.substr(0, text.find('=')));
    }
    for (const std::string& name : names) ::unsetenv(name.c_str());
  }

  ProgramResult run(const Words& words, const Variables& variables = {}) const {
    return run_program(Words{DTHETA_PROGRAM} + words,
                       {.folder = folder_.path(), .variables = variables});
  }

  /// The same, to its beginning.
  RunningProgram start(const Words& words) const {
    return RunningProgram(Words{DTHETA_PROGRAM} + words,
                          {.folder = folder_.path(), .variables = {}});
  }

  /// Runs a command that has to succeed; its standard output.
  std::string output_of(const Words& words, const Variables& variables = {}) const {
    const ProgramResult result = run(words, variables);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }

  /// The same with --json.
  nlohmann::json json_of(const Words& words, const Variables& variables = {}) const {
    return nlohmann::json::parse(output_of(words + Words{"--json"}, variables));
  }

  /// A run that has to end with this code and one message "dtheta: ..." that holds `part`.
  void expect_error(const Words& words, int code, const std::string& part,
                    const Variables& variables = {}) const {
    const ProgramResult result = run(words, variables);
    EXPECT_EQ(result.exit_code, code) << testing::PrintToString(words) << "\n" << result.err;
    EXPECT_TRUE(contains(result.err, part));
    EXPECT_TRUE(contains(result.err, "dtheta: "));
    EXPECT_EQ(result.out, "");
  }

  /// digits.h5: a few generated digits.
  void make_digits(int train = 200, int test = 50) const {
    output_of({"dataset", "make", "digits", "--output", "digits.h5", "--train",
               std::to_string(train), "--test", std::to_string(test)});
  }

  void write(const std::string& name, std::string_view content) const {
    write_file(folder_ / name, content);
  }
  std::string read(const std::string& name) const { return read_file(folder_ / name); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

/// Words that train a small network fast.
inline Words quick_training() {
  return {"train",    "--data", "digits.h5", "--model",  "flatten, dense 12, relu, dense 10",
          "--epochs", "2",      "--output",  "model.h5", "--threads",
          "2"};
}

}  // namespace dtheta::test
