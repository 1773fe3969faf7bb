#include "dataset_summary.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dtheta/data/sample_runs.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// Lowest, highest and mean of a run of numbers.
struct Range {
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();
  double sum = 0;
  Size count = 0;

  void add(std::span<const double> numbers) {
    for (const double number : numbers) {
      lowest = std::min(lowest, number);
      highest = std::max(highest, number);
      sum += number;
    }
    count += static_cast<Size>(numbers.size());
  }
  double mean() const { return sum / static_cast<double>(count); }
  std::vector<std::string> cells() const {
    return {fmt::format("{:.6g}", lowest), fmt::format("{:.6g}", highest),
            fmt::format("{:.6g}", mean())};
  }
};

/// One part of a data set and what is to be told of it.
struct Part {
  std::string_view name;
  const Dataset* data;
  Range x;
  Range targets;                   ///< of a regression
  std::vector<Size> class_counts;  ///< of a classification

  Size bytes() const { return data->bytes(); }
};

Range range_of_x(const Dataset& data) {
  constexpr Size step = 256;
  AlignedBuffer<double> numbers(step * data.sample_shape().size());
  Range range;
  const std::vector<Size> samples = all_samples(data);
  SampleRuns runs(data, samples);
  for (SampleBatch run = runs.next(); !run.empty(); run = runs.next()) {
    for (Size first = 0; first < run.size(); first += step) {
      const SampleBatch some = run.part(first, std::min(step, run.size() - first));
      const View<double> x = numbers.view(data.sample_shape().batch(some.size()));
      data.gather(some, InputPreparation{}, x, View<double>());
      range.add(x.span());
    }
  }
  return range;
}

std::vector<Part> parts_of(const DatasetSplits& splits) {
  std::vector<Part> parts;
  const auto add = [&](std::string_view name, const std::optional<Dataset>& data) {
    if (!data) return;
    Part part{
        .name = name, .data = &*data, .x = range_of_x(*data), .targets = {}, .class_counts = {}};
    part.targets.add(data->values());
    part.class_counts.resize(static_cast<std::size_t>(data->classes()));
    for (const auto label : data->labels()) ++part.class_counts[static_cast<std::size_t>(label)];
    parts.push_back(std::move(part));
  };
  add("train", splits.train);
  add("validation", splits.validation);
  add("test", splits.test);
  return parts;
}

std::string parts_table(const std::vector<Part>& parts) {
  std::vector<std::vector<std::string>> rows{
      {"part", "samples", "shape", "type", "lowest", "highest", "mean", "memory"}};
  for (const Part& part : parts) {
    std::vector<std::string> row{std::string(part.name), grouped(part.data->size()),
                                 part.data->sample_shape().text(),
                                 std::string(element_name(part.data->type()))};
    std::ranges::move(part.x.cells(), std::back_inserter(row));
    row.push_back(bytes_text(part.bytes()));
    rows.push_back(std::move(row));
  }
  return table_text(rows, {Align::left, Align::right, Align::left, Align::left, Align::right,
                           Align::right, Align::right, Align::right});
}

std::string classes_table(const std::vector<Part>& parts) {
  std::vector<std::vector<std::string>> rows{{"class", "name"}};
  std::vector<Align> alignments{Align::right, Align::left};
  const std::vector<std::string>& names = parts.front().data->class_names();
  for (std::size_t c = 0; c < names.size(); ++c) rows.push_back({std::to_string(c), names[c]});
  for (const Part& part : parts) {
    rows.front().emplace_back(part.name);
    for (std::size_t c = 0; c < names.size(); ++c) {
      rows[c + 1].push_back(c < part.class_counts.size() ? grouped(part.class_counts[c]) : "");
    }
    alignments.push_back(Align::right);
  }
  return table_text(rows, alignments);
}

std::string targets_table(const std::vector<Part>& parts) {
  std::vector<std::vector<std::string>> rows{
      {"targets", "per sample", "lowest", "highest", "mean"}};
  for (const Part& part : parts) {
    std::vector<std::string> row{std::string(part.name),
                                 std::to_string(part.data->values_per_sample())};
    std::ranges::move(part.targets.cells(), std::back_inserter(row));
    rows.push_back(std::move(row));
  }
  return table_text(rows, {Align::left, Align::right, Align::right, Align::right, Align::right});
}

}  // namespace

std::string recognition_text(const DatasetSplits& splits) {
  std::string text;
  for (const std::string& remark : splits.remarks) text += remark + "\n";
  return text;
}

std::string summary_text(const std::filesystem::path& file, const DatasetSplits& splits) {
  const std::vector<Part> parts = parts_of(splits);
  if (parts.empty()) return fmt::format("{}: a data set without parts\n", file.string());
  const Dataset& first = *parts.front().data;
  const std::string targets = first.is_classification() ? fmt::format("{} classes", first.classes())
                                                        : "real-valued targets (regression)";
  return fmt::format("{}: a data set with {}\n\n{}\n{}", file.string(), targets, parts_table(parts),
                     first.is_classification() ? classes_table(parts) : targets_table(parts));
}

nlohmann::ordered_json summary_json(const std::filesystem::path& file,
                                    const DatasetSplits& splits) {
  const std::vector<Part> parts = parts_of(splits);
  nlohmann::ordered_json json{
      {"file", file.string()}, {"kind", "dataset"}, {"remarks", splits.remarks}};
  if (!parts.empty()) {
    json["classes"] = parts.front().data->classes();
    json["class_names"] = parts.front().data->class_names();
  }
  auto& described = json["parts"] = nlohmann::ordered_json::object();
  for (const Part& part : parts) {
    auto& entry = described[std::string(part.name)];
    entry = {{"samples", part.data->size()},
             {"shape", part.data->sample_shape().extents()},
             {"type", element_name(part.data->type())},
             {"bytes", part.bytes()},
             {"lowest", part.x.lowest},
             {"highest", part.x.highest},
             {"mean", part.x.mean()}};
    if (part.data->is_classification()) {
      entry["class_counts"] = part.class_counts;
    } else {
      entry["targets"] = {{"per_sample", part.data->values_per_sample()},
                          {"lowest", part.targets.lowest},
                          {"highest", part.targets.highest},
                          {"mean", part.targets.mean()}};
    }
  }
  return json;
}

}  // namespace dtheta::cli
