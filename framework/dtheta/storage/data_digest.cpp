#include "dtheta/storage/data_digest.hpp"

#include <bit>
#include <span>

#include <fmt/format.h>

#include "dtheta/storage/sha256.hpp"

namespace dtheta {

static_assert(std::endian::native == std::endian::little, "the digest is over little-endian bytes");

std::string data_sha256(const Dataset& data) {
  const std::string header =
      fmt::format("{} {} x {}, {} classes, {} values\n", data.size(), data.sample_shape().text(),
                  element_name(data.type()), data.classes(), data.values_per_sample());
  Sha256 digest;
  digest.add(std::as_bytes(std::span(header)));
  digest.add(data.x());
  digest.add(std::as_bytes(data.labels()));
  digest.add(std::as_bytes(data.values()));
  return digest.hexadecimal();
}

}  // namespace dtheta
