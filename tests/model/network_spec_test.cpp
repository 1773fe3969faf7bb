#include "dtheta/model/network_spec.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

constexpr ActivationOptions relu{.kind = Activation::relu};

TEST(LayerList, ReadsLayersAndFusesActivations) {
  const LayerList list = parse_layer_list(
      "input 28x28x1, conv 6 5x5, relu, maxpool 2, flatten, dense 120 relu, dense 10");
  EXPECT_EQ(list.input, (Shape{28, 28, 1}));
  ASSERT_EQ(list.layers.size(), 5U);
  EXPECT_EQ(std::get<Conv2dOptions>(list.layers[0].layer).activation, relu);
  EXPECT_EQ(std::get<DenseOptions>(list.layers[3].layer).activation, relu);
  EXPECT_EQ(std::get<DenseOptions>(list.layers[4].layer).units, 10);
  EXPECT_EQ(list.activation, std::nullopt);
}

TEST(LayerList, MayBeAFileWithLinesAndComments) {
  const LayerList list = parse_layer_list(
      "# a small network\n"
      "flatten   # pixels in a row\n"
      "\n"
      "dense 20; relu\n"
      "dense 1\n");
  EXPECT_EQ(list, parse_layer_list("flatten, dense 20, relu, dense 1"));
}

TEST(LayerList, KeepsAnActivationThatCannotBeFused) {
  EXPECT_EQ(parse_layer_list("relu, dense 3").layers.size(), 2U);
  EXPECT_EQ(parse_layer_list("dense 3, relu, tanh, dense 2").layers.size(), 3U);
  EXPECT_EQ(parse_layer_list("conv 2 3x3, maxpool 2, relu, flatten, dense 2").layers.size(), 5U);
}

TEST(LayerList, TakesTheOutputActivationOff) {
  EXPECT_EQ(parse_layer_list("dense 4, softmax").activation, "softmax");
  EXPECT_EQ(parse_layer_list("dense 4 SoftMax"), parse_layer_list("dense 4, softmax"));
  for (const char* text : {"dense 1, sigmoid", "dense 1 sigmoid"}) {
    const LayerList list = parse_layer_list(text);
    EXPECT_EQ(list.activation, "sigmoid") << text;
    EXPECT_EQ(std::get<DenseOptions>(list.layers.back().layer).activation, ActivationOptions{})
        << text;
  }
  EXPECT_EQ(parse_layer_list("dense 4, sigmoid, dense 1").activation, std::nullopt);
}

TEST(LayerList, SoftmaxInsideIsALayer) {
  const LayerList list = parse_layer_list("dense 3 softmax, dense 2, softmax");
  EXPECT_EQ(list, parse_layer_list("dense 3, softmax, dense 2 softmax"));
  ASSERT_EQ(list.layers.size(), 3U);
  EXPECT_EQ(list.layers[1], LayerSpec(SoftmaxOptions{}));
  EXPECT_EQ(list.activation, "softmax");
}

TEST(LayerList, GeluAndSiluAreLayersBehindOthers) {
  EXPECT_EQ(parse_layer_list("dense 3 gelu, conv 2 3x3 same SiLU"),
            parse_layer_list("dense 3, gelu, conv 2 3x3 same, silu"));
  EXPECT_EQ(parse_layer_list("dense 3, gelu, dense 2").layers.size(), 3U);
}

TEST(LayerList, ActivationsAreFusedIntoEveryLayerThatHasThem) {
  const LayerList list = parse_layer_list("depthwise 3x3, relu, layernorm, tanh, flatten, dense 2");
  EXPECT_EQ(list.layers.size(), 5U);
  EXPECT_EQ(layer_text(list.layers[0].layer), "depthwise 3x3 relu");
}

TEST(LayerList, RoundTripsThroughText) {
  const LayerList list = parse_layer_list(
      "input 9x7x3, conv 4 3x5 stride 2x1 same, leaky_relu 0.2, avgpool 3 stride 2 same, tanh, "
      "pad 1, depthwise 3x3 multiplier 2, softplus, layernorm, upsample 2, gelu, globalavgpool, "
      "reshape 2x2x2, softmax, flatten, dense 5, sigmoid, dense 2");
  const NetworkSpec spec{.input = *list.input, .layers = list.layers};
  EXPECT_EQ(parse_layer_list(layer_list_text(spec)), list);
}

TEST(LayerList, NamesMakeGraphs) {
  using Sources = std::vector<std::size_t>;
  const LayerList list = parse_layer_list(
      "input 8x8x3, conv 3 3x3 same as block, batchnorm, relu as normal, conv 3 3x3 same, add "
      "block "
      "input, relu, concatenate normal as both, conv 2 1x1 from block as side, concatenate from "
      "side both, flatten, dense 2 frozen");
  const std::vector<NodeSpec>& layers = list.layers;
  ASSERT_EQ(layers.size(), 9U);
  EXPECT_EQ(layers[1].name, "normal");
  EXPECT_EQ(std::get<BatchNormalizationOptions>(layers[1].layer).activation.kind, Activation::relu);
  EXPECT_EQ(layers[2].inputs, Sources());
  EXPECT_EQ(layers[3].inputs, (Sources{3, 1, 0}));
  EXPECT_EQ(std::get<AddOptions>(layers[3].layer).activation.kind, Activation::relu);
  EXPECT_EQ(layers[4].inputs, (Sources{4, 2}));
  EXPECT_EQ(layers[5].inputs, Sources{1});
  EXPECT_EQ(layers[6].inputs, (Sources{6, 5}));
  EXPECT_TRUE(layers[8].is_frozen);
  EXPECT_FALSE(is_chain({.input = *list.input, .layers = layers}));
  EXPECT_EQ(names_of(layers),
            (std::vector<std::string>{"block", "normal", "conv_2", "add_1", "both", "side",
                                      "concatenate_2", "flatten_1", "dense_1"}));
  EXPECT_EQ(parse_layer_list(layer_list_text({.input = *list.input, .layers = layers})), list);
}

TEST(LayerList, AGraphCanBeWrittenInCpp) {
  NetworkSpec spec{.input = {8, 8, 2}, .layers = {}};
  spec.layers.push_back(Conv2dOptions{.filters = 3, .kernel = {3, 3}, .padding = Padding::same});
  spec.layers.push_back(Conv2dOptions{.filters = 3, .kernel = {3, 3}, .padding = Padding::same});
  spec.layers.push_back({AddOptions{}, {1, 2}});
  spec.layers.push_back(FlattenOptions{});
  spec.layers.push_back(DenseOptions{.units = 2});
  EXPECT_EQ(layer_list_text(spec),
            "input 8x8x2, conv 3 3x3 same as conv_1, conv 3 3x3 same as conv_2, add from conv_1 "
            "conv_2, flatten, dense 2");
}

TEST(LayerList, NamesThatLayersHaveAnywayAreLeftToThem) {
  EXPECT_EQ(
      parse_layer_list("dense 3 as dense_1, dense 3, add dense_1 as add_1, dense 2").layers[0],
      NodeSpec(DenseOptions{.units = 3}));
  EXPECT_EQ(parse_layer_list("dense 3, relu from input").layers[1].inputs,
            std::vector<std::size_t>{0});
  EXPECT_EQ(parse_layer_list("dense 3 as a, relu from a").layers[1].inputs,
            std::vector<std::size_t>());
}

TEST(LayerList, RefusesNamesThatLeadNowhere) {
  const auto complaint = [](std::string_view text) {
    return test::message_of<UsageError>([&] { parse_layer_list(text); });
  };
  EXPECT_EQ(complaint("dense 3 as a, add b"),
            "layer 'add b': no entry before it is called 'b', only input, a: end one in 'as b'");
  EXPECT_EQ(complaint("dense 3 from x"),
            "layer 'dense 3 from x': no entry before it is called 'x', only input: end one in 'as "
            "x'");
  EXPECT_EQ(complaint("dense 3 as a, dense 4 as a"),
            "layer 'dense 4 as a': an entry before it is called a, too");
  for (const char* text : {"dense 3 as", "dense 3 as a b", "dense 3 as input", "dense 3 as a-b",
                           "dense 3 from", "relu as from"}) {
    EXPECT_THROW(parse_layer_list(text), UsageError) << text;
  }
}

TEST(LayerList, RefusesWhatItCannotRead) {
  EXPECT_THROW(parse_layer_list(""), UsageError);
  EXPECT_THROW(parse_layer_list("# only a comment"), UsageError);
  EXPECT_THROW(parse_layer_list("dense 3, input 3"), UsageError);
  EXPECT_THROW(parse_layer_list("dense 3, frobnicate 2"), UsageError);
  for (const char* text :
       {"input 0x3, dense 1", "input 3x, dense 1", "input 1x1x1x1x1, dense 1", "input, dense 1",
        "input -3, dense 1", "input 99999999999999999999, dense 1"}) {
    EXPECT_THROW(parse_layer_list(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace dtheta
