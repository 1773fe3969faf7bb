#include "dtheta/storage/hdf5_object_header.hpp"

#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "file_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::hdf5 {
namespace {

using test::bytes_of;
using test::TemporaryFolder;
using test::write_file;

constexpr unsigned dataspace = 1;
constexpr unsigned layout = 8;
constexpr unsigned continuation = 16;

struct Message {
  unsigned type;
  std::string content;
  unsigned flags = 0;
};

std::string messages_1(const std::vector<Message>& messages) {
  std::string bytes;
  for (const auto& [type, content, flags] : messages) {
    const std::string padding((8 - content.size() % 8) % 8, '\0');
    bytes += bytes_of(type, 2) + bytes_of(content.size() + padding.size(), 2) + bytes_of(flags, 4) +
             content + padding;
  }
  return bytes;
}

std::string header_1(const std::vector<Message>& messages) {
  const std::string block = messages_1(messages);
  return bytes_of(1, 2) + bytes_of(messages.size(), 2) + bytes_of(1, 4) +
         bytes_of(block.size(), 4) + std::string(4, '\0') + block;
}

/// Messages as of version 2, the way the flags of their header ask for.
std::string messages_2(const std::vector<Message>& messages, unsigned header_flags) {
  std::string bytes;
  for (const auto& [type, content, flags] : messages) {
    bytes += bytes_of(type, 1) + bytes_of(content.size(), 2) + bytes_of(flags, 1);
    if (header_flags & 4) bytes += "nr";
    bytes += content;
  }
  return bytes;
}

std::string header_2(const std::vector<Message>& messages, unsigned flags) {
  const std::string block = messages_2(messages, flags);
  return "OHDR\2" + bytes_of(flags, 1) + std::string(flags & 0x20 ? 16 : 0, 't') +
         std::string(flags & 0x10 ? 4 : 0, 'p') + bytes_of(block.size(), 1 << (flags & 3)) + block +
         "sum.";
}

Message shape(unsigned axes) { return {dataspace, bytes_of(2, 1) + bytes_of(axes, 1) + "..."}; }

/// A layout message of that version with chunks of these extents; the last is an element's size.
Message chunks(unsigned version, const std::vector<std::uint64_t>& extents, int width = 4) {
  const std::string count = bytes_of(extents.size(), 1);
  const std::string address(8, 'a');
  std::string content = bytes_of(version, 1);
  if (version < 3) content += count + "\2....." + address;
  if (version == 3) content += "\2" + count + address;
  if (version == 4) content += "\2f" + count + bytes_of(static_cast<unsigned>(width), 1);
  for (const std::uint64_t extent : extents) content += bytes_of(extent, width);
  return {layout, content};
}

Message continued(std::uint64_t address, std::uint64_t size) {
  return {continuation, bytes_of(address, 8) + bytes_of(size, 8)};
}

class ObjectHeader : public testing::Test {
 protected:
  /// What is said of the header at address 8 of a file with a user block of 3 bytes.
  std::string complaint(const std::string& header) {
    const std::string content = std::string(11, 'u') + header;
    write_file(folder_ / "f", content);
    const int descriptor = ::open((folder_ / "f").c_str(), O_RDONLY);
    const auto reason = unsafe_header(RawFile(descriptor, 3, static_cast<Size>(content.size())), 8);
    ::close(descriptor);
    return reason.value_or("safe");
  }

  TemporaryFolder folder_;
};

constexpr const char* damaged = "has a damaged header";
constexpr const char* extent_0 = "has damaged chunks: one of their extents is 0";

TEST_F(ObjectHeader, SoundOnesAreSafe) {
  const std::vector<std::vector<Message>> objects{
      {},
      {shape(3), {layout, "\3\1" + std::string(16, 'c')}},  // in one piece
      {chunks(1, {7, 5, 4}), shape(2)},
      {shape(2), chunks(2, {7, 5, 4})},
      {shape(2), {0, "null"}, chunks(3, {7, 5, 4})},
      {shape(1), chunks(4, {300, 4}, 2)},
      {shape(1), chunks(4, {0xffffffff, 4}, 8)}};
  for (const auto& messages : objects) {
    EXPECT_EQ(complaint(header_1(messages)), "safe");
    for (const unsigned flags : {0x00U, 0x04U, 0x11U, 0x22U, 0x37U}) {
      EXPECT_EQ(complaint(header_2(messages, flags)), "safe") << flags;
    }
  }
}

TEST_F(ObjectHeader, Extents0AreFoundInEveryVersion) {
  for (const unsigned version : {1U, 2U, 3U, 4U}) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<std::uint64_t> extents{7, 5, 4};
      extents[axis] = 0;
      const std::vector<Message> messages{shape(2), chunks(version, extents)};
      EXPECT_EQ(complaint(header_1(messages)), extent_0) << version;
      EXPECT_EQ(complaint(header_2(messages, 0x26)), extent_0) << version;
    }
  }
  EXPECT_EQ(complaint(header_1({shape(1), chunks(4, {std::uint64_t{1} << 32, 4}, 8)})),
            "has damaged chunks: one of their extents is 4294967296");
}

TEST_F(ObjectHeader, Extents0AreFoundInContinuations) {
  const std::vector<Message> rest{{0, "null"}, chunks(3, {0, 4})};
  const std::string block_1 = messages_1(rest);
  const std::string head_1 = header_1({shape(1), continued(0, 0)});
  const std::string start_1 = header_1({shape(1), continued(8 + head_1.size(), block_1.size())});
  EXPECT_EQ(complaint(start_1 + block_1), extent_0);
  EXPECT_EQ(complaint(start_1 + block_1.substr(1)), damaged);

  const std::string block_2 = "OCHK" + messages_2(rest, 4) + "gap" + "sum.";
  const std::string head_2 = header_2({shape(1), continued(0, 0)}, 4);
  const std::string start_2 = header_2({shape(1), continued(8 + head_2.size(), block_2.size())}, 4);
  EXPECT_EQ(complaint(start_2 + block_2), extent_0);
  EXPECT_EQ(complaint(start_2 + "X" + block_2.substr(1)), damaged);
}

TEST_F(ObjectHeader, ContinuationsInACircleEnd) {
  constexpr std::size_t prefix = 16;
  constexpr std::size_t message = 24;
  EXPECT_EQ(complaint(header_1({continued(8 + prefix, message)})), damaged);
}

TEST_F(ObjectHeader, ChunksThatDoNotFitTheShapeAreTold) {
  EXPECT_EQ(complaint(header_1({shape(3), chunks(3, {7, 5, 4})})), damaged);
  EXPECT_EQ(complaint(header_1({shape(2), chunks(3, {7, 5, 4}), shape(3)})), damaged);
  EXPECT_EQ(complaint(header_1({shape(2), chunks(3, {7, 5, 4}), chunks(3, {7, 4})})), damaged);
  EXPECT_EQ(complaint(header_1({shape(0), chunks(3, {})})), damaged);
  EXPECT_EQ(complaint(header_1({{dataspace, "shared", 2}, chunks(3, {7, 5, 4})})),
            "keeps its shape outside of its header; wanted inside");
  EXPECT_EQ(complaint(header_1({shape(1), chunks(4, {7, 4}, 0)})), damaged);
  EXPECT_EQ(complaint(header_1({shape(1), chunks(4, {7, 4}, 9)})), damaged);
}

TEST_F(ObjectHeader, WhatIsCutOffOrNoHeaderIsTold) {
  const std::vector<Message> messages{shape(2), chunks(3, {7, 5, 4})};
  for (const std::string& whole : {header_1(messages), header_2(messages, 0x37)}) {
    const std::size_t checked = whole.size() - (whole.front() == 'O' ? 4 : 0);
    for (std::size_t length = 0; length < checked; ++length) {
      EXPECT_EQ(complaint(whole.substr(0, length)), damaged) << length;
    }
  }
  EXPECT_EQ(complaint("\2" + header_1(messages).substr(1)), damaged);
  EXPECT_EQ(complaint(header_1({{layout, ""}})), damaged);
}

}  // namespace
}  // namespace dtheta::hdf5
