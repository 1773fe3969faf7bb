/// Evaluations, for people and for programs.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/training/evaluation.hpp"

namespace dtheta::cli {

/// "loss 0.0312, accuracy 98.93 % (107 of 10,000 wrong)"; of a regression "loss 0.0211, R2 0.9834
/// (500 samples)", the mean over its targets.
std::string evaluation_line(const Evaluation& evaluation);

/// The confusion matrix as a table, with the recall of each class.
std::string confusion_text(const Evaluation& evaluation, std::span<const std::string> class_names);

/// Precision, recall, F1 and ROC AUC of each class, and their means, as a table. The area is of the
/// class against all others; "-" where it has no samples, or all. The areas must have been asked
/// for.
std::string class_figures_text(const Evaluation& evaluation,
                               std::span<const std::string> class_names);

/// The errors of a regression's targets as a table.
std::string target_errors_text(const Evaluation& evaluation);

/// {"samples", "loss"} and, for a classification, {"accuracy", "confusion_matrix", "classes":
/// [{"precision", "recall", "f1", "roc_auc"}, ...], "mean": {the same}}, roc_auc only where it was
/// asked for, and null where there is none; for a regression {"targets": [{"rmse", "mae",
/// "r_squared"}, ...]}, r_squared being null for a target that is the same in all samples.
nlohmann::ordered_json evaluation_json(const Evaluation& evaluation);

}  // namespace dtheta::cli
