#include "dtheta/storage/hdf5_heap.hpp"

#include <string_view>

#include "dtheta/core/error.hpp"

namespace dtheta::hdf5 {
namespace {

constexpr std::size_t header = 16;  // of a collection as of an object in it
constexpr std::string_view signature{"GCOL\1", 5};

[[noreturn]] void damaged() { throw DataError("refers to text that is damaged or missing"); }

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  return little_endian(bytes.substr(at, width));
}

std::string_view characters(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

HeapReference::HeapReference(std::span<const std::byte, bytes> disk)
    : length(static_cast<std::uint32_t>(number(characters(disk), 0, 4))),
      address(number(characters(disk), 4, 8)),
      index(static_cast<std::uint32_t>(number(characters(disk), 12, 4))) {}

const std::string& GlobalHeap::collection(std::uint64_t address) {
  const auto known = collections_.find(address);
  if (known != collections_.end()) return known->second;
  const auto start = file_.read(address, header);
  if (!start || !start->starts_with(signature)) damaged();
  const std::uint64_t size = number(*start, 8, 8);
  // Collections of an honest file lie beside one another.
  if (size > static_cast<std::uint64_t>(file_.size()) - held_) damaged();
  auto whole = file_.read(address, size);
  if (!whole || size < header) damaged();
  held_ += size;
  return collections_.emplace(address, *std::move(whole)).first->second;
}

std::string GlobalHeap::text(const HeapReference& reference) {
  text_taken_ += reference.length;
  if (text_taken_ > file_.size()) throw DataError("claims more text than the file holds");
  if (reference.length == 0) return {};
  const std::string& objects = collection(reference.address);
  std::size_t at = header;
  while (objects.size() - at >= header) {
    const std::uint64_t index = number(objects, at, 2);
    const std::uint64_t size = number(objects, at + 8, 8);
    if (index == 0 || size > objects.size() - at - header) break;  // 0: the free space at the end
    if (index == reference.index) {
      if (reference.length > size) break;
      return objects.substr(at + header, reference.length);
    }
    const std::uint64_t padded = (size + 7) / 8 * 8;
    at += header + static_cast<std::size_t>(padded);
    if (at > objects.size()) break;
  }
  damaged();
}

}  // namespace dtheta::hdf5
