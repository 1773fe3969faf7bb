#include "dtheta/storage/hdf5_raw.hpp"

#include <hdf5.h>
#include <unistd.h>

namespace dtheta::hdf5 {

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t result = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    result = result << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return result;
}

RawFile::RawFile(const Handle& file, int descriptor, Size size)
    : descriptor_(descriptor), size_(size) {
  const Quiet quiet;
  const Handle creation(H5Fget_create_plist(file.get()));
  H5Pget_sizes(creation.get(), &address_bytes_, &length_bytes_);
  hsize_t base = 0;
  H5Pget_userblock(creation.get(), &base);
  base_ = static_cast<Size>(base);
}

std::optional<std::string> RawFile::read(std::uint64_t address, std::uint64_t count) const {
  if (base_ < 0 || base_ > size_) return std::nullopt;
  const auto space = static_cast<std::uint64_t>(size_ - base_);
  if (address > space || count > space - address) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(count), '\0');
  const Size offset = base_ + static_cast<Size>(address);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto got = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                             offset + static_cast<Size>(done));
    if (got <= 0) return std::nullopt;
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace dtheta::hdf5
