#include "dtheta/storage/atomic_file.hpp"

#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::FileSizeLimit;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

int entries(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

unsigned mode_of(const fs::path& path) {
  struct ::stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(AtomicFile, CreatesAndReplaces) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", bytes("first"));
  EXPECT_EQ(read_file(folder / "a"), "first");
  write_atomically(folder / "a", bytes("2"));
  EXPECT_EQ(read_file(folder / "a"), "2");
  EXPECT_EQ(entries(folder.path()), 1) << "temporary files were left";
}

TEST(AtomicFile, OldContentStaysUntilCommit) {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    file.write(0, bytes("new"));
    EXPECT_EQ(read_file(folder / "a"), "old");
    EXPECT_EQ(entries(folder.path()), 2) << "the temporary file belongs into the same folder";
  }
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_EQ(entries(folder.path()), 1) << "a file that was not committed must be removed";
}

TEST(AtomicFile, WritesAndReadsAnywhere) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  file.write(3, bytes("def"));
  file.write(1, bytes("b"));
  std::string back(8, '?');
  file.read(0, std::as_writable_bytes(std::span(back)));
  EXPECT_EQ(back, std::string("\0b\0def\0\0", 8));
  file.commit();
  EXPECT_EQ(read_file(folder / "a"), std::string("\0b\0def", 6));
}

TEST(AtomicFile, NewFilesHonourTheUmaskOldOnesKeepTheirMode) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write_atomically(folder / "a", bytes("x"));
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "a"), 0640U);
  ASSERT_EQ(::chmod((folder / "a").c_str(), 0604), 0);
  write_atomically(folder / "a", bytes("y"));
  EXPECT_EQ(mode_of(folder / "a"), 0604U);
}

TEST(AtomicFile, SymbolicLinksStayAndTheirTargetsAreReplaced) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "elsewhere");
  write_file(folder / "elsewhere/target", "old");
  fs::create_symlink("elsewhere/target", folder / "link");
  fs::create_symlink("elsewhere/new", folder / "dangling");
  write_atomically(folder / "link", bytes("new"));
  write_atomically(folder / "dangling", bytes("born"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "elsewhere/target"), "new");
  EXPECT_EQ(read_file(folder / "elsewhere/new"), "born");
  EXPECT_EQ(entries(folder / "elsewhere"), 2);
}

TEST(AtomicFile, NamesAsLongAsNamesGo) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  write_atomically(folder / name, bytes("x"));
  EXPECT_EQ(read_file(folder / name), "x");
  EXPECT_THROW(write_atomically(folder / (name + "n"), bytes("x")), CannotCreate);
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(AtomicFile, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "d");
  fs::create_symlink("loop", folder / "loop");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  const auto message = [](const fs::path& path) {
    return message_of<CannotCreate>([&] { check_can_create(path); });
  };
  EXPECT_TRUE(contains(message(folder / "d"), "is a folder"));
  EXPECT_TRUE(contains(message(folder / "d/"), "names no file"));
  EXPECT_TRUE(contains(message(folder / "fifo"), "not a regular file"));
  EXPECT_TRUE(contains(message("/dev/full"), "not a regular file"));
  EXPECT_TRUE(contains(message(folder / "missing/a"), "No such file or directory"));
  EXPECT_TRUE(contains(message("/proc/a"), "in the folder '/proc'"));
  EXPECT_TRUE(contains(message(folder / "loop"), "Too many levels of symbolic links"));
  EXPECT_TRUE(contains(message(""), "names no file"));
  EXPECT_EQ(entries(folder.path()), 3);
}

TEST(AtomicFile, CheckLeavesNothingAndDestroysNothing) {
  const TemporaryFolder folder;
  check_can_create(folder / "a");
  EXPECT_EQ(entries(folder.path()), 0);
  write_file(folder / "a", "old");
  check_can_create(folder / "a");
  EXPECT_EQ(read_file(folder / "a"), "old");
}

TEST(AtomicFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  const std::string big(100'000, 'b');
  {
    const FileSizeLimit limit(65'536);
    EXPECT_TRUE(
        contains(message_of<InputOutputError>([&] { write_atomically(folder / "a", bytes(big)); }),
                 "writing failed"));
  }
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_EQ(entries(folder.path()), 1);
}

}  // namespace
}  // namespace dtheta
