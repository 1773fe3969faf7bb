#include "same_training.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/model/network_spec.hpp"
#include "dtheta/storage/data_digest.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// One thing that has to be the same.
struct Term {
  std::string option;  ///< "--batch-size"
  std::string value;
};

std::string short_digest(std::string_view sha256) {
  return sha256.empty() ? "none" : fmt::format("of SHA-256 {}...", sha256.substr(0, 16));
}

std::string option_of(std::string key) {
  std::ranges::replace(key, '_', '-');
  return "--" + key;
}

std::string value_text(const nlohmann::ordered_json& value) {
  if (value.is_null() || value == "") return "none";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The causes before their effects: other data often have another batch size and window, too.
template <std::floating_point T>
std::vector<Term> terms_list(const Model<T>& model, const TrainingTerms& terms) {
  const nlohmann::ordered_json recipe = to_json(terms.recipe);
  const auto term = [&](const std::string& key) {
    return Term{option_of(key), value_text(recipe.at(key))};
  };
  std::vector<Term> list{
      term("sample_weights"),
      {"--data", "with training samples " + short_digest(terms.data_sha256)},
      {"--data", "with validation samples " + short_digest(terms.validation_sha256)},
      {"--data", "with samples multiplied by " + exact_text(model.input.scale)},
      {"--model", "'" + layer_list_text(model.network->spec()) + "'"},
      {"--loss", model.loss},
      {"--precision", std::string(precision_name(terms.precision))}};
  for (const char* key : {"validation_split", "stratify", "subset", "balance"}) {
    list.push_back(term(key));
  }
  for (const auto& item : recipe.items()) {
    // Those that end a training do not change its steps.
    constexpr std::array not_here{"epochs", "early_stopping", "target"};
    if (std::ranges::find(not_here, item.key()) != not_here.end()) continue;
    const Term next = term(item.key());
    if (std::ranges::count(list, next.option, &Term::option) == 0) list.push_back(next);
  }
  list.push_back({"--mean-std", model.input.mean.empty() ? "false" : "true"});
  list.push_back({"--model", "with first weights " + short_digest(terms.start_sha256)});
  return list;
}

}  // namespace

template <std::floating_point T>
TrainingTerms terms_of(const Trainer<T>& trainer, const TrainingData& data,
                       nlohmann::ordered_json provenance) {
  return {.recipe = trainer.recipe(),
          .precision = sizeof(T) == 8 ? Precision::float64 : Precision::float32,
          .start_sha256 = theta_sha256(trainer.model()),
          .data_sha256 = data_sha256(data.train),
          .validation_sha256 = data.validation ? data_sha256(*data.validation) : "",
          .provenance = std::move(provenance)};
}

template <std::floating_point T>
void check_same_training(const Trainer<T>& trainer, const TrainingTerms& terms,
                         const Checkpoint<T>& checkpoint, const std::filesystem::path& file) {
  const std::vector<Term> now = terms_list(trainer.model(), terms);
  const std::vector<Term> before = terms_list(checkpoint.state.model, checkpoint.terms);
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i].value == before[i].value) continue;
    throw UsageError(fmt::format(
        "{0} {1}: the training of {3} has {0} {2}; resume with that, or name another folder for "
        "another training",
        now[i].option, now[i].value, before[i].value, file.string()));
  }
  const TrainingState<T>& state = checkpoint.state;
  const Size begun = state.epoch + (state.cursor > 0 ? 1 : 0);
  if (trainer.recipe().epochs < begun) {
    throw UsageError(
        fmt::format("--epochs {}: the training of {} is in its epoch {}; wanted at "
                    "least as many",
                    trainer.recipe().epochs, file.string(), begun));
  }
}

std::string different_runtime(const nlohmann::ordered_json& before,
                              const nlohmann::ordered_json& now) {
  std::string differences;
  for (const char* key : {"kernels", "blas_core", "blas", "dtheta", "compiler"}) {
    const std::string then = before.value(key, std::string());
    const std::string today = now.value(key, std::string());
    if (then == today) continue;
    differences += fmt::format("{}{} {} instead of {}", differences.empty() ? "" : ", ", key, today,
                               then.empty() ? "something unknown" : then);
  }
  return differences;
}

template TrainingTerms terms_of(const Trainer<float>&, const TrainingData&, nlohmann::ordered_json);
template TrainingTerms terms_of(const Trainer<double>&, const TrainingData&,
                                nlohmann::ordered_json);
template void check_same_training(const Trainer<float>&, const TrainingTerms&,
                                  const Checkpoint<float>&, const std::filesystem::path&);
template void check_same_training(const Trainer<double>&, const TrainingTerms&,
                                  const Checkpoint<double>&, const std::filesystem::path&);

}  // namespace dtheta::cli
