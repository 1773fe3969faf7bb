#include "evaluation_text.hpp"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "text.hpp"

namespace dtheta::cli {
namespace {

bool is_classification(const Evaluation& evaluation) {
  return !evaluation.confusion_matrix.empty();
}

Size count_wrong(const Evaluation& evaluation) {
  Size right = 0;
  for (std::size_t c = 0; c < evaluation.confusion_matrix.size(); ++c) {
    right += evaluation.confusion_matrix[c][c];
  }
  return evaluation.samples - right;
}

/// R² of the mean target; NaN when one has none.
double mean_r_squared(const Evaluation& evaluation) {
  double sum = 0;
  for (const TargetError& target : evaluation.target_errors) sum += target.r_squared;
  return sum / static_cast<double>(evaluation.target_errors.size());
}

/// The mean of those that are numbers; NaN where none is.
double mean_of_numbers(std::span<const double> values) {
  double sum = 0;
  double count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return sum / count;
}

/// Four digits, or "-" for what is no number.
std::string share_text(double share) {
  return std::isfinite(share) ? fmt::format("{:.4f}", share) : "-";
}

void add_class_figures(const Evaluation& evaluation, nlohmann::ordered_json& json) {
  const std::vector<ClassFigures> figures = class_figures(evaluation.confusion_matrix);
  const auto object = [](const ClassFigures& of) {
    return nlohmann::ordered_json{
        {"precision", of.precision}, {"recall", of.recall}, {"f1", of.f1}};
  };
  auto& classes = json["classes"] = nlohmann::ordered_json::array();
  for (const ClassFigures& of : figures) classes.push_back(object(of));
  auto& mean = json["mean"] = object(mean_of(figures));
  if (evaluation.roc_auc.empty()) return;
  for (std::size_t c = 0; c < figures.size(); ++c) classes[c]["roc_auc"] = evaluation.roc_auc[c];
  mean["roc_auc"] = mean_of_numbers(evaluation.roc_auc);
}

}  // namespace

std::string evaluation_line(const Evaluation& evaluation) {
  if (!is_classification(evaluation)) {
    return fmt::format("loss {:.6g}, R2 {} ({} samples)", evaluation.loss,
                       share_text(mean_r_squared(evaluation)), grouped(evaluation.samples));
  }
  return fmt::format("loss {:.4f}, accuracy {} ({} of {} wrong)", evaluation.loss,
                     percent_text(evaluation.accuracy), grouped(count_wrong(evaluation)),
                     grouped(evaluation.samples));
}

std::string confusion_text(const Evaluation& evaluation, std::span<const std::string> class_names) {
  std::vector<std::vector<std::string>> rows{{"true \\ predicted"}};
  std::vector<Align> alignments{Align::left};
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const std::vector<Size>& counts = evaluation.confusion_matrix[c];
    const Size total = std::accumulate(counts.begin(), counts.end(), Size{0});
    rows.front().push_back(class_names[c]);
    alignments.push_back(Align::right);
    std::vector<std::string> row{class_names[c]};
    for (const Size count : counts) row.push_back(grouped(count));
    row.push_back(total == 0
                      ? ""
                      : percent_text(static_cast<double>(counts[c]) / static_cast<double>(total)));
    rows.push_back(std::move(row));
  }
  rows.front().emplace_back("right");
  alignments.push_back(Align::right);
  return table_text(rows, alignments);
}

std::string class_figures_text(const Evaluation& evaluation,
                               std::span<const std::string> class_names) {
  const std::vector<ClassFigures> figures = class_figures(evaluation.confusion_matrix);
  std::vector<std::vector<std::string>> rows{{"class", "precision", "recall", "F1", "ROC AUC"}};
  const auto add = [&](const std::string& name, const ClassFigures& of, double area) {
    rows.push_back({name, percent_text(of.precision), percent_text(of.recall), percent_text(of.f1),
                    share_text(area)});
  };
  for (std::size_t c = 0; c < figures.size(); ++c) {
    add(class_names[c], figures[c], evaluation.roc_auc[c]);
  }
  add("mean", mean_of(figures), mean_of_numbers(evaluation.roc_auc));
  return table_text(rows, {Align::left, Align::right, Align::right, Align::right, Align::right});
}

std::string target_errors_text(const Evaluation& evaluation) {
  std::vector<std::vector<std::string>> rows{{"target", "RMSE", "MAE", "R2"}};
  for (const TargetError& target : evaluation.target_errors) {
    rows.push_back({std::to_string(rows.size() - 1), fmt::format("{:.6g}", target.rmse),
                    fmt::format("{:.6g}", target.mae), share_text(target.r_squared)});
  }
  return table_text(rows, {Align::right, Align::right, Align::right, Align::right});
}

nlohmann::ordered_json evaluation_json(const Evaluation& evaluation) {
  nlohmann::ordered_json json{{"samples", evaluation.samples}, {"loss", evaluation.loss}};
  if (is_classification(evaluation)) {
    json["accuracy"] = evaluation.accuracy;
    json["confusion_matrix"] = evaluation.confusion_matrix;
    add_class_figures(evaluation, json);
  } else {
    auto& targets = json["targets"] = nlohmann::ordered_json::array();
    for (const TargetError& target : evaluation.target_errors) {
      targets.push_back(
          {{"rmse", target.rmse}, {"mae", target.mae}, {"r_squared", target.r_squared}});
    }
  }
  return json;
}

}  // namespace dtheta::cli
