#include "dtheta/storage/data_digest.hpp"

#include <bit>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "dtheta/data/sample_runs.hpp"
#include "dtheta/storage/sha256.hpp"

namespace dtheta {

static_assert(std::endian::native == std::endian::little, "the digest is over little-endian bytes");

namespace {

void add_samples(Sha256& digest, const Dataset& data) {
  if (data.is_in_memory()) return digest.add(data.x());
  const std::vector<Size> samples = all_samples(data);
  SampleRuns runs(data, samples);
  for (SampleBatch run = runs.next(); !run.empty(); run = runs.next()) {
    for (const std::byte* const row : run.rows) {
      digest.add({row, static_cast<std::size_t>(data.sample_bytes())});
    }
  }
}

}  // namespace

std::string data_sha256(const Dataset& data) {
  const std::string header =
      fmt::format("{} {} x {}, {} classes, {} values\n", data.size(), data.sample_shape().text(),
                  element_name(data.type()), data.classes(), data.values_per_sample());
  Sha256 digest;
  digest.add(std::as_bytes(std::span(header)));
  add_samples(digest, data);
  digest.add(std::as_bytes(data.labels()));
  digest.add(std::as_bytes(data.values()));
  digest.add(std::as_bytes(data.weights()));
  return digest.hexadecimal();
}

}  // namespace dtheta
