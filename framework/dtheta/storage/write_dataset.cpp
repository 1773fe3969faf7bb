#include <string>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/dataset_layout.hpp"
#include "dtheta/storage/hdf5_writer.hpp"

namespace dtheta {
namespace {

void write_samples(hdf5::Writer& file, const std::string& x, const Dataset& part,
                   const InputPreparation& preparation, int compression) {
  file.write_numbers(x, part.type(), part.sample_shape().batch(part.size()), part.x(),
                     hdf5::Storage::in_chunks_of_rows, compression);
  if (part.sample_shape().rank() == 3) {
    file.set_text(x, picture_layout_attribute, picture_layout);
  }
  file.set_number(x, scale_attribute, preparation.scale);
}

void write_targets(hdf5::Writer& file, const std::string& y, const Dataset& part, int compression) {
  if (part.is_classification()) {
    file.write_numbers(y, ElementType::int32, {part.size()}, std::as_bytes(part.labels()),
                       hdf5::Storage::in_chunks_of_rows, compression);
  } else {
    file.write_numbers(y, ElementType::float64, {part.size(), part.values_per_sample()},
                       std::as_bytes(part.values()), hdf5::Storage::in_chunks_of_rows);
  }
}

/// The parts that are there, in the order of the layout.
std::vector<const PartLayout*> parts_of(const std::filesystem::path& path,
                                        const DatasetSplits& splits) {
  std::vector<const PartLayout*> parts;
  for (const PartLayout& layout : own_parts) {
    const auto& part = splits.*layout.part;
    if (!part) continue;
    if (part->size() == 0) {
      throw DataError(fmt::format("{}: there are no samples for {}", path.string(), layout.x));
    }
    if (!parts.empty() && (splits.*parts.front()->part)->class_names() != part->class_names()) {
      throw DataError(fmt::format("{}: the classes of {} are not those of {}", path.string(),
                                  layout.y, parts.front()->y));
    }
    parts.push_back(&layout);
  }
  if (parts.empty()) throw DataError(path.string() + ": there is no data to write");
  return parts;
}

}  // namespace

void write_dataset(const std::filesystem::path& path, const DatasetSplits& splits,
                   int compression) {
  const auto parts = parts_of(path, splits);
  const Dataset& first = *(splits.*parts.front()->part);
  hdf5::Writer file(path);
  file.set_number("/", format_version_attribute, dataset_format_version);
  for (const PartLayout* layout : parts) {
    const Dataset& part = *(splits.*layout->part);
    const std::string x(layout->x);
    file.create_group(x.substr(0, x.rfind('/')));
    write_samples(file, x, part, splits.preparation_of(part.type()), compression);
    write_targets(file, std::string(layout->y), part, compression);
  }
  if (first.is_classification()) {
    file.write_texts(own_class_names, first.class_names());
  }
  file.commit();
}

}  // namespace dtheta
