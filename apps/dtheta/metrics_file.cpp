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

/// Whether an object of a metrics file is `next` of its kind, and no later than `last`: counts on.
bool follows(const nlohmann::json& number, Size& before, Size last) {
  if (!number.is_number_integer() || number <= before || number > last) return false;
  before = number;
  return true;
}

/// The lines of the first epochs and steps that the file begins with: fewer where it has no more.
std::string first_lines(const std::filesystem::path& file, Size epochs, Size steps) {
  std::ifstream stream(file);
  std::string lines;
  Size epoch = 0;
  Size step = 0;
  for (std::string line; std::getline(stream, line); lines += line + "\n") {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) break;
    const bool is_step = json.contains("step");
    const auto number = json.value(is_step ? "step" : "epoch", nlohmann::json());
    if (!(is_step ? follows(number, step, steps) : follows(number, epoch, epochs))) break;
  }
  return lines;
}

nlohmann::ordered_json array_json(const ArrayFigures& figures) {
  return {{"mean", figures.mean},
          {"std", figures.deviation},
          {"min", figures.lowest},
          {"max", figures.highest},
          {"norm", figures.norm}};
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

nlohmann::ordered_json step_json(const StepReport& report, Size epoch, Size step,
                                 bool is_classification) {
  nlohmann::ordered_json json{
      {"epoch", epoch}, {"step", step}, {"samples", report.samples}, {"loss", report.cost}};
  if (is_classification) {
    json["accuracy"] = static_cast<double>(report.correct) / static_cast<double>(report.samples);
  }
  return json;
}

nlohmann::ordered_json statistics_json(std::span<const Parameter> parameters,
                                       std::span<const ParameterFigures> figures) {
  nlohmann::ordered_json json;
  for (const ParameterFigures& of : figures) {
    json[parameters[of.parameter].name] = {{"theta", array_json(of.theta)},
                                           {"dtheta", array_json(of.dtheta)}};
  }
  return json;
}

MetricsFile::MetricsFile(const std::filesystem::path& file, Size epochs, Size steps) : file_(file) {
  std::error_code missing;
  if (steps > 0 && std::filesystem::is_regular_file(file, missing)) {
    const std::string kept = first_lines(file, epochs, steps);
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
