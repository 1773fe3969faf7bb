#include "step_report.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "benchmark_text.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// The parts of a time split, as JSON and tables name them.
struct Part {
  const char* key;
  const char* text;
  double TimeSplit::*milliseconds;
};

constexpr std::array<Part, 8> parts{{
    {"gather", "gather", &TimeSplit::gather},
    {"prepare", "prepare theta", &TimeSplit::prepare},
    {"forward", "forward", &TimeSplit::forward},
    {"loss", "loss", &TimeSplit::loss},
    {"backward", "backward", &TimeSplit::backward},
    {"dtheta", "dense dtheta", &TimeSplit::dtheta},
    {"update", "reduce + update", &TimeSplit::update},
    {"waiting", "waiting", &TimeSplit::waiting},
}};

/// 10⁹ operations a second of one thread; 0 for a layer that multiplies nothing.
double gflops_of(double flops, double milliseconds) {
  return milliseconds > 0 ? flops / milliseconds / 1e6 : 0;
}

nlohmann::ordered_json layer_json(const LayerTime& layer, double peak_of_thread) {
  const double forward = gflops_of(layer.forward_flops, layer.forward_milliseconds);
  const double backward = gflops_of(layer.backward_flops, layer.backward_milliseconds);
  return {{"name", layer.name},
          {"output", layer.output},
          {"forward_milliseconds", layer.forward_milliseconds},
          {"backward_milliseconds", layer.backward_milliseconds},
          {"forward_flops", layer.forward_flops},
          {"backward_flops", layer.backward_flops},
          {"forward_gflops", forward},
          {"backward_gflops", backward},
          {"forward_share_of_peak", forward / peak_of_thread},
          {"backward_share_of_peak", backward / peak_of_thread}};
}

std::string split_table(const StepFigures& figures) {
  const double all = figures.split.step * figures.threads;
  std::vector<std::vector<std::string>> rows{{"thread time", "ms a step", "share"}};
  for (const Part& part : parts) {
    const double milliseconds = figures.split.*part.milliseconds;
    rows.push_back({part.text, figure_text(milliseconds), percent_text(milliseconds / all)});
  }
  rows.push_back({fmt::format("{} thread{}", figures.threads, plural(figures.threads)),
                  figure_text(all), percent_text(1)});
  return table_text(rows, {Align::left, Align::right, Align::right});
}

std::string layer_table(const StepFigures& figures) {
  const double peak = figures.fma_gflops.median / figures.threads;
  const auto pass = [&](double flops, double milliseconds) -> std::array<std::string, 3> {
    const double gflops = gflops_of(flops, milliseconds);
    if (gflops == 0) return {figure_text(milliseconds), "", ""};
    return {figure_text(milliseconds), figure_text(gflops),
            fmt::format("{:.0f} %", 100 * gflops / peak)};
  };
  std::vector<std::vector<std::string>> rows{
      {"layer", "output", "forward ms", "GFLOP/s", "of peak", "backward ms", "GFLOP/s", "of peak"}};
  for (const LayerTime& layer : figures.layers) {
    auto& row = rows.emplace_back(std::vector{layer.name, layer.output});
    for (const auto& [flops, milliseconds] :
         {std::pair(layer.forward_flops, layer.forward_milliseconds),
          std::pair(layer.backward_flops, layer.backward_milliseconds)}) {
      const auto cells = pass(flops, milliseconds);
      row.insert(row.end(), cells.begin(), cells.end());
    }
  }
  std::vector<Align> alignments(8, Align::right);
  alignments[0] = alignments[1] = Align::left;
  return table_text(rows, alignments);
}

}  // namespace

double StepFigures::samples_per_second() const {
  return 1000 * static_cast<double>(batch_size) / times.milliseconds.median;
}

double StepFigures::flops() const {
  double sum = 0;
  for (const LayerTime& layer : layers) sum += layer.forward_flops + layer.backward_flops;
  return sum;
}

double StepFigures::gflops() const { return gflops_of(flops(), times.milliseconds.median); }

double StepFigures::share_of_peak() const { return gflops() / fma_gflops.median; }

nlohmann::ordered_json step_json(const StepFigures& figures) {
  nlohmann::ordered_json json{{"model", figures.model},
                              {"data", figures.data},
                              {"input_type", figures.input_type},
                              {"precision", "float32"},
                              {"optimizer", figures.optimizer},
                              {"parameters", figures.parameters},
                              {"batch_size", figures.batch_size},
                              {"threads", figures.threads},
                              {"shards", figures.shards},
                              {"samples_per_second", figures.samples_per_second()},
                              {"milliseconds", spread_json(figures.times.milliseconds)},
                              {"rounds", figures.times.rounds},
                              {"steps_a_round", figures.times.steps_a_round},
                              {"flops", figures.flops()},
                              {"gflops", figures.gflops()},
                              {"fma_gflops", spread_json(figures.fma_gflops)},
                              {"share_of_peak", figures.share_of_peak()},
                              {"buffer_bytes", figures.buffers},
                              {"peak_bytes", figures.peak_bytes}};
  nlohmann::ordered_json& split = json["thread_milliseconds"];
  split["step"] = figures.split.step;
  for (const Part& part : parts) split[part.key] = figures.split.*part.milliseconds;
  auto layers = nlohmann::ordered_json::array();
  for (const LayerTime& layer : figures.layers) {
    layers.push_back(layer_json(layer, figures.fma_gflops.median / figures.threads));
  }
  json["layers"] = std::move(layers);
  return json;
}

std::string step_text(const StepFigures& figures) {
  const Spread& step = figures.times.milliseconds;
  const auto rate = [&](double milliseconds) {
    return figure_text(1000 * static_cast<double>(figures.batch_size) / milliseconds);
  };
  const std::vector<std::vector<std::string>> rows{
      {"samples/s", rate(step.median),
       fmt::format("{} to {} over {} rounds of {} step{}", rate(step.max), rate(step.min),
                   figures.times.rounds, figures.times.steps_a_round,
                   plural(figures.times.steps_a_round))},
      {"ms a step", figure_text(step.median),
       fmt::format("{} to {}", figure_text(step.min), figure_text(step.max))},
      {"GFLOP/s", figure_text(figures.gflops()),
       fmt::format("{} of the {} that multiply-adds on registers reach; {} GFLOP a step",
                   percent_text(figures.share_of_peak()), figure_text(figures.fma_gflops.median),
                   figure_text(figures.flops() / 1e9))},
      {"memory", bytes_text(figures.peak_bytes),
       fmt::format("at most, {} of it for the training", bytes_text(figures.buffers))}};
  return fmt::format("{}: {} parameters, {}, {} samples a step in {} shard{} on {} thread{}\n\n",
                     figures.model, grouped(figures.parameters), figures.optimizer,
                     grouped(figures.batch_size), figures.shards, plural(figures.shards),
                     figures.threads, plural(figures.threads)) +
         table_text(rows, {Align::left, Align::right, Align::left}) + "\n" + split_table(figures) +
         "\n" + layer_table(figures);
}

}  // namespace dtheta::cli
