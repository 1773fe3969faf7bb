#include <array>
#include <bit>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta {
namespace {

static_assert(std::endian::native == std::endian::little, "the digest is over little-endian bytes");

/// SHA-256 of what is added, in order.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
  }
  void add(std::span<const std::byte> bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  std::string hexadecimal() {
    std::array<unsigned char, 32> digest{};
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
    std::string text;
    for (const unsigned byte : digest) text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  static void require(int done) {
    if (done != 1) throw RuntimeUnusable("OpenSSL cannot compute SHA-256");
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

template <std::floating_point T>
std::string theta_sha256(const Model<T>& model) {
  Sha256 digest;
  for (std::size_t p = 0; p < model.network->parameters().size(); ++p) {
    digest.add(std::as_bytes(model.network->parameter(model.theta.span(), p).span()));
  }
  return digest.hexadecimal();
}

template std::string theta_sha256(const Model<float>&);
template std::string theta_sha256(const Model<double>&);

}  // namespace dtheta
