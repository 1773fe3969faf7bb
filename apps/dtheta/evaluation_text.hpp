/// Evaluations, for people and for programs.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/training/evaluation.hpp"

namespace dtheta::cli {

/// "loss 0.0312, accuracy 98.93 % (107 of 10,000 wrong)"; a regression has no accuracy.
std::string evaluation_line(const Evaluation& evaluation);

/// The confusion matrix as a table, with the recall of each class.
std::string confusion_text(const Evaluation& evaluation, std::span<const std::string> class_names);

/// {"samples", "loss"} and, for a classification, {"accuracy", "confusion_matrix"}.
nlohmann::ordered_json evaluation_json(const Evaluation& evaluation);

}  // namespace dtheta::cli
