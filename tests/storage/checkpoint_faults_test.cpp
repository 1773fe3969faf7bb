// Whatever happens while a checkpoint is written: once there was one, there is one.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/checkpoint_folder.hpp"
#include "dtheta/storage/hdf5_library.hpp"
#include "storage/checkpoint_cases.hpp"
#include "storage/system_calls.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::Fault;
using test::read_file;
using test::same_state;
using test::small_terms;
using test::state_at;
using test::SystemCalls;
using test::TemporaryFolder;

constexpr Size keep = 2;

class CheckpointFaults : public testing::Test {
 protected:
  /// HDF5 1.10 would crash at the end of a process in which closing a file failed.
  static void SetUpTestSuite() { skip_hdf5_exit_handler(); }

  fs::path folder() const { return temporary_ / "checkpoints"; }

  /// What a training that goes on does: it takes the folder and saves the state after `step` steps.
  void save(Size step) const {
    CheckpointFolder(folder(), keep).save(state_at<float>(step), small_terms());
  }

  /// The step that a training would be resumed from; −1: from the beginning. Checks that nothing is
  /// damaged and every bit is right.
  Size resumed_step() const {
    const auto checkpoint =
        CheckpointFolder(folder(), keep).load_newest<float>([](const std::string& report) {
          ADD_FAILURE() << "a checkpoint is damaged: " << report;
        });
    if (!checkpoint) return -1;
    EXPECT_TRUE(same_state(checkpoint->state, state_at<float>(checkpoint->state.step)));
    return checkpoint->state.step;
  }

  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::directory_iterator(folder())) {
      found[entry.path().filename().string()] = read_file(entry.path());
    }
    return found;
  }

  TemporaryFolder temporary_;
};

/// Runs work() in a child process in which the `at`-th call goes wrong. Whether it was killed;
/// otherwise it must have ended well.
bool is_killed(Fault fault, int at, const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const SystemCalls calls(fault, at);
      work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::_Exit(1);
    }
    std::_Exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  return false;
}

TEST_F(CheckpointFaults, KilledAtAnySystemCallOfASaveThereIsACompleteCheckpoint) {
  int points = 0;
  constexpr Size saves = 6;
  for (Size step = 1; step <= saves; ++step) {
    for (const Fault fault : {Fault::kill_before, Fault::kill_half, Fault::kill_after}) {
      for (int at = 0; is_killed(fault, at, [&] { save(step); }); ++at, ++points) {
        const Size found = resumed_step();
        ASSERT_TRUE(found == step || found == (step == 1 ? -1 : step - 1)) << found;
        // The next save is one that goes on from the checkpoint before, or one that is repeated.
        if (found == step && at % 2 == 0) fs::remove(*CheckpointFolder(folder(), keep).newest());
      }
      ASSERT_EQ(resumed_step(), step);
    }
    ASSERT_LE(files().size(), static_cast<std::size_t>(keep));
  }
  std::printf("killed at %d points of %lld saves; each left a complete checkpoint\n", points,
              static_cast<long long>(saves));
  EXPECT_GE(points, 300);
}

/// Whether the name of a system call stands for something that a save cannot do without.
bool is_needed(const std::string& call) {
  return call == "open" || call == "pwrite" || call == "fsync" || call == "rename";
}

class FailingCalls : public CheckpointFaults, public testing::WithParamInterface<int> {};

TEST_P(FailingCalls, AreReportedAndLeaveTheOlderCheckpoints) {
  int points = 0, errors = 0;
  save(1);
  save(2);
  for (int at = 0;; ++at) {
    const auto before = files();
    ExitCode code = ExitCode::done;
    std::string message;
    std::vector<std::string> calls;
    {
      const SystemCalls faulty(Fault::fail, at, GetParam());
      try {
        save(3);
      } catch (const Error& error) {
        code = error.exit_code();
        message = error.what();
      }
      calls = SystemCalls::calls();
    }
    if (static_cast<int>(calls.size()) <= at) break;
    ++points;
    SCOPED_TRACE(calls[static_cast<std::size_t>(at)] + ", call " + std::to_string(at) + ": " +
                 message);
    const Size found = resumed_step();
    if (code == ExitCode::done) {
      EXPECT_EQ(found, 3);
      EXPECT_FALSE(is_needed(calls[static_cast<std::size_t>(at)])) << "and nothing was said";
    } else {
      ++errors;
      EXPECT_TRUE(code == ExitCode::cannot_create || code == ExitCode::input_output);
      EXPECT_TRUE(contains(message, std::strerror(GetParam())));
      EXPECT_TRUE(contains(message, folder().string()));
      for (const auto& [name, content] : before) {
        const auto now = files();
        EXPECT_TRUE(now.contains(name) && now.at(name) == content) << name;
      }
    }
    fs::remove_all(folder());
    save(1);
    save(2);
  }
  std::printf("%s at %d system calls of a save, %d of them errors; none lost a checkpoint\n",
              std::strerror(GetParam()), points, errors);
  EXPECT_GE(points, 20);
  EXPECT_GE(errors, 8);
}

INSTANTIATE_TEST_SUITE_P(Errors, FailingCalls, testing::Values(ENOSPC, EIO, EROFS, EDQUOT));

TEST_F(CheckpointFaults, WritesThatAreShortOrInterruptedAreFinished) {
  int short_writes = 0, interruptions = 0;
  for (const Fault fault : {Fault::half, Fault::fail_once}) {
    for (int at = 0;; ++at) {
      const Size step = at + 1;
      std::vector<std::string> calls;
      {
        const SystemCalls faulty(fault, at, EINTR);
        try {
          save(step);
        } catch (const Error&) {  // only transfers are begun again
        }
        calls = SystemCalls::calls();
      }
      if (static_cast<int>(calls.size()) <= at) break;
      if (calls[static_cast<std::size_t>(at)] != "pwrite") continue;
      ++(fault == Fault::half ? short_writes : interruptions);
      EXPECT_EQ(calls[static_cast<std::size_t>(at) + 1], "pwrite") << "the rest";
      EXPECT_EQ(resumed_step(), step);
    }
    fs::remove_all(folder());
  }
  EXPECT_GE(short_writes, 1);
  EXPECT_GE(interruptions, 1);
}

TEST_F(CheckpointFaults, ReadErrorsAreReportedAndNothingIsPassedOver) {
  save(1);
  save(2);
  int errors = 0;
  for (int at = 0;; ++at) {
    std::string message;
    std::vector<std::string> calls;
    {
      const SystemCalls faulty(Fault::fail, at, EIO);
      try {
        resumed_step();
      } catch (const InputOutputError& error) {
        message = error.what();
      } catch (const Error&) {
      }
      calls = SystemCalls::calls();
    }
    if (static_cast<int>(calls.size()) <= at) break;
    if (calls[static_cast<std::size_t>(at)] == "read") {
      ++errors;
      EXPECT_TRUE(contains(message, "checkpoint-0000000000000002.h5: cannot be read: "));
      EXPECT_TRUE(contains(message, std::strerror(EIO)));
    }
    EXPECT_EQ(resumed_step(), 2);
  }
  EXPECT_GE(errors, 2);
}

/// What makes a checkpoint survive a power cut cannot be seen after a kill: it is the order of
/// calls.
TEST_F(CheckpointFaults, ContentIsDurableBeforeTheNameAndTheNameBeforeOldOnesGo) {
  save(1);
  save(2);
  std::vector<std::string> calls;
  {
    const CheckpointFolder checkpoints(folder(), keep);
    const SystemCalls counted(Fault::none, 0);
    checkpoints.save(state_at<float>(3), small_terms());
    calls = SystemCalls::calls();
  }
  std::erase_if(calls,
                [](const std::string& call) { return !is_needed(call) && call != "unlink"; });
  EXPECT_EQ(calls, (std::vector<std::string>{"open", "pwrite", "fsync", "rename", "open", "fsync",
                                             "unlink"}));
}

}  // namespace
}  // namespace dtheta
