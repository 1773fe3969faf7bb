#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/dataset_layout.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

/// More classes than this without names are not believed.
constexpr Size most_unnamed_classes = 65'536;

/// The targets of one part as they are stored, {shape[0], shape[1]}.
struct Targets {
  Shape shape;
  ElementType type;
  AlignedBuffer<double> numbers;
};

/// One part of the file, its samples not yet read.
struct Part {
  const PartLayout* layout;
  Shape x;  ///< {N, ...}
  ElementType x_type;
  Targets y;
};

bool is_real(ElementType type) {
  return type == ElementType::float32 || type == ElementType::float64;
}

const DatasetLayout& find_layout(const hdf5::Reader& file) {
  for (const DatasetLayout* layout : {&own_layout, &course_layout}) {
    const bool found = std::ranges::any_of(
        layout->parts, [&](const PartLayout& part) { return file.contains(part.x); });
    if (found) return *layout;
  }
  throw DataError(fmt::format(
      "{}: not a data set that dtheta knows: wanted /train/x and /train/y (and /test/..., "
      "/validation/...), or train_set_x and train_set_y (or test_set_...); found:\n{}",
      file.path().string(), file.tree()));
}

void check_format_version(const hdf5::Reader& file) {
  const auto version = file.number("/", format_version_attribute);
  if (version && *version > static_cast<double>(dataset_format_version)) {
    file.fail("/", fmt::format("has format version {}; this dtheta reads up to {}: use a newer one",
                               *version, dataset_format_version));
  }
}

/// {N}, {N, k} or {1, N} → {N, k}.
Shape target_shape(const hdf5::Reader& file, const PartLayout& layout, const Shape& stored,
                   Size samples) {
  if (stored.rank() == 1) return {stored[0], 1};
  if (stored.rank() != 2) {
    file.fail(layout.y,
              fmt::format("has the shape {}; wanted one row of targets a sample", stored.text()));
  }
  const bool lies_flat = stored[0] == 1 && samples != 1;
  return lies_flat ? Shape{stored[1], 1} : stored;
}

Part describe_part(const hdf5::Reader& file, const PartLayout& layout) {
  const hdf5::ArrayInfo x = file.describe(layout.x);
  if (x.shape.rank() == 0 || x.shape[0] == 0) file.fail(layout.x, "holds no samples");
  const hdf5::ArrayInfo y = file.describe(layout.y);
  const Size samples = x.shape[0];
  const Shape shape = target_shape(file, layout, y.shape, samples);
  if (shape[0] != samples) {
    file.fail(layout.y, fmt::format("has {} labels for {} samples in {}", with_separators(shape[0]),
                                    with_separators(samples), layout.x));
  }
  return {&layout, x.shape, x.type, {shape, y.type, file.read_doubles(layout.y)}};
}

/// The class numbers of a part, each in {0, ..., classes − 1}.
std::vector<std::int32_t> labels_of(const hdf5::Reader& file, const Part& part, Size classes) {
  if (part.y.shape[1] != 1) {
    file.fail(part.layout->y,
              fmt::format("has {} numbers a sample; wanted one class number", part.y.shape[1]));
  }
  std::vector<std::int32_t> labels;
  for (const double label : part.y.numbers.span()) {
    const bool good =
        label >= 0 && label < static_cast<double>(classes) && label == std::floor(label);
    if (!good) {
      file.fail(part.layout->y,
                fmt::format("has the label {} for sample {}; wanted a whole number from 0 to {}",
                            label, with_separators(static_cast<Size>(labels.size())),
                            with_separators(classes - 1)));
    }
    labels.push_back(static_cast<std::int32_t>(label));
  }
  return labels;
}

/// The names in the file, or "0", "1", ... up to the largest label.
std::vector<std::string> class_names(const hdf5::Reader& file, const DatasetLayout& layout,
                                     const std::vector<Part>& parts) {
  if (file.contains(layout.class_names)) {
    auto names = file.read_texts(layout.class_names);
    if (names.empty()) file.fail(layout.class_names, "names no class");
    return names;
  }
  std::int32_t last = 0;
  for (const Part& part : parts) {
    last = std::max(last, std::ranges::max(labels_of(file, part, most_unnamed_classes)));
  }
  std::vector<std::string> names;
  for (std::int32_t label = 0; label <= last; ++label) names.push_back(std::to_string(label));
  return names;
}

/// {H, W} → {H, W, 1}: pictures have channels in dtheta.
Shape sample_shape(const Part& part) {
  const Shape sample = part.x.sample();
  return sample.rank() == 2 ? Shape{sample[0], sample[1], 1} : sample;
}

void check_samples(const hdf5::Reader& file, const Part& part, const Part& first) {
  const auto layout = file.text(part.layout->x, picture_layout_attribute);
  if (layout && *layout != picture_layout) {
    file.fail(part.layout->x,
              fmt::format("has the layout '{}'; wanted {}: samples, height, width, channels",
                          printable(*layout), picture_layout));
  }
  if (sample_shape(part) != sample_shape(first)) {
    file.fail(part.layout->x,
              fmt::format("has samples of {}, but {} has {}", sample_shape(part).text(),
                          first.layout->x, sample_shape(first).text()));
  }
}

std::optional<InputPreparation> preparation_of(const hdf5::Reader& file, const Part& part) {
  const auto scale = file.number(part.layout->x, scale_attribute);
  if (!scale) return std::nullopt;
  if (!std::isfinite(*scale) || *scale == 0) {
    file.fail(part.layout->x,
              fmt::format("has the scale {}; wanted a finite number other than 0", *scale));
  }
  return InputPreparation{.scale = *scale};
}

std::vector<Part> describe_parts(const hdf5::Reader& file, const DatasetLayout& layout) {
  std::vector<Part> parts;
  for (const PartLayout& part : layout.parts) {
    if (file.contains(part.x)) parts.push_back(describe_part(file, part));
  }
  for (const Part& part : parts) {
    check_samples(file, part, parts.front());
    if (is_real(part.y.type) != is_real(parts.front().y.type)) {
      file.fail(part.layout->y, fmt::format("holds {}, but {} holds {}; wanted the same kind",
                                            element_name(part.y.type), parts.front().layout->y,
                                            element_name(parts.front().y.type)));
    }
  }
  return parts;
}

/// `names` is null for regression.
Dataset to_dataset(const hdf5::Reader& file, Part part, const std::vector<std::string>* names) {
  std::vector<std::int32_t> labels;
  if (names != nullptr) labels = labels_of(file, part, static_cast<Size>(names->size()));
  AlignedBuffer<std::byte> x = file.read_numbers(part.layout->x);
  const Shape sample = sample_shape(part);
  return with_context(fmt::format("{}: {}", file.path().string(), part.layout->x), [&] {
    if (names != nullptr) {
      return Dataset(part.x_type, sample, std::move(x), std::move(labels), *names);
    }
    return Dataset(part.x_type, sample, std::move(x), std::move(part.y.numbers), part.y.shape[1]);
  });
}

}  // namespace

DatasetSplits read_dataset(const std::filesystem::path& path) {
  const hdf5::Reader file(path);
  const DatasetLayout& layout = find_layout(file);
  check_format_version(file);
  std::vector<Part> parts = describe_parts(file, layout);
  const bool regression = is_real(parts.front().y.type) && !file.contains(layout.class_names);
  std::vector<std::string> names;
  if (!regression) names = class_names(file, layout, parts);

  DatasetSplits splits;
  splits.preparation = preparation_of(file, parts.front());
  for (Part& part : parts) {
    splits.*part.layout->part = to_dataset(file, std::move(part), regression ? nullptr : &names);
  }
  return splits;
}

}  // namespace dtheta
