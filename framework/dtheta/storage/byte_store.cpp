#include "dtheta/storage/byte_store.hpp"

#include <algorithm>

namespace dtheta {

void MemoryImage::write(Size offset, std::span<const std::byte> content) {
  const auto first = static_cast<std::size_t>(offset);
  if (first + content.size() > bytes_.size()) bytes_.resize(first + content.size());
  std::ranges::copy(content, bytes_.begin() + static_cast<std::ptrdiff_t>(first));
}

void MemoryImage::read(Size offset, std::span<std::byte> content) const {
  const std::size_t first = std::min(static_cast<std::size_t>(offset), bytes_.size());
  const std::size_t count = std::min(content.size(), bytes_.size() - first);
  std::ranges::copy(std::span(bytes_).subspan(first, count), content.begin());
  std::ranges::fill(content.subspan(count), std::byte{0});
}

}  // namespace dtheta
