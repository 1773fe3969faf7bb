#include "dtheta/layers/embedding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

/// The row of a number; −1 for none.
template <class T>
Size row_of(T number, Size vocabulary) {
  const T nearest = std::round(number);
  const bool is_row = nearest >= 0 && nearest < static_cast<T>(vocabulary);  // not for NaN
  return is_row ? static_cast<Size>(nearest) : -1;
}

}  // namespace

template <std::floating_point T>
Embedding<T>::Embedding(const EmbeddingOptions& options) : options_(options) {
  constexpr Size most = Size{1} << std::numeric_limits<float>::digits;
  check_count(options.vocabulary, "the vocabulary");
  check_count(options.units, "the number of units");
  if (options.vocabulary > most) {
    throw UsageError(
        fmt::format("the vocabulary is {}; wanted at most {}, up to which float has "
                    "all whole numbers",
                    options.vocabulary, most));
  }
}

template <std::floating_point T>
Shape Embedding<T>::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = inputs[0];
  if (input.rank() + 2 > Shape::max_rank) {
    throw UsageError(fmt::format("found samples of shape {}; wanted at most {} axes", input.text(),
                                 Shape::max_rank - 2));
  }
  std::vector<Size> extents(input.extents().begin(), input.extents().end());
  extents.push_back(options_.units);
  return Shape(extents);
}

template <std::floating_point T>
std::vector<ParameterSpec> Embedding<T>::parameters(std::span<const Shape>) const {
  // Of all rows one is read for a number: one connection into each unit.
  return {{.name = "embeddings",
           .shape = {options_.vocabulary, options_.units},
           .fan_in = 1,
           .fan_out = options_.units}};
}

template <std::floating_point T>
void Embedding<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Size units = options_.units;
  for (Size i = 0; i < x.size(); ++i) {
    const Size row = row_of(x[i], options_.vocabulary);
    T* const to = pass.output.data() + i * units;
    if (row < 0) {
      std::fill_n(to, units, std::numeric_limits<T>::quiet_NaN());
    } else {
      std::copy_n(pass.theta[0].data() + row * units, units, to);
    }
  }
}

template <std::floating_point T>
void Embedding<T>::backward(const Backward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Size units = options_.units;
  const Size numbers = pass.dtheta.empty() ? 0 : x.size();
  for (Size i = 0; i < numbers; ++i) {
    const Size row = row_of(x[i], options_.vocabulary);
    if (row < 0) continue;
    const T* const da = pass.doutput.data() + i * units;
    T* const sum = pass.dtheta[0].data() + row * units;
    for (Size k = 0; k < units; ++k) sum[k] += da[k];
  }
  if (!pass.dinputs[0].empty()) std::ranges::fill(pass.dinputs[0].span(), T{0});
}

EmbeddingOptions CatalogEntry<EmbeddingOptions>::read(std::string_view, LayerWords& words) {
  EmbeddingOptions options{.vocabulary = take_count(words, "the vocabulary's size")};
  options.units = take_count(words, "the number of units");
  return options;
}

std::string CatalogEntry<EmbeddingOptions>::text(const EmbeddingOptions& options) {
  return fmt::format("embedding {} {}", options.vocabulary, options.units);
}

template class Embedding<float>;
template class Embedding<double>;

}  // namespace dtheta
