#include "dtheta/storage/dataset_places.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

using Words = std::span<const std::string_view>;
using Paths = std::vector<std::string>;

constexpr std::array<std::string_view, 9> x_words{
    "x", "data", "images", "image", "features", "inputs", "input", "samples", "image_features"};
constexpr std::array<std::string_view, 7> y_words{"y",       "label",   "labels", "target",
                                                  "targets", "outputs", "output"};
/// Where files keep the names of their classes; an earlier one goes before a later one.
constexpr std::array<std::string_view, 6> class_list_words{
    "class_names", "list_classes", "classes", "label_names", "target_names", "categories"};

constexpr std::array<std::string_view, 2> train_words{"train", "training"};
constexpr std::array<std::string_view, 4> validation_words{"validation", "valid", "val", "dev"};
constexpr std::array<std::string_view, 2> test_words{"test", "testing"};
constexpr std::array<std::string_view, 1> no_words{""};

/// A part of a data set and the words that mean it.
struct Split {
  std::optional<Dataset> DatasetSplits::*part;
  std::string_view name;
  Words words;
};

constexpr std::array splits{Split{&DatasetSplits::train, "train", train_words},
                            Split{&DatasetSplits::validation, "validation", validation_words},
                            Split{&DatasetSplits::test, "test", test_words}};

/// A way to name samples and targets: {split} stands for a part's word, {name} for a word of x or
/// y. The first rule that fits decides; case does not matter.
struct PathRule {
  std::string_view pattern;
  std::string_view meaning;
};

constexpr std::array path_rules{
    PathRule{"/{split}/{name}", "a group a part"},
    PathRule{"/{split}_set_{name}", "the layout of the course"},
    PathRule{"/{name}_{split}", "names that end in the part"},
    PathRule{"/{split}_{name}", "names that begin with the part"},
    PathRule{"/{name}/{split}", "a group for the samples and one for the targets"},
    PathRule{"/{name}{split}", "names that end in the part"},
    PathRule{"/{split}{name}", "names that begin with the part"},
    PathRule{"/{name}", "one pair of datasets, taken for training"},
};

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string replaced(std::string text, std::string_view placeholder, std::string_view word) {
  const auto at = text.find(placeholder);
  return at == std::string::npos ? text : text.replace(at, placeholder.size(), word);
}

bool has_split(std::string_view path) { return path.find("{split}") != std::string_view::npos; }

/// The paths of a file's datasets (and links, which are refused when they are opened), found by
/// name in whatever case.
class Names {
 public:
  explicit Names(const hdf5::Reader& file) {
    for (auto& entry : file.entries({.levels = 2, .members = 1'000, .entries = 100'000})) {
      if (entry.kind != hdf5::ObjectKind::group) paths_[lowered(entry.path)].push_back(entry.path);
    }
  }

  Paths find(const std::string& path) const {
    const auto found = paths_.find(lowered(path));
    return found == paths_.end() ? Paths() : found->second;
  }

  /// Everything that the pattern means with any of the words.
  Paths find(const std::string& pattern, Words words) const {
    Paths all;
    for (const std::string_view word : words) {
      const Paths some = find(replaced(pattern, "{name}", word));
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }

 private:
  std::map<std::string, Paths> paths_;
};

/// Candidates for one part.
struct Candidates {
  Paths x;
  Paths y;
};

/// The one candidate. Throws DataError when there are more.
const std::string& only(const hdf5::Reader& file, const Paths& found, std::string_view what) {
  if (found.size() == 1) return found.front();
  throw DataError(fmt::format("{}: {} could each be the {}; choose by --x and --y",
                              file.path().string(), fmt::join(found, ", "), what));
}

/// Looks for the parts of one rule; `lonely` gets samples that have no targets.
std::vector<PartPlace> parts_by(const PathRule& rule, const hdf5::Reader& file, const Names& names,
                                Paths& lonely) {
  std::vector<PartPlace> parts;
  for (const Split& split : splits) {
    Candidates found;
    for (const std::string_view word : has_split(rule.pattern) ? split.words : Words(no_words)) {
      const std::string pattern = replaced(std::string(rule.pattern), "{split}", word);
      const Paths x = names.find(pattern, x_words);
      const Paths y = names.find(pattern, y_words);
      auto& samples = y.empty() ? lonely : found.x;
      samples.insert(samples.end(), x.begin(), x.end());
      if (!x.empty()) found.y.insert(found.y.end(), y.begin(), y.end());
    }
    if (found.x.empty()) continue;
    parts.push_back({.part = split.part,
                     .x = only(file, found.x, fmt::format("samples for {}", split.name)),
                     .y = only(file, found.y, fmt::format("targets for {}", split.name))});
    if (!has_split(rule.pattern)) break;
  }
  return parts;
}

/// The parts that the caller's paths name.
std::vector<PartPlace> named_parts(const hdf5::Reader& file, const DatasetReading& reading) {
  if (reading.x.empty() || reading.y.empty()) {
    throw UsageError("--x and --y belong together: the paths of the samples and of their targets");
  }
  if (has_split(reading.x) != has_split(reading.y)) {
    throw UsageError(fmt::format("--x {} and --y {}: wanted {{split}} in both or in neither",
                                 reading.x, reading.y));
  }
  if (!has_split(reading.x)) return {{&DatasetSplits::train, reading.x, reading.y}};
  std::vector<PartPlace> parts;
  for (const Split& split : splits) {
    for (const std::string_view word : split.words) {
      const std::string x = replaced(reading.x, "{split}", word);
      if (!file.contains(x)) continue;
      parts.push_back({split.part, x, replaced(reading.y, "{split}", word)});
      break;
    }
  }
  if (!parts.empty()) return parts;
  throw DataError(
      fmt::format("{}: holds no {} with train, validation or test for {{split}}; found:\n{}",
                  file.path().string(), reading.x, file.tree()));
}

/// The row of the split's table whose source is one of the words, or null.
const hdf5::SplitRow* row_of(const std::vector<hdf5::SplitRow>& table, const Split& split,
                             Words sources) {
  const auto found = std::ranges::find_if(table, [&](const hdf5::SplitRow& row) {
    return row.start >= 0 && row.start < row.stop &&
           std::ranges::count(split.words, lowered(row.split)) > 0 &&
           std::ranges::count(sources, lowered(row.source)) > 0;
  });
  return found == table.end() ? nullptr : &*found;
}

/// The parts of a file of Fuel's, whose table `split` cuts the datasets into ranges of rows.
std::vector<PartPlace> fuel_parts(const hdf5::Reader& file) {
  const std::vector<hdf5::SplitRow> table = file.split_table();
  std::vector<PartPlace> parts;
  for (const Split& split : splits) {
    const hdf5::SplitRow* const x = row_of(table, split, x_words);
    const hdf5::SplitRow* const y = row_of(table, split, y_words);
    if (x == nullptr || y == nullptr) continue;
    if (x->start != y->start || x->stop != y->stop) {
      file.fail("/, attribute split",
                fmt::format("gives {} other rows of {} than of {}", printable(x->split),
                            printable(x->source), printable(y->source)));
    }
    parts.push_back({.part = split.part,
                     .x = "/" + x->source,
                     .y = "/" + y->source,
                     .first = x->start,
                     .count = x->stop - x->start});
  }
  return parts;
}

[[noreturn]] void fail_unknown(const hdf5::Reader& file, const Paths& lonely) {
  std::string reason = "no layout of a data set that dtheta knows";
  if (!lonely.empty()) {
    reason += fmt::format(": {} has no targets beside it ({})", printable(lonely.front()),
                          fmt::join(y_words, ", "));
  }
  reason +=
      ". Name the samples by --x and the targets by --y, with {split} for train, validation and "
      "test where there are parts; --layout says how pictures lie. docs/formats.md lists what is "
      "recognised";
  throw UnknownLayout(reason,
                      fmt::format("{}: {}. Found:\n{}", file.path().string(), reason, file.tree()));
}

DatasetPlaces find_parts(const hdf5::Reader& file, const DatasetReading& reading,
                         const Names& names) {
  if (!reading.x.empty() || !reading.y.empty()) {
    return {.rule = "--x and --y", .parts = named_parts(file, reading), .class_list = {}};
  }
  if (auto parts = fuel_parts(file); !parts.empty()) {
    return {.rule = "Fuel's attribute split", .parts = std::move(parts), .class_list = {}};
  }
  Paths lonely;
  for (const PathRule& rule : path_rules) {
    Paths left_out;
    if (auto parts = parts_by(rule, file, names, left_out); !parts.empty()) {
      return {.rule = fmt::format("{} ({})", rule.meaning, rule.pattern),
              .parts = std::move(parts),
              .class_list = {},
              .left_out = std::move(left_out)};
    }
    lonely.insert(lonely.end(), left_out.begin(), left_out.end());
  }
  fail_unknown(file, lonely);
}

}  // namespace

DatasetPlaces find_places(const hdf5::Reader& file, const DatasetReading& reading) {
  const Names names(file);
  DatasetPlaces places = find_parts(file, reading, names);
  const Paths lists = names.find("/{name}", class_list_words);
  if (!lists.empty()) places.class_list = lists.front();
  return places;
}

}  // namespace dtheta
