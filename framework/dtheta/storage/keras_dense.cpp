#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

std::vector<LayerSpec> read_dense(const KerasLayer& layer) {
  layer.require("use_bias", true);
  return with_keras_activation(DenseOptions{.units = layer.whole("units")}, layer);
}

std::vector<LayerSpec> read_embedding(const KerasLayer& layer) {
  layer.require("mask_zero", false);
  return {
      EmbeddingOptions{.vocabulary = layer.whole("input_dim"), .units = layer.whole("output_dim")}};
}

}  // namespace

void write_keras(KerasLayerList& list, const DenseOptions& dense, const std::string& name) {
  list.add("Dense", name,
           {{"units", dense.units},
            {"activation", keras_activation_field(dense.activation)},
            {"use_bias", true}});
  write_keras_activation_behind(list, dense.activation, name);
}

void write_keras(KerasLayerList& list, const EmbeddingOptions& embedding, const std::string& name) {
  list.add(
      "Embedding", name,
      {{"input_dim", embedding.vocabulary}, {"output_dim", embedding.units}, {"mask_zero", false}});
}

std::vector<KerasClass> keras_dense_classes() {
  return {{.name = "Dense", .read = read_dense}, {.name = "Embedding", .read = read_embedding}};
}

}  // namespace dtheta
