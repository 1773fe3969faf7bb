#include "dtheta/layers/layer.hpp"

namespace dtheta {

template <std::floating_point T>
std::vector<ParameterSpec> Layer<T>::parameters(std::span<const Shape>) const {
  return {};
}

template <std::floating_point T>
Footprint Layer<T>::footprint(std::span<const Shape>, Size) const {
  return {};
}

template <std::floating_point T>
Size Layer<T>::prepared_size(std::span<const Shape>, bool) const {
  return 0;
}

template <std::floating_point T>
void Layer<T>::prepare(const Prepare<T>&) const {}

template <std::floating_point T>
Size Layer<T>::deposit_size(std::span<const Shape>, Size) const {
  return 0;
}

template <std::floating_point T>
void Layer<T>::batch_dtheta(const BatchDtheta<T>&) const {}

template <std::floating_point T>
BatchSums Layer<T>::batch_sums(std::span<const Shape>, Size) const {
  return {};
}

template <std::floating_point T>
void Layer<T>::forward_sums(const SumOver<T>&) const {}

template <std::floating_point T>
void Layer<T>::backward_sums(const SumOver<T>&) const {}

template <std::floating_point T>
void Layer<T>::update_statistics(std::span<const double>, Size, std::span<const Shape>,
                                 std::span<const View<T>>) const {}

template class Layer<float>;
template class Layer<double>;

}  // namespace dtheta
