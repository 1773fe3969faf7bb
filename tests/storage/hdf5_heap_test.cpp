#include "dtheta/storage/hdf5_heap.hpp"

#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "file_bytes.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::hdf5 {
namespace {

using test::bytes_of;
using test::message_of;
using test::TemporaryFolder;
using test::write_file;

std::string object(std::uint64_t index, std::uint64_t size, const std::string& content) {
  const std::string padding((8 - content.size() % 8) % 8, '\0');
  return bytes_of(index, 2) + std::string(6, '\0') + bytes_of(size, 8) + content + padding;
}

std::string collection(const std::string& objects, std::uint64_t size) {
  return std::string("GCOL\1\0\0\0", 8) + bytes_of(size, 8) + objects;
}

HeapReference reference(std::uint64_t length, std::uint64_t address, std::uint64_t index) {
  const std::string bytes = bytes_of(length, 4) + bytes_of(address, 8) + bytes_of(index, 4);
  return HeapReference(std::as_bytes(std::span(bytes)).first<HeapReference::bytes>());
}

class Hdf5Heap : public testing::Test {
 protected:
  ~Hdf5Heap() override { ::close(descriptor_); }

  /// A heap whose one collection lies at address 8 of a file with a user block of 3 bytes.
  GlobalHeap heap(const std::string& content) {
    const std::string file = std::string(11, 'u') + content;
    write_file(folder_ / "heap", file);
    ::close(descriptor_);
    descriptor_ = ::open((folder_ / "heap").c_str(), O_RDONLY);
    return GlobalHeap(RawFile(descriptor_, 3, static_cast<Size>(file.size())));
  }
  static std::string complaint(GlobalHeap heap, const HeapReference& wanted) {
    return message_of<DataError>([&] { heap.text(wanted); });
  }

  TemporaryFolder folder_;
  int descriptor_ = -1;
};

const std::string objects =
    object(1, 5, "hello") + object(7, 8, "eight...") + object(2, 1, "x") + object(0, 0, "");
const std::string whole = collection(objects, 16 + objects.size());
constexpr const char* damaged = "refers to text that is damaged or missing";

TEST_F(Hdf5Heap, TextIsFoundByAddressAndIndex) {
  GlobalHeap texts = heap(whole);
  EXPECT_EQ(texts.text(reference(5, 8, 1)), "hello");
  EXPECT_EQ(texts.text(reference(8, 8, 7)), "eight...");
  EXPECT_EQ(texts.text(reference(1, 8, 2)), "x");
  EXPECT_EQ(texts.text(reference(4, 8, 1)), "hell");
  EXPECT_EQ(texts.text(reference(0, 0, 0)), "");
}

TEST_F(Hdf5Heap, DamagedReferencesAreTold) {
  for (const auto& wrong :
       {reference(6, 8, 1), reference(5, 8, 3), reference(5, 8, 0), reference(5, 16, 1),
        reference(5, 1'000, 1), reference(5, ~std::uint64_t{0}, 1), reference(5, 8, 0xffffffff)}) {
    EXPECT_EQ(complaint(heap(whole), wrong), damaged);
  }
}

TEST_F(Hdf5Heap, DamagedCollectionsAreTold) {
  const auto complaint_of = [&](const std::string& content) {
    return complaint(heap(content), reference(1, 8, 2));
  };
  EXPECT_EQ(complaint_of(collection(objects, 17 + objects.size())), damaged);
  EXPECT_EQ(complaint_of(collection(objects, ~std::uint64_t{0})), damaged);
  EXPECT_EQ(complaint_of(collection(objects, 0)), damaged);
  EXPECT_EQ(complaint_of(whole.substr(0, 15)), damaged);
  EXPECT_EQ(complaint_of("GCOM" + whole.substr(4)), damaged);
  for (const std::uint64_t size :
       {std::uint64_t{60}, ~std::uint64_t{0}, ~std::uint64_t{7}, ~std::uint64_t{15}}) {
    const std::string liar = object(1, size, "hello") + objects;
    EXPECT_EQ(complaint_of(collection(liar, 16 + liar.size())), damaged) << size;
  }
}

/// An honest file's collections do not overlap.
TEST_F(Hdf5Heap, NoMoreIsKeptThanTheFileHolds) {
  std::string file;
  constexpr int collections = 50;
  for (int i = 0; i < collections; ++i) {
    const std::size_t rest = static_cast<std::size_t>(collections - i) * 40;
    file += collection(object(1, 1, "x"), rest);
  }
  GlobalHeap texts = heap(file);
  int kept = 0;
  EXPECT_EQ(message_of<DataError>([&] {
              for (; kept < collections; ++kept) {
                texts.text(reference(1, 8 + 40 * static_cast<std::uint64_t>(kept), 1));
              }
            }),
            damaged);
  EXPECT_EQ(kept, 1);  // the first goes to the end of the file
}

TEST_F(Hdf5Heap, NoMoreTextIsGivenThanTheFileHolds) {
  GlobalHeap texts = heap(whole);
  EXPECT_EQ(message_of<DataError>([&] {
              for (int i = 0; i < 100; ++i) texts.text(reference(8, 8, 7));
            }),
            "claims more text than the file holds");
}

}  // namespace
}  // namespace dtheta::hdf5
