#include "dtheta/training/metrics.hpp"

#include <algorithm>

namespace dtheta {

template <std::floating_point T>
Size class_of(std::span<const T> row, T threshold) {
  if (row.size() == 1) return row[0] > threshold ? 1 : 0;
  return std::ranges::max_element(row) - row.begin();
}

template <std::floating_point T>
T decision_threshold(std::string_view output_activation) {
  return output_activation == "sigmoid" ? T{0} : T{0.5};
}

template <std::floating_point T>
Size count_correct(View<const T> z, View<const T> y, std::string_view output_activation) {
  const T threshold = decision_threshold<T>(output_activation);
  const auto width = static_cast<std::size_t>(z.dim(1));
  Size correct = 0;
  for (std::size_t first = 0; first < z.span().size(); first += width) {
    const Size predicted = class_of(z.span().subspan(first, width), threshold);
    correct += predicted == class_of(y.span().subspan(first, width), T{0.5}) ? 1 : 0;
  }
  return correct;
}

template Size class_of(std::span<const float>, float);
template Size class_of(std::span<const double>, double);
template float decision_threshold(std::string_view);
template double decision_threshold(std::string_view);
template Size count_correct(View<const float>, View<const float>, std::string_view);
template Size count_correct(View<const double>, View<const double>, std::string_view);

}  // namespace dtheta
