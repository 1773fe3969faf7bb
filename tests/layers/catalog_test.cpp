#include "dtheta/layers/catalog.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

constexpr ActivationOptions relu{.kind = Activation::relu};

TEST(Catalog, ReadsEveryLayer) {
  EXPECT_EQ(parse_layer("dense 120"), LayerSpec(DenseOptions{.units = 120}));
  EXPECT_EQ(parse_layer("dense 120 relu"),
            LayerSpec(DenseOptions{.units = 120, .activation = relu}));
  EXPECT_EQ(parse_layer("conv 6 5x3"), LayerSpec(Conv2dOptions{.filters = 6, .kernel = {5, 3}}));
  EXPECT_EQ(
      parse_layer("conv 6 5 stride 2x1 same leaky_relu 0.25"),
      LayerSpec(Conv2dOptions{.filters = 6,
                              .kernel = {5, 5},
                              .stride = {2, 1},
                              .padding = Padding::same,
                              .activation = {.kind = Activation::leaky_relu, .slope = 0.25}}));
  EXPECT_EQ(parse_layer("maxpool 2"), LayerSpec(PoolingOptions{}));
  EXPECT_EQ(parse_layer("avgpool 3x2 stride 2 same"),
            LayerSpec(PoolingOptions{.kind = PoolingKind::average,
                                     .window = {3, 2},
                                     .stride = Extent2d{2, 2},
                                     .padding = Padding::same}));
  EXPECT_EQ(parse_layer("flatten"), LayerSpec(FlattenOptions{}));
  EXPECT_EQ(parse_layer("linear"), LayerSpec(ActivationOptions{}));
  EXPECT_EQ(parse_layer("leaky_relu"),
            LayerSpec(ActivationOptions{.kind = Activation::leaky_relu, .slope = 0.01}));
}

TEST(Catalog, KnowsNoCaseAndAnySpace) {
  EXPECT_EQ(parse_layer("  Conv 6\t5X5   SAME ReLU "), parse_layer("conv 6 5x5 same relu"));
}

TEST(Catalog, RoundTripsThroughText) {
  for (const std::string text : {"dense 120",
                                 "dense 7 tanh",
                                 "dense 7 leaky_relu 0.30000000000000004",
                                 "conv 6 5x5",
                                 "conv 6 5x3 stride 2 same relu",
                                 "conv 6 5x3 stride 1x2 sigmoid",
                                 "maxpool 2",
                                 "maxpool 2x3",
                                 "maxpool 3 stride 2 same",
                                 "avgpool 2 stride 1x2",
                                 "flatten",
                                 "linear",
                                 "sigmoid",
                                 "tanh",
                                 "relu",
                                 "leaky_relu 0.2",
                                 "elu",
                                 "elu 0.5",
                                 "dense 3 softplus",
                                 "conv 8 3x3 dilation 2",
                                 "conv 8 3x3 same dilation 1x2 groups 4 im2col relu",
                                 "depthwise 3x3",
                                 "depthwise 3x5 multiplier 2 stride 2 same tanh",
                                 "depthwise 3x3 dilation 2",
                                 "globalmaxpool",
                                 "globalavgpool",
                                 "reshape 7x7x16",
                                 "reshape 4",
                                 "pad 1",
                                 "pad 0x2",
                                 "pad 0 1",
                                 "upsample 2",
                                 "upsample 1x3",
                                 "embedding 100 16",
                                 "layernorm",
                                 "layernorm epsilon 0.001",
                                 "softmax",
                                 "gelu",
                                 "silu"}) {
    EXPECT_EQ(layer_text(parse_layer(text)), text);
  }
}

TEST(Catalog, MakesTheLayerOfTheSpec) {
  const auto output = [](std::string_view text, const Shape& input) {
    return make_layer<float>(parse_layer(text))->output_shape(std::array{input});
  };
  EXPECT_EQ(output("dense 3", {5}), Shape{3});
  EXPECT_EQ(output("conv 4 3x3", {5, 6, 2}), (Shape{3, 4, 4}));
  EXPECT_EQ(output("maxpool 2", {5, 6, 2}), (Shape{2, 3, 2}));
  EXPECT_EQ(output("avgpool 2 same", {5, 6, 2}), (Shape{3, 3, 2}));
  EXPECT_EQ(output("flatten", {5, 6, 2}), Shape{60});
  EXPECT_EQ(output("tanh", {5, 6, 2}), (Shape{5, 6, 2}));
  EXPECT_TRUE(make_layer<float>(FlattenOptions{})->is_view());
  EXPECT_THROW(make_layer<float>(DenseOptions{}), UsageError);
}

/// What parse_layer says of an entry it refuses.
std::string complaint(std::string_view entry) {
  try {
    parse_layer(entry);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing: it was read";
}

TEST(Catalog, QuotesTheEntryAndTheWord) {
  struct Refusal {
    const char* entry;
    const char* part;
  };
  for (const Refusal& r : {
           Refusal{"frobnicate 2", "'frobnicate'"},
           Refusal{"dense", "number of units"},
           Refusal{"dense ten", "'ten'"},
           Refusal{"dense 0", "'0'"},
           Refusal{"dense -3", "'-3'"},
           Refusal{"dense 3.5", "'3.5'"},
           Refusal{"dense 99999999999999999999", "'99999999999999999999'"},
           Refusal{"dense 3000000000", "2147483647"},
           Refusal{"dense 3 gelu", "'gelu'"},
           Refusal{"dense 3 relu relu", "'relu'"},
           Refusal{"conv 5x5", "'5x5'"},
           Refusal{"conv 6", "kernel"},
           Refusal{"conv 6 5x", "'5x'"},
           Refusal{"conv 6 x5", "'x5'"},
           Refusal{"conv 6 5x0", "'5x0'"},
           Refusal{"conv 6 5x5x5", "'5x5x5'"},
           Refusal{"conv 6 5x5 stride", "a stride"},
           Refusal{"conv 6 5x5 stride same", "'same'"},
           Refusal{"conv 6 5x5 same stride 2", "'stride'"},
           Refusal{"maxpool", "window"},
           Refusal{"maxpool 2 relu", "'relu'"},
           Refusal{"flatten 3", "'3'"},
           Refusal{"leaky_relu 1.5", "1.5"},
           Refusal{"leaky_relu x", "'x'"},
           Refusal{"elu -1", "-1"},
           Refusal{"elu inf", "inf"},
           Refusal{"relu 3", "'3'"},
           Refusal{"dense 10 softmax", "'softmax'"},
           Refusal{"conv 6 3x3 groups", "number of groups"},
           Refusal{"conv 6 3x3 groups 4", "multiple of the 4 groups"},
           Refusal{"conv 6 3x3 stride 2 dilation 2", "wanted one of them"},
           Refusal{"depthwise 3x3 multiplier 0", "'0'"},
           Refusal{"layernorm 1e-3", "'1e-3'"},
           Refusal{"globalavgpool 2", "'2'"},
           Refusal{"", "the name of a layer"},
       }) {
    const std::string message = complaint(r.entry);
    EXPECT_NE(message.find(std::string("layer '") + r.entry + "'"), std::string::npos) << message;
    EXPECT_NE(message.find(r.part), std::string::npos) << r.entry << " → " << message;
  }
}

TEST(Catalog, SuggestsTheNearestWord) {
  const auto suggests = [](const char* entry, const char* word) {
    return complaint(entry).find(std::string("; did you mean '") + word + "'?\n") !=
           std::string::npos;
  };
  EXPECT_TRUE(suggests("dens 10", "dense"));
  EXPECT_TRUE(suggests("max_pool 2", "maxpool"));
  EXPECT_TRUE(suggests("dense 10 rellu", "relu"));
  EXPECT_TRUE(suggests("conv 6 5x5 smae", "same"));
  for (const char* entry : {"frobnicate 2", "dense relu", "dense ten", "dense 1O", ""}) {
    EXPECT_EQ(complaint(entry).find("did you mean"), std::string::npos) << entry;
  }
}

TEST(Catalog, ListsWhatIsKnown) {
  const std::string message = complaint("frobnicate 2");
  for (const char* kind : {"dense", "conv", "maxpool", "avgpool", "flatten", "leaky_relu"}) {
    EXPECT_NE(message.find(kind), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace dtheta
