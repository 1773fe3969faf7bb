#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/dataset_layout.hpp"
#include "dtheta/storage/dataset_places.hpp"
#include "dtheta/storage/dataset_samples.hpp"
#include "dtheta/storage/dataset_targets.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/streamed_samples.hpp"

namespace dtheta {
namespace {

void check_format_version(const hdf5::Reader& file) {
  const auto version = file.number("/", format_version_attribute);
  if (version && *version > static_cast<double>(dataset_format_version)) {
    file.fail("/", fmt::format("has format version {}; this dtheta reads up to {}: use a newer one",
                               *version, dataset_format_version));
  }
}

std::vector<SampleSource> open_samples(const hdf5::Reader& file, const DatasetPlaces& places,
                                       const DatasetReading& reading) {
  std::vector<SampleSource> sources;
  for (const PartPlace& place : places.parts) {
    const SampleSource& source = sources.emplace_back(file, place, reading);
    const SampleSource& first = sources.front();
    if (source.sample_shape() != first.sample_shape()) {
      file.fail(place.x,
                fmt::format("has samples of {}, but {} has {}", source.sample_shape().text(),
                            first.name(), first.sample_shape().text()));
    }
  }
  return sources;
}

Size bytes_of(const PartTargets& targets) {
  return static_cast<Size>(std::span(targets.labels).size_bytes() +
                           targets.values.span().size_bytes());
}

/// What the limit leaves for buffers of streamed samples; none when all fit into memory.
std::optional<Size> stream_memory(const hdf5::Reader& file,
                                  const std::vector<SampleSource>& sources, const Targets& targets,
                                  Size limit) {
  Size samples = 0;
  for (const SampleSource& source : sources) samples += source.bytes();
  Size kept = 0;
  for (const PartTargets& part : targets.parts) kept += bytes_of(part);
  if (kept < limit && samples <= limit - kept) return std::nullopt;
  if (kept < limit) return limit - kept;
  throw UsageError(
      fmt::format("{}: the targets take {} bytes, and they are kept in memory; wanted a memory "
                  "limit above that, not {}",
                  file.path().string(), with_separators(kept), with_separators(limit)));
}

Dataset to_dataset(const hdf5::Reader& file, const SampleSource& source, Samples samples,
                   PartTargets targets, const Targets& all) {
  return with_context(fmt::format("{}: {}", file.path().string(), printable(source.name())), [&] {
    if (!all.class_names.empty()) {
      return Dataset(source.type(), source.sample_shape(), std::move(samples),
                     std::move(targets.labels), all.class_names);
    }
    return Dataset(source.type(), source.sample_shape(), std::move(samples),
                   std::move(targets.values), all.values_per_sample);
  });
}

/// What was recognised, a line each.
std::vector<std::string> remarks_on(const DatasetPlaces& places, const SampleSource& samples,
                                    const Targets& targets) {
  std::vector<std::string> pairs;
  for (const PartPlace& part : places.parts) {
    pairs.push_back(part.count ? fmt::format("{} with {}, rows {} to {}", part.x, part.y,
                                             part.first, part.first + *part.count - 1)
                               : fmt::format("{} with {}", part.x, part.y));
  }
  std::vector<std::string> remarks{"recognised by: " + places.rule,
                                   fmt::format("parts: {}", fmt::join(pairs, "; ")),
                                   "samples: " + samples.remark(), "targets: " + targets.remark};
  if (!targets.class_names.empty() && !places.class_list.empty()) {
    remarks.push_back("classes: " + places.class_list);
  }
  for (const std::string& x : places.left_out) {
    remarks.push_back(fmt::format("left out: {}, which has no targets beside it", x));
  }
  for (std::string& remark : remarks) remark = printable(remark);
  return remarks;
}

}  // namespace

DatasetSplits read_dataset(const std::filesystem::path& path, const DatasetReading& reading) {
  const hdf5::Reader file(path, reading.sandbox);
  const DatasetPlaces places = find_places(file, reading);
  check_format_version(file);
  const std::vector<SampleSource> sources = open_samples(file, places, reading);
  std::vector<Size> rows;
  for (const SampleSource& source : sources) rows.push_back(source.stored_rows());
  Targets targets = read_targets(file, places, rows, reading.task);

  DatasetSplits splits;
  splits.preparation = sources.front().preparation();
  splits.remarks = remarks_on(places, sources.front(), targets);
  const auto memory = stream_memory(file, sources, targets, reading.memory_limit);
  for (std::size_t p = 0; p < sources.size(); ++p) {
    const PartPlace& place = places.parts[p];
    Samples samples =
        memory
            ? Samples(std::make_unique<StreamedSamples>(path, place, reading, sources[p]), *memory)
            : Samples(sources[p].read_all());
    splits.*place.part =
        to_dataset(file, sources[p], std::move(samples), std::move(targets.parts[p]), targets);
  }
  return splits;
}

}  // namespace dtheta
