/// SHA-256 (FIPS 180-4).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dtheta {

/// SHA-256 of what is added, in order. One thread at a time.
class Sha256 {
 public:
  /// Throws RuntimeUnusable, as the other functions do, when OpenSSL cannot.
  Sha256();

  void add(std::span<const std::byte> bytes);
  /// 64 hexadecimal digits. Once, at the end.
  std::string hexadecimal();

 private:
  struct Free {
    void operator()(void* context) const;  // keeps OpenSSL out of this header
  };
  std::unique_ptr<void, Free> context_;
};

}  // namespace dtheta
