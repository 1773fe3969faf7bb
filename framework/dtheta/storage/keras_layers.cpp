#include "dtheta/storage/keras_layers.hpp"

#include <algorithm>
#include <utility>

namespace dtheta {

using Json = nlohmann::ordered_json;

KerasLayerList::KerasLayerList(std::string_view dtype) : dtype_(dtype) {}

void KerasLayerList::add(std::string_view class_name, const std::string& name, Json fields) {
  Json config{{"name", name}, {"trainable", true}, {"dtype", dtype_}};
  config.update(fields);
  layers_.push_back({{"class_name", class_name}, {"config", std::move(config)}});
}

std::vector<KerasClass> keras_classes() {
  std::vector<KerasClass> all;
  for (const auto& classes :
       {keras_dense_classes(), keras_convolution_classes(), keras_pooling_classes(),
        keras_shape_classes(), keras_normalization_classes(), keras_activation_classes()}) {
    all.insert(all.end(), classes.begin(), classes.end());
  }
  return all;
}

const KerasClass* find_keras_class(std::span<const KerasClass> classes, std::string_view name) {
  const auto found = std::ranges::find(classes, name, &KerasClass::name);
  return found == classes.end() ? nullptr : &*found;
}

Json keras_pair(const Extent2d& extent) { return Json::array({extent.height, extent.width}); }

std::string_view keras_padding(Padding padding) {
  return padding == Padding::same ? "same" : "valid";
}

}  // namespace dtheta
