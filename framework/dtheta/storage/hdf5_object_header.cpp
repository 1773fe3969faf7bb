#include "dtheta/storage/hdf5_object_header.hpp"

#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "dtheta/core/error.hpp"

namespace dtheta::hdf5 {
namespace {

[[noreturn]] void damaged() { throw DataError("has a damaged header"); }

/// Takes bytes off the front of what it was made of.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : left_(bytes) {}

  std::size_t left() const { return left_.size(); }
  std::string_view take(std::uint64_t count) {
    if (count > left_.size()) damaged();
    const std::string_view taken = left_.substr(0, static_cast<std::size_t>(count));
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::uint64_t number(std::size_t width) { return little_endian(take(width)); }

 private:
  std::string_view left_;
};

/// The numbers of dataset axes that a message speaks of; none when the message is of another kind.
using Axes = std::optional<std::uint64_t>;

/// The chunks' axes of a layout message, whose extents are checked.
Axes chunk_axes(Cursor layout, const RawFile& file) {
  constexpr std::uint64_t chunked = 2;
  const std::uint64_t version = layout.number(1);
  if (version < 1 || version > 4) return std::nullopt;  // HDF5 refuses it
  std::uint64_t count = version < 3 ? layout.number(1) : 0;
  if (layout.number(1) != chunked) return std::nullopt;
  if (version < 3) layout.take(5);
  if (version == 4) layout.take(1);
  if (version >= 3) count = layout.number(1);
  const std::uint64_t width = version == 4 ? layout.number(1) : 4;
  if (version != 4) layout.take(file.address_bytes());
  if (count == 0 || width == 0 || width > 8) damaged();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t extent = layout.number(static_cast<std::size_t>(width));
    // HDF5 keeps 32 bits of it.
    if (extent == 0 || extent > std::numeric_limits<std::uint32_t>::max()) {
      throw DataError("has damaged chunks: one of their extents is " + std::to_string(extent));
    }
  }
  return count - 1;  // the last is the size of an element
}

/// Goes through the messages of a header: first its own, then those of the blocks it continues in.
class Header {
 public:
  explicit Header(const RawFile& file) : file_(file) {}

  /// Throws DataError when the object must not be opened.
  void check(std::uint64_t address) {
    check_messages(first_block(address));
    for (std::size_t i = 0; i < continuations_.size(); ++i) {
      const auto [start, size] = continuations_[i];
      if (!visited_.insert(start).second) damaged();
      const std::string block = read(start, size);
      check_messages(is_version_2_ ? inside(block, "OCHK") : block);
    }
    if (chunks_ && !shape_) throw DataError("keeps its shape outside of its header; wanted inside");
    if (chunks_ && chunks_ != shape_) damaged();
  }

 private:
  struct Block {
    std::uint64_t address;
    std::uint64_t size;
  };

  std::string read(std::uint64_t address, std::uint64_t count) {
    constexpr std::uint64_t most = 64 << 20;
    if (count > most - taken_) damaged();
    taken_ += count;
    auto bytes = file_.read(address, count);
    if (!bytes) damaged();
    return *std::move(bytes);
  }

  /// The messages between a version 2 block's signature and its checksum, which HDF5 verifies.
  static std::string inside(const std::string& block, std::string_view signature) {
    constexpr std::size_t checksum = 4;
    if (!block.starts_with(signature) || block.size() < signature.size() + checksum) damaged();
    return block.substr(signature.size(), block.size() - signature.size() - checksum);
  }

  std::string first_block(std::uint64_t address) {
    constexpr std::size_t prefix_1 = 16;
    if (const std::string start = read(address, 4); start != "OHDR") {
      if (start.front() != 1) damaged();
      return read(address + prefix_1, little_endian(read(address + 8, 4)));
    }
    is_version_2_ = true;
    const std::uint64_t flags = little_endian(read(address + 5, 1));
    const std::uint64_t at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const std::uint64_t width = std::uint64_t{1} << (flags & 3);
    has_order_ = (flags & 0x04) != 0;
    return read(at + width, little_endian(read(at, width)));
  }

  void check_messages(const std::string& block) {
    const std::size_t head = is_version_2_ ? (has_order_ ? 6 : 4) : 8;
    Cursor rest(block);
    while (rest.left() >= head) {
      Cursor message(rest.take(head));
      const std::uint64_t type = message.number(is_version_2_ ? 1 : 2);
      const std::uint64_t size = message.number(2);
      const std::uint64_t flags = message.number(1);
      check_message(type, flags, Cursor(rest.take(size)));
    }
  }

  void check_message(std::uint64_t type, std::uint64_t flags, Cursor content) {
    constexpr std::uint64_t dataspace = 1, layout = 8, continuation = 16;
    constexpr std::uint64_t is_elsewhere = 2;
    if (type == dataspace && (flags & is_elsewhere) == 0) {
      content.take(1);
      note(shape_, content.number(1));
    } else if (type == layout) {
      if (const Axes axes = chunk_axes(content, file_)) note(chunks_, *axes);
    } else if (type == continuation) {
      const std::uint64_t address = content.number(file_.address_bytes());
      continuations_.push_back({address, content.number(file_.length_bytes())});
    }
  }

  /// Which one HDF5 would take of two that differ is better not found out.
  static void note(Axes& axes, std::uint64_t count) {
    if (axes && axes != count) damaged();
    axes = count;
  }

  const RawFile& file_;
  bool is_version_2_ = false;
  bool has_order_ = false;  ///< messages carry the order of their creation
  Axes shape_;
  Axes chunks_;
  std::vector<Block> continuations_;
  std::set<std::uint64_t> visited_;  ///< continuations may go in a circle
  std::uint64_t taken_ = 0;
};

}  // namespace

std::optional<std::string> unsafe_header(const RawFile& file, std::uint64_t address) {
  try {
    Header(file).check(address);
    return std::nullopt;
  } catch (const DataError& error) {
    return error.what();
  }
}

}  // namespace dtheta::hdf5
