#include "metrics_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "output.hpp"

namespace dtheta::cli {

nlohmann::ordered_json figures_json(const EpochFigures& figures, bool is_classification) {
  nlohmann::ordered_json json{{"epoch", figures.training.epoch}};
  const auto add = [&](const std::string& prefix, double loss, double accuracy) {
    json[prefix + "loss"] = loss;
    if (is_classification) json[prefix + "accuracy"] = accuracy;
  };
  add("", figures.training.loss, figures.training.accuracy);
  if (figures.validation)
    add("validation_", figures.validation->loss, figures.validation->accuracy);
  if (figures.test) add("test_", figures.test->loss, figures.test->accuracy);
  json["samples_per_second"] = figures.training.samples_per_second();
  json["seconds"] = figures.training.seconds;
  return json;
}

MetricsFile::MetricsFile(const std::filesystem::path& file) : file_(file), stream_(file) {
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
