#include "hostile_files.hpp"

#include <cstdio>
#include <exception>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/checkpoint_file.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_contents.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta::test {
namespace {

constexpr int went_wrong = 70;     // another exception than an Error, such as of too much memory
constexpr unsigned patience = 20;  // seconds

void read(const std::filesystem::path& path, FileKind kind) {
  switch (kind) {
    case FileKind::dataset:
      read_dataset(path);
      break;
    case FileKind::model:
      load_model<float>(path);
      break;
    case FileKind::checkpoint:
      load_checkpoint<float>(path);
  }
}

/// Runs read() and gives what the command line would end with.
int exit_code_of(const std::function<void()>& read) {
  try {
    read();
    return 0;
  } catch (const Error& error) {
    return static_cast<int>(error.exit_code());
  } catch (const std::exception&) {
    return went_wrong;
  }
}

/// In the child: reads the file in every way there is; never returns.
[[noreturn]] void read_and_exit(const std::filesystem::path& path, FileKind kind) {
  ::alarm(patience);
  if (exit_code_of([&] { hdf5_contents(path); }) == went_wrong) ::_exit(went_wrong);
  if (exit_code_of([&] { is_model_file(path); }) == went_wrong) ::_exit(went_wrong);
  ::_exit(exit_code_of([&] { read(path, kind); }));
}

/// How reading one file ended.
struct Ending {
  int status = 0;           ///< as waitpid tells it
  long peak_kilobytes = 0;  ///< of memory
};

Ending read_in_child(const std::filesystem::path& path, FileKind kind) {
  const pid_t child = ::fork();
  if (child == 0) read_and_exit(path, kind);
  Ending ending;
  struct ::rusage usage {};
  ::wait4(child, &ending.status, 0, &usage);
  ending.peak_kilobytes = usage.ru_maxrss;
  return ending;
}

/// Reads each file in a child and counts.
class Judge {
 public:
  void operator()(const HostileFile& file) {
    constexpr long most_kilobytes = 512 << 10;
    write_file(folder_ / "hostile.h5", file.bytes);
    const Ending ending = read_in_child(folder_ / "hostile.h5", file.kind);
    ++files_;
    EXPECT_LT(ending.peak_kilobytes, most_kilobytes) << file.name;
    if (!WIFEXITED(ending.status)) {
      ADD_FAILURE() << file.name << ": ended by signal " << WTERMSIG(ending.status);
      return;
    }
    const int code = WEXITSTATUS(ending.status);
    const bool is_refused = code == 65 || code == 74;
    refused_ += is_refused;
    EXPECT_TRUE(is_refused || (code == 0 && !file.must_fail))
        << file.name << ": exit code " << code;
  }

  int refused() const { return refused_; }

  /// Prints how many files there were.
  void print(const char* what) const {
    std::printf("%d %s files: %d refused, %d still readable\n", files_, what, refused_,
                files_ - refused_);
  }

 private:
  TemporaryFolder folder_;
  int files_ = 0;
  int refused_ = 0;
};

TEST(HostileFiles, MisleadingOnesAreRefused) {
  Judge judge;
  visit_misleading_files(std::ref(judge));
  judge.print("misleading");
  EXPECT_GT(judge.refused(), 300);
}

TEST(HostileFiles, TruncatedOnesAreRefused) {
  Judge judge;
  visit_truncated_files(std::ref(judge));
  judge.print("truncated");
  EXPECT_GT(judge.refused(), 100);
}

TEST(HostileFiles, FlippedBitsEndNoProcess) {
  Judge judge;
  visit_flipped_files(100, std::ref(judge));
  judge.print("altered");
  EXPECT_GT(judge.refused(), 100);
}

}  // namespace
}  // namespace dtheta::test
