#include <bit>

#include "dtheta/storage/model_file.hpp"
#include "dtheta/storage/sha256.hpp"

namespace dtheta {

static_assert(std::endian::native == std::endian::little, "the digest is over little-endian bytes");

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
