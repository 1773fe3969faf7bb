#include "dtheta/storage/sha256.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

EVP_MD_CTX* context_of(const auto& owner) { return static_cast<EVP_MD_CTX*>(owner.get()); }

void require(int done) {
  if (done != 1) throw RuntimeUnusable("OpenSSL cannot compute SHA-256");
}

}  // namespace

void Sha256::Free::operator()(void* context) const {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(EVP_DigestInit_ex(context_of(context_), EVP_sha256(), nullptr));
}

void Sha256::add(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(context_of(context_), bytes.data(), bytes.size()));
}

std::string Sha256::hexadecimal() {
  std::array<unsigned char, 32> digest{};
  require(EVP_DigestFinal_ex(context_of(context_), digest.data(), nullptr));
  std::string text;
  for (const unsigned byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace dtheta
