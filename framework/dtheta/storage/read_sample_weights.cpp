#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {

std::vector<double> read_sample_weights(const std::filesystem::path& path, const std::string& place,
                                        Size samples, const std::optional<Sandbox>& sandbox) {
  const hdf5::Reader file(path, sandbox);
  if (file.holds_texts(place)) file.fail(place, "holds texts; wanted a weight for each sample");
  const hdf5::OpenArray array = file.open(place);
  const Shape& shape = array.info.shape;
  const bool is_one_each =
      shape.size() == samples &&
      (shape.rank() == 1 || (shape.rank() == 2 && (shape[0] == 1 || shape[1] == 1)));
  if (!is_one_each) {
    file.fail(place, fmt::format("has the shape {}; wanted a weight for each of {} samples",
                                 shape.text(), with_separators(samples)));
  }
  std::vector<double> weights(static_cast<std::size_t>(samples));
  file.read_rows(array, 0, shape[0], std::span<double>(weights));
  for (std::size_t n = 0; n < weights.size(); ++n) {
    if (std::isfinite(weights[n]) && weights[n] >= 0) continue;
    file.fail(place, fmt::format("has the weight {} for sample {}; wanted a number of at least 0",
                                 weights[n], with_separators(static_cast<Size>(n))));
  }
  if (std::ranges::count(weights, 0.0) == samples) {
    file.fail(place, "holds zeros only; nothing would be learned");
  }
  return weights;
}

}  // namespace dtheta
