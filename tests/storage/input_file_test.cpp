#include "dtheta/storage/input_file.hpp"

#include <string>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "storage/gzip.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::gzip;
using test::message_of;
using test::TemporaryFolder;
using test::write_file;

std::string sample_text(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
  return text;
}

std::string as_text(const AlignedBuffer<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(bytes.size())};
}

TEST(InputFile, ReadsPlainAndGzipAlike) {
  const TemporaryFolder folder;
  const std::string text = sample_text((5U << 20) + 7);
  write_file(folder / "plain", text);
  write_file(folder / "packed", gzip(text));
  for (const char* name : {"plain", "packed"}) {
    InputFile file(folder / name);
    std::string first(10, ' ');
    EXPECT_EQ(file.read(std::as_writable_bytes(std::span(first))), 10U);
    EXPECT_EQ(first, text.substr(0, 10));
    EXPECT_EQ(as_text(file.read_up_to(3'000'001)), text.substr(10, 3'000'001));
    EXPECT_EQ(file.read_text(), text.substr(3'000'011));
    EXPECT_EQ(file.read_up_to(1).size(), 0);
  }
}

TEST(InputFile, ASizeThatIsNotThereCostsNoMemory) {
  const TemporaryFolder folder;
  write_file(folder / "a", "abc");
  EXPECT_EQ(as_text(InputFile(folder / "a").read_up_to(Size{1} << 62)), "abc");
}

TEST(InputFile, TruncatedGzipIsToldAtAnyLength) {
  const TemporaryFolder folder;
  const std::string packed = gzip(sample_text(30'000));
  for (std::size_t length = 20; length < packed.size(); length += 97) {
    write_file(folder / "a.gz", packed.substr(0, length));
    EXPECT_TRUE(contains(message_of<DataError>([&] { InputFile(folder / "a.gz").read_text(); }),
                         "a.gz: the compressed data ends early"))
        << length;
  }
}

TEST(InputFile, DamagedGzipIsTold) {
  const TemporaryFolder folder;
  std::string packed = gzip(sample_text(30'000));
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // the checksum
  write_file(folder / "a.gz", packed);
  EXPECT_TRUE(contains(message_of<DataError>([&] { InputFile(folder / "a.gz").read_text(); }),
                       "a.gz: the compressed data is damaged"));
}

TEST(InputFile, WhatCannotBeReadIsAnInputOutputError) {
  const TemporaryFolder folder;
  EXPECT_TRUE(contains(message_of<InputOutputError>([&] { InputFile(folder / "missing"); }),
                       "missing: cannot be opened: No such file"));
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([&] { InputFile(folder.path()); }), "is a folder"));
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([] { InputFile("/proc/self/mem").read_text(); }),
               "/proc/self/mem: reading failed: Input/output error"));
}

}  // namespace
}  // namespace dtheta
