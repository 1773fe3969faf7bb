/// What the fuzz targets share: the function that each defines, and a fuzzer's bytes as a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace dtheta::fuzz {

/// A file in memory that holds the bytes. Removed in the end.
class InputBytes {
 public:
  InputBytes(const std::uint8_t* bytes, std::size_t size)
      : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ::write(descriptor_, bytes, size) != static_cast<ssize_t>(size)) {
      std::abort();
    }
  }
  ~InputBytes() { ::close(descriptor_); }
  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace dtheta::fuzz

/// What a target is for its driver: libFuzzer or run_seeds.cpp. It returns 0 and lets nothing but
/// faults of ours out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
