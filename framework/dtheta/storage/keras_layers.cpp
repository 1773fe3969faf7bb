#include "dtheta/storage/keras_layers.hpp"

#include <algorithm>
#include <utility>

namespace dtheta {

using Json = nlohmann::ordered_json;

KerasLayerList::KerasLayerList(std::string_view dtype) : dtype_(dtype) {}

void KerasLayerList::add_input(Json config) {
  inputs_ = {config["name"]};
  layers_.push_back({{"class_name", "InputLayer"}, {"config", std::move(config)}});
  reads_.emplace_back();
}

void KerasLayerList::begin(std::vector<std::string> inputs, bool is_trained) {
  inputs_ = std::move(inputs);
  is_trained_ = is_trained;
}

void KerasLayerList::add(std::string_view class_name, const std::string& name, Json fields) {
  Json config{{"name", name}, {"trainable", is_trained_}, {"dtype", dtype_}};
  config.update(fields);
  layers_.push_back({{"class_name", class_name}, {"config", std::move(config)}});
  reads_.push_back(std::exchange(inputs_, {name}));
}

Json KerasLayerList::functional() const {
  Json result = layers_;
  for (std::size_t i = 0; i < result.size(); ++i) {
    Json calls = Json::array();
    for (const std::string& name : reads_[i]) {
      calls.push_back(Json::array({name, 0, 0, Json::object()}));
    }
    result[i]["name"] = result[i]["config"]["name"];
    result[i]["inbound_nodes"] = reads_[i].empty() ? Json::array() : Json::array({calls});
  }
  return result;
}

std::vector<KerasClass> keras_classes() {
  std::vector<KerasClass> all;
  for (const auto& classes :
       {keras_dense_classes(), keras_convolution_classes(), keras_pooling_classes(),
        keras_shape_classes(), keras_normalization_classes(), keras_joining_classes(),
        keras_activation_classes()}) {
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
