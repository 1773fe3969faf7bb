#include "dtheta/storage/streamed_samples.hpp"

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {

StreamedSamples::StreamedSamples(const std::filesystem::path& path, const PartPlace& place,
                                 const DatasetReading& reading, const SampleSource& expected)
    : file_(path, reading.sandbox), samples_(file_, place, reading) {
  if (samples_.size() == expected.size() && samples_.type() == expected.type() &&
      samples_.sample_shape() == expected.sample_shape()) {
    return;
  }
  file_.fail(samples_.name(), "has changed while it was opened");
}

void StreamedSamples::read(Size first, Size count, std::span<std::byte> x) const {
  try {
    samples_.read(first, count, x);
  } catch (const DataError&) {
    file_.check_unchanged();  // the better reason
    throw;
  }
  file_.check_unchanged();
}

std::string StreamedSamples::name() const {
  return fmt::format("{}: {}", file_.path().string(), printable(samples_.name()));
}

}  // namespace dtheta
