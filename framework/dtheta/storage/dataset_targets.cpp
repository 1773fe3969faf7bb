#include "dtheta/storage/dataset_targets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/class_list.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/stored_targets.hpp"

namespace dtheta {
namespace {

using Names = std::vector<std::string>;
using Stored = StoredTargets;

/// Class numbers {N, 1} in {0, ..., classes − 1}.
std::vector<std::int32_t> labels_of(const hdf5::Reader& file, const Stored& part, Size classes) {
  std::vector<std::int32_t> labels;
  labels.reserve(static_cast<std::size_t>(part.count));
  for_each_row(file, part, [&](std::span<const double> row, Size) {
    const double label = row.front();
    const bool good =
        label >= 0 && label < static_cast<double>(classes) && label == std::floor(label);
    if (!good) {
      file.fail(part.name, fmt::format("has the label {} for sample {}; wanted a whole number from "
                                       "0 to {}",
                                       label, with_separators(static_cast<Size>(labels.size())),
                                       with_separators(classes - 1)));
    }
    labels.push_back(static_cast<std::int32_t>(label));
    return true;
  });
  return labels;
}

/// Whether the row is zeros and a single one.
bool is_one_hot(std::span<const double> row) {
  const auto ones = std::ranges::count(row, 1.0);
  const auto zeros = std::ranges::count(row, 0.0);
  return ones == 1 && zeros + 1 == static_cast<std::ptrdiff_t>(row.size());
}

bool is_one_hot(const hdf5::Reader& file, const Stored& part) {
  return part.width >= 2 && for_each_row(file, part, [](std::span<const double> row, Size) {
           return is_one_hot(row);
         });
}

std::string_view names_remark(const std::optional<ClassList>& list) {
  return list ? "with the names of the file" : "without names";
}

Names numbered(Size classes) {
  Names names;
  for (Size c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

Targets from_one_hot(const hdf5::Reader& file, const std::vector<Stored>& stored,
                     const std::optional<ClassList>& list) {
  const Size classes = stored.front().width;
  if (list && static_cast<Size>(list->names.size()) != classes) {
    file.fail(stored.front().name, fmt::format("has one-hot rows of {} classes, but the file names "
                                               "{}",
                                               classes, list->names.size()));
  }
  Targets targets{.parts = {},
                  .class_names = list ? list->names : numbered(classes),
                  .remark = fmt::format("one-hot rows, {}", names_remark(list))};
  for (const Stored& part : stored) {
    PartTargets& labels = targets.parts.emplace_back();
    labels.labels.reserve(static_cast<std::size_t>(part.count));
    for_each_row(file, part, [&](std::span<const double> row, Size) {
      labels.labels.push_back(static_cast<std::int32_t>(std::ranges::find(row, 1.0) - row.begin()));
      return true;
    });
  }
  return targets;
}

/// `label` stands in the list of classes at the place that is returned.
template <class Label>
std::int32_t index_in(const hdf5::Reader& file, const Stored& part,
                      const std::map<Label, std::int32_t>& index, const Label& label, Size sample) {
  const auto found = index.find(label);
  if (found != index.end() && found->first == label) return found->second;  // NaN equals nothing
  std::string text;
  if constexpr (std::is_same_v<Label, std::string>) {
    text = "'" + printable(label) + "'";
  } else {
    text = fmt::format("{}", label);
  }
  file.fail(part.name, fmt::format("has the label {} for sample {}, which the file's list of "
                                   "classes does not have",
                                   text, with_separators(sample)));
}

template <class Label>
std::map<Label, std::int32_t> index_of(const std::vector<Label>& labels) {
  std::map<Label, std::int32_t> index;
  for (const Label& label : labels) index.emplace(label, static_cast<std::int32_t>(index.size()));
  return index;
}

Targets from_texts(const hdf5::Reader& file, const std::vector<Stored>& stored,
                   const std::optional<ClassList>& list) {
  Targets targets{.parts = {},
                  .class_names = {},
                  .remark = list ? "texts out of the file's list of classes"
                                 : "texts; the classes are in the order of their bytes"};
  if (list) {
    targets.class_names = list->names;
  } else {
    std::set<std::string> all;
    for (const Stored& part : stored) all.insert(part.texts.begin(), part.texts.end());
    targets.class_names.assign(all.begin(), all.end());
  }
  const auto index = index_of(targets.class_names);
  if (index.size() != targets.class_names.size()) {
    file.fail(stored.front().name, "holds texts, but the file's list of classes repeats one");
  }
  for (const Stored& part : stored) {
    PartTargets& labels = targets.parts.emplace_back();
    for (const std::string& text : part.texts) {
      const auto sample = static_cast<Size>(labels.labels.size());
      labels.labels.push_back(index_in(file, part, index, text, sample));
    }
  }
  return targets;
}

Targets from_class_numbers(const hdf5::Reader& file, const std::vector<Stored>& stored,
                           const std::optional<ClassList>& list) {
  Targets targets{.parts = {},
                  .class_names = {},
                  .remark = fmt::format("class numbers, {}", names_remark(list))};
  const bool by_value = list && !list->numbers.empty();
  std::map<double, std::int32_t> index;
  if (by_value) index = index_of(list->numbers);
  const Size most = list ? static_cast<Size>(list->names.size()) : most_unnamed_classes;
  std::int32_t last = 0;
  for (const Stored& part : stored) {
    if (part.width != 1) {
      file.fail(part.name, fmt::format("has {} numbers a sample, which are not one-hot; wanted one "
                                       "class number, or --task regression",
                                       part.width));
    }
    PartTargets& labels = targets.parts.emplace_back();
    if (by_value) {
      for_each_row(file, part, [&](std::span<const double> row, Size n) {
        labels.labels.push_back(index_in(file, part, index, row.front(), n));
        return true;
      });
    } else {
      labels.labels = labels_of(file, part, most);
    }
    last = std::max(last, std::ranges::max(labels.labels));
  }
  targets.class_names = list ? list->names : numbered(last + 1);
  return targets;
}

Targets from_values(const hdf5::Reader& file, const std::vector<Stored>& stored) {
  Targets targets{.parts = {},
                  .class_names = {},
                  .values_per_sample = stored.front().width,
                  .remark = "numbers to be predicted (a regression)"};
  for (const Stored& part : stored) {
    if (part.width != targets.values_per_sample) {
      file.fail(part.name, fmt::format("has {} numbers a sample, but {} has {}", part.width,
                                       stored.front().name, targets.values_per_sample));
    }
    AlignedBuffer<double> values(part.count * part.width);
    for_each_run(file, part, [&](std::span<const double> rows, Size first) {
      std::ranges::copy(rows, values.data() + first * part.width);
      return true;
    });
    targets.parts.push_back({.labels = {}, .values = std::move(values)});
  }
  return targets;
}

void check_same_kind(const hdf5::Reader& file, const std::vector<Stored>& stored) {
  const Stored& first = stored.front();
  for (const Stored& part : stored) {
    if (part.type.has_value() == first.type.has_value() && part.is_real() == first.is_real()) {
      continue;
    }
    file.fail(part.name, fmt::format("holds {}, but {} holds {}; wanted the same kind", part.kind(),
                                     first.name, first.kind()));
  }
}

bool are_one_hot(const hdf5::Reader& file, const std::vector<Stored>& stored) {
  return std::ranges::all_of(stored, [&](const Stored& part) {
    return part.width == stored.front().width && is_one_hot(file, part);
  });
}

}  // namespace

Targets read_targets(const hdf5::Reader& file, const DatasetPlaces& places,
                     std::span<const Size> rows, std::optional<Task> task) {
  std::vector<Stored> stored;
  for (std::size_t p = 0; p < places.parts.size(); ++p) {
    stored.push_back(open_targets(file, places.parts[p], rows[p]));
  }
  check_same_kind(file, stored);
  const Stored& first = stored.front();
  if (task == Task::regression) {
    if (!first.type) file.fail(first.name, "holds texts; wanted numbers for a regression");
    return from_values(file, stored);
  }
  const auto list = read_class_list(file, places.class_list);
  if (!first.type) return from_texts(file, stored, list);
  if (are_one_hot(file, stored)) return from_one_hot(file, stored, list);
  const bool are_values = first.is_real() && !(list && first.width == 1);
  if (are_values && task != Task::classification) return from_values(file, stored);
  return from_class_numbers(file, stored, list);
}

}  // namespace dtheta
