#include "metrics_file.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "output.hpp"

namespace dtheta::cli {
namespace {

/// The lines of epochs 1 to `epochs` that the file begins with: fewer where it has no more.
std::string first_lines(const std::filesystem::path& file, Size epochs) {
  std::ifstream stream(file);
  std::string lines;
  std::string line;
  for (Size epoch = 1; epoch <= epochs && std::getline(stream, line); ++epoch) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || json.value("epoch", nlohmann::json()) != epoch) break;
    lines += line + "\n";
  }
  return lines;
}

}  // namespace

nlohmann::ordered_json figures_json(const EpochFigures& figures, bool is_classification) {
  nlohmann::ordered_json json{{"epoch", figures.training.epoch}};
  const auto add = [&](const std::string& prefix, double loss, double accuracy) {
    json[prefix + "loss"] = loss;
    if (is_classification) json[prefix + "accuracy"] = accuracy;
  };
  add("", figures.training.loss, figures.training.accuracy);
  const auto add_evaluation = [&](const std::string& prefix, const Evaluation& found) {
    add(prefix, found.loss, found.accuracy);
    if (is_classification) json[prefix + "f1"] = mean_of(class_figures(found.confusion_matrix)).f1;
  };
  if (figures.validation) add_evaluation("validation_", *figures.validation);
  if (figures.test) add_evaluation("test_", *figures.test);
  json["samples_per_second"] = figures.training.samples_per_second();
  json["seconds"] = figures.training.seconds;
  return json;
}

MetricsFile::MetricsFile(const std::filesystem::path& file, Size epochs) : file_(file) {
  std::error_code missing;
  if (epochs > 0 && std::filesystem::is_regular_file(file, missing)) {
    const std::string kept = first_lines(file, epochs);
    write_atomically(file, std::as_bytes(std::span(kept)));
    stream_.open(file, std::ios::app);
  } else {
    stream_.open(file);
  }
  if (!stream_) {
    throw CannotCreate(fmt::format("{}: cannot create: {}", file.string(), std::strerror(errno)));
  }
}

void MetricsFile::write(const nlohmann::ordered_json& object) {
  stream_ << json_line(object) << std::flush;
  if (!stream_) {
    throw InputOutputError(
        fmt::format("{}: cannot write: {}", file_.string(), std::strerror(errno)));
  }
}

}  // namespace dtheta::cli
