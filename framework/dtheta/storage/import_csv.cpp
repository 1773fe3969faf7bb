#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/csv_reader.hpp"
#include "dtheta/storage/importers.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

using Fields = std::vector<std::string_view>;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct Label {
  std::string text;
  Size line;
};

/// A CSV file taken apart, its label column still as text.
struct Table {
  std::filesystem::path path;
  std::vector<std::string> header;  ///< empty when the file has none
  std::size_t columns = 0;
  std::size_t label_column = 0;
  std::vector<float> x;  ///< {labels.size(), columns − 1}
  std::vector<Label> labels;
};

/// The column that `wanted`, a number or a header's name, means among the fields of the first row.
std::size_t find_label_column(const std::filesystem::path& path, const Fields& first_row,
                              const std::string& wanted) {
  const auto columns = static_cast<Size>(first_row.size());
  if (const auto number = parse_number<Size>(wanted)) {
    if (*number >= columns || *number < -columns) {
      throw UsageError(
          fmt::format("{}: has no label column {}; wanted {} to {}, or {} to -1 from "
                      "the end",
                      path.string(), *number, 0, columns - 1, -columns));
    }
    return static_cast<std::size_t>(*number < 0 ? *number + columns : *number);
  }
  const auto count = std::ranges::count(first_row, wanted);
  if (count != 1) {
    std::string names;
    for (const auto name : first_row) names += (names.empty() ? "" : ", ") + std::string(name);
    throw UsageError(fmt::format("{}: {} columns are named '{}'; the first line has: {}",
                                 path.string(), count == 0 ? "no" : "several", wanted,
                                 printable(names)));
  }
  return static_cast<std::size_t>(std::ranges::find(first_row, wanted) - first_row.begin());
}

/// The first row is a header when the label is asked for by name, or when none of its other fields
/// is a number.
bool is_header(const Fields& row, std::size_t label_column, const std::string& wanted) {
  if (row[label_column] == wanted && !parse_number<Size>(wanted)) return true;
  for (std::size_t column = 0; column < row.size(); ++column) {
    if (column != label_column && parse_number<double>(row[column])) return false;
  }
  return row.size() > 1;
}

float parse_feature(const Table& table, std::string_view field, Size line, std::size_t column) {
  const auto number = parse_number<double>(field);
  const float value = number ? static_cast<float>(*number) : NAN;
  if (!std::isfinite(value)) {
    const std::string name =
        table.header.empty() ? "" : fmt::format(" ({})", printable(table.header[column]));
    throw DataError(fmt::format("{}: line {}, column {}{} holds '{}'; wanted a finite number",
                                table.path.string(), with_separators(line), column, name,
                                printable(field)));
  }
  return value;
}

void add_row(Table& table, const Fields& row, Size line) {
  if (row.size() != table.columns) {
    throw DataError(fmt::format("{}: line {} has {} fields; wanted {} as in the first line",
                                table.path.string(), with_separators(line), row.size(),
                                table.columns));
  }
  for (std::size_t column = 0; column < row.size(); ++column) {
    if (column != table.label_column) {
      table.x.push_back(parse_feature(table, row[column], line, column));
    }
  }
  if (row[table.label_column].empty()) {
    throw DataError(fmt::format("{}: line {}, column {}: the label is missing", table.path.string(),
                                with_separators(line), table.label_column));
  }
  table.labels.push_back({std::string(row[table.label_column]), line});
}

Table read_table(const std::filesystem::path& path, const std::string& label_column) {
  CsvReader reader(path);
  Fields row;
  if (!reader.next(row)) throw DataError(fmt::format("{}: holds no rows", path.string()));
  Table table;
  table.path = path;
  table.columns = row.size();
  if (table.columns < 2) {
    throw DataError(fmt::format(
        "{}: has one column; wanted a label and at least one number, separated by commas",
        path.string()));
  }
  table.label_column = find_label_column(path, row, label_column);
  if (is_header(row, table.label_column, label_column)) {
    table.header.assign(row.begin(), row.end());
  } else {
    add_row(table, row, reader.line());
  }
  while (reader.next(row)) add_row(table, row, reader.line());
  if (table.labels.empty()) {
    throw DataError(fmt::format("{}: holds a header but no samples", path.string()));
  }
  return table;
}

/// Whole numbers count as such only when written without a decimal point or exponent: "5" is a
/// class, "5.0" a value.
bool are_whole_numbers(const std::vector<Label>& labels) {
  return std::ranges::all_of(labels, [](const Label& label) {
    return parse_number<std::int64_t>(label.text).has_value();
  });
}

bool are_numbers(const std::vector<Label>& labels) {
  return std::ranges::all_of(
      labels, [](const Label& label) { return parse_number<double>(label.text).has_value(); });
}

/// The classes of a training table, numbers in ascending order, words in the order of their bytes,
/// and how labels map to them.
class Classes {
 public:
  explicit Classes(const Table& train)
      : source_(train.path), numeric_(are_whole_numbers(train.labels)) {
    std::vector<std::string> names;
    for (const Label& label : train.labels) names.push_back(canonical(label.text));
    const auto before = [this](const std::string& a, const std::string& b) {
      return numeric_ ? *parse_number<std::int64_t>(a) < *parse_number<std::int64_t>(b) : a < b;
    };
    std::ranges::sort(names, before);
    names.erase(std::ranges::unique(names).begin(), names.end());
    names_ = std::move(names);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      index_.emplace(names_[i], static_cast<std::int32_t>(i));
    }
  }

  const std::vector<std::string>& names() const { return names_; }

  std::vector<std::int32_t> indices(const Table& table) const {
    std::vector<std::int32_t> result;
    for (const Label& label : table.labels) {
      const auto found = index_.find(canonical(label.text));
      if (found == index_.end()) {
        throw DataError(fmt::format("{}: line {} has the class '{}', which {} does not have",
                                    table.path.string(), with_separators(label.line),
                                    printable(label.text), source_.string()));
      }
      result.push_back(found->second);
    }
    return result;
  }

 private:
  /// "+03" and "3" are one class.
  std::string canonical(const std::string& text) const {
    const auto number = numeric_ ? parse_number<std::int64_t>(text) : std::nullopt;
    return number ? std::to_string(*number) : text;
  }

  std::filesystem::path source_;
  bool numeric_;
  std::vector<std::string> names_;
  std::map<std::string, std::int32_t> index_;
};

AlignedBuffer<double> regression_values(const Table& table) {
  AlignedBuffer<double> values(static_cast<Size>(table.labels.size()));
  for (std::size_t i = 0; i < table.labels.size(); ++i) {
    const Label& label = table.labels[i];
    const auto value = parse_number<double>(label.text);
    if (!value || !std::isfinite(*value)) {
      throw DataError(fmt::format("{}: line {} has the target '{}'; wanted a finite number",
                                  table.path.string(), with_separators(label.line),
                                  printable(label.text)));
    }
    values[static_cast<Size>(i)] = *value;
  }
  return values;
}

/// `classes` is null for regression.
Dataset to_dataset(const Table& table, const Classes* classes) {
  const auto bytes = std::as_bytes(std::span(table.x));
  AlignedBuffer<std::byte> x(static_cast<Size>(bytes.size()));
  std::ranges::copy(bytes, x.data());
  const Shape sample{static_cast<Size>(table.columns) - 1};
  if (classes == nullptr) {
    return Dataset(ElementType::float32, sample, std::move(x), regression_values(table), 1);
  }
  return Dataset(ElementType::float32, sample, std::move(x), classes->indices(table),
                 classes->names());
}

void check_same_columns(const Table& train, const Table& test) {
  if (test.columns != train.columns) {
    throw DataError(fmt::format("{}: has {} columns; wanted {} as in {}", test.path.string(),
                                test.columns, train.columns, train.path.string()));
  }
  if (!train.header.empty() && !test.header.empty() && train.header != test.header) {
    throw DataError(fmt::format("{}: the columns' names are not those of {}", test.path.string(),
                                train.path.string()));
  }
}

}  // namespace

DatasetSplits import_csv(const std::filesystem::path& train, const std::string& label_column,
                         const std::optional<std::filesystem::path>& test) {
  const Table train_table = read_table(train, label_column);
  std::optional<Classes> classes;
  const bool regression = are_numbers(train_table.labels) && !are_whole_numbers(train_table.labels);
  if (!regression) classes.emplace(train_table);
  const Classes* const mapping = classes ? &*classes : nullptr;

  DatasetSplits splits;
  splits.train = to_dataset(train_table, mapping);
  if (test) {
    const Table test_table = read_table(*test, label_column);
    check_same_columns(train_table, test_table);
    splits.test = to_dataset(test_table, mapping);
  }
  return splits;
}

}  // namespace dtheta
