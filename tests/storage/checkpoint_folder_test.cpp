#include "dtheta/storage/checkpoint_folder.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/checkpoint_cases.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::message_of;
using test::read_file;
using test::same_state;
using test::small_terms;
using test::state_at;
using test::TemporaryFolder;
using test::write_file;
using Names = std::set<std::string>;

constexpr const char* first = "checkpoint-0000000000000001.h5";
constexpr const char* second = "checkpoint-0000000000000002.h5";
constexpr const char* third = "checkpoint-0000000000000003.h5";

class Generations : public testing::Test {
 protected:
  fs::path folder() const { return temporary_ / "a/b"; }
  Names names() const {
    Names found;
    for (const auto& entry : fs::directory_iterator(folder())) {
      found.insert(entry.path().filename().string());
    }
    return found;
  }
  void save(Size keep, std::initializer_list<Size> steps) const {
    const CheckpointFolder checkpoints(folder(), keep);
    for (const Size step : steps) checkpoints.save(state_at<float>(step), small_terms());
  }
  /// The step of the newest good checkpoint, −1 when there is none, and what is reported.
  std::pair<Size, std::string> newest() const {
    std::string reports;
    const auto checkpoint =
        CheckpointFolder(folder(), 3).load_newest<float>([&](const std::string& report) {
          reports += report + "\n";
        });
    return {checkpoint ? checkpoint->state.step : -1, reports};
  }
  void damage(const std::string& name) const {
    const std::string whole = read_file(folder() / name);
    write_file(folder() / name, std::string_view(whole).substr(0, whole.size() - 1));
  }

  TemporaryFolder temporary_;
};

TEST_F(Generations, TheLastOnesAreKept) {
  const CheckpointFolder checkpoints(folder(), 2);
  EXPECT_EQ(checkpoints.newest(), std::nullopt);
  EXPECT_FALSE(checkpoints.load_newest<float>([](const std::string&) {}).has_value());
  for (const Size step : {1, 2, 3}) {
    checkpoints.save(state_at<float>(step), small_terms());
    EXPECT_EQ(checkpoints.load_newest<float>([](const std::string&) {})->state.step, step);
  }
  EXPECT_EQ(names(), (Names{second, third}));
  EXPECT_EQ(checkpoints.newest(), folder() / third);
  checkpoints.save(state_at<float>(12'345'678'901), small_terms());
  EXPECT_EQ(names(), (Names{third, "checkpoint-0000012345678901.h5"}));
}

TEST_F(Generations, OfAnotherKindAreLeftAlone) {
  fs::create_directories(folder());
  const Names others{"checkpoint-1.h5", "checkpoint-000000000000000x.h5", "model.h5",
                     "checkpoint-0000000000000001.h5.damaged", ".dtheta-notes"};
  for (const std::string& name : others) write_file(folder() / name, "x");
  save(1, {1, 2});
  Names wanted = others;
  wanted.insert(second);
  EXPECT_EQ(names(), wanted);
}

TEST_F(Generations, DamagedOnesAreSetAsideAndTheOneBeforeIsUsed) {
  save(3, {1, 2, 3});
  damage(third);
  damage(second);
  const auto [step, reports] = newest();
  EXPECT_EQ(step, 1);
  EXPECT_TRUE(contains(reports, std::string(third) + ": has "));
  EXPECT_TRUE(contains(
      reports, std::string("it is kept as ") + third + ".damaged, and " + first + " is used"));
  EXPECT_TRUE(contains(reports, std::string(second) + ": has "));
  EXPECT_EQ(names(),
            (Names{first, std::string(second) + ".damaged", std::string(third) + ".damaged"}));
  EXPECT_EQ(newest(), (std::pair<Size, std::string>{1, ""}));
  save(1, {2});  // the only good one is not given up for a damaged newer one
  EXPECT_EQ(newest().first, 2);
}

TEST_F(Generations, DamagedWithoutExceptionAreAnError) {
  save(3, {1, 2});
  damage(first);
  damage(second);
  EXPECT_TRUE(contains(message_of<DataError>([&] { newest(); }), "no other checkpoint in "));
  EXPECT_EQ(names(), (Names{first, second}));
}

TEST_F(Generations, AnUnreadableOneIsAnErrorAndNotPassedOver) {
  save(3, {1});
  fs::create_directory(folder() / second);
  EXPECT_TRUE(contains(message_of<InputOutputError>([&] { newest(); }), second));
}

TEST_F(Generations, TheFolderBelongsToOneTraining) {
  const CheckpointFolder checkpoints(folder(), 2);
  EXPECT_TRUE(contains(message_of<CannotCreate>([&] { CheckpointFolder(folder(), 2); }),
                       "another training writes its checkpoints there"));
}

TEST_F(Generations, AFolderThatCannotBeIsFoundAtOnce) {
  write_file(temporary_ / "file", "x");
  const auto message = [](const fs::path& path) {
    return message_of<CannotCreate>([&] { CheckpointFolder(path, 2); });
  };
  EXPECT_TRUE(contains(message(temporary_ / "file"), "file: the folder for checkpoints"));
  EXPECT_TRUE(contains(message(temporary_ / "file/a"), "Not a directory"));
  EXPECT_TRUE(contains(message("/proc/self"), "no file can be created in the folder '/proc/self'"));
}

TEST_F(Generations, WhatKilledWritersLeftIsRemovedButNotWhatIsBeingWritten) {
  fs::create_directories(folder());
  write_file(folder() / ".dtheta-0123456789abcdef.tmp", "x");
  write_file(folder() / ".dtheta-0123456789abcdee.tmp", "x");
  const int in_use = ::open((folder() / ".dtheta-0123456789abcdee.tmp").c_str(), O_RDWR);
  ASSERT_EQ(::flock(in_use, LOCK_EX), 0);
  save(1, {1});
  EXPECT_EQ(names(), (Names{".dtheta-0123456789abcdee.tmp", first}));
  ::close(in_use);
}

}  // namespace
}  // namespace dtheta
