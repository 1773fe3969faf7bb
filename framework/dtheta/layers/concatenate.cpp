#include "dtheta/layers/concatenate.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

/// Copies a block of `columns` columns between rows of different lengths.
template <class T>
void copy_columns(const T* from, Size from_row, T* to, Size to_row, Size rows, Size columns) {
  for (Size r = 0; r < rows; ++r) std::copy_n(from + r * from_row, columns, to + r * to_row);
}

template <class T>
Size channels_of(View<T> view) {
  return view.dim(view.shape().rank() - 1);
}

}  // namespace

template <std::floating_point T>
Concatenate<T>::Concatenate(const ConcatenateOptions&) {}

template <std::floating_point T>
Shape Concatenate<T>::output_shape(std::span<const Shape> inputs) const {
  check_several(inputs);
  std::vector<Size> extents(inputs[0].extents().begin(), inputs[0].extents().end());
  for (const Shape& input : inputs.subspan(1)) {
    const auto others = input.extents();
    const bool fits = others.size() == extents.size() &&
                      std::equal(extents.begin(), extents.end() - 1, others.begin());
    if (!fits) {
      throw UsageError(
          fmt::format("found inputs of shape {} and {}; wanted shapes that differ in the last axis "
                      "only",
                      inputs[0].text(), input.text()));
    }
    extents.back() += others.back();
  }
  return Shape(extents);
}

template <std::floating_point T>
void Concatenate<T>::forward(const Forward<T>& pass) const {
  const Size row = channels_of(pass.output);
  const Size rows = pass.output.size() / row;
  T* to = pass.output.data();
  for (const View<const T>& x : pass.inputs) {
    const Size columns = channels_of(x);
    copy_columns(x.data(), columns, to, row, rows, columns);
    to += columns;
  }
}

template <std::floating_point T>
void Concatenate<T>::backward(const Backward<T>& pass) const {
  const Size row = channels_of(pass.doutput);
  const Size rows = pass.doutput.size() / row;
  const T* from = pass.doutput.data();
  for (std::size_t k = 0; k < pass.inputs.size(); ++k) {
    const Size columns = channels_of(pass.inputs[k]);
    if (!pass.dinputs[k].empty()) {
      copy_columns(from, row, pass.dinputs[k].data(), columns, rows, columns);
    }
    from += columns;
  }
}

ConcatenateOptions CatalogEntry<ConcatenateOptions>::read(std::string_view, LayerWords&) {
  return {};
}

std::string CatalogEntry<ConcatenateOptions>::text(const ConcatenateOptions&) {
  return "concatenate";
}

template class Concatenate<float>;
template class Concatenate<double>;

}  // namespace dtheta
