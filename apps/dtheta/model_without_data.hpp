/// Models of commands that need no data set: of a name, a layer list or a file alone.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "dtheta/model/builder.hpp"
#include "dtheta/model/model.hpp"
#include "model_source.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// What a data set would tell. A value.
struct SampleChoice {
  std::optional<Shape> input;  ///< none: what a named network was made for, or a list begins with
  Size outputs = 0;            ///< of a named network; 0: what it was made for
  std::string loss;            ///< empty: follows from the output
};

/// --input-shape, --outputs and --loss, bound to `choice`.
std::vector<Option> sample_options(SampleChoice& choice);

/// What a name or a layer list asks of data: classes. Throws UsageError for a layer list without an
/// input where there is none in `choice` either, and for choices that the source contradicts.
DataTraits traits_without_data(const ModelSource& source, const SampleChoice& choice = {});

/// The model of the file, or a fresh one with He's kernels by `seed`. Throws as
/// traits_without_data, choose_network and load_model.
template <std::floating_point T>
Model<T> model_without_data(const ModelSource& source, const SampleChoice& choice,
                            std::uint64_t seed, const std::optional<Sandbox>& sandbox);

}  // namespace dtheta::cli
