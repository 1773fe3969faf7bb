#include "dtheta/storage/keras_config.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/storage/json_text.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using Json = nlohmann::ordered_json;

Json layer(const char* class_name, Json config) {
  return {{"class_name", class_name}, {"config", std::move(config)}};
}

Json input(const Json& shape = {nullptr, 8, 8, 2}) {
  return layer("InputLayer", {{"batch_input_shape", shape}, {"name", "input"}});
}

Json dense(Json fields = Json::object()) {
  Json config{{"name", "d"}, {"units", 3}};
  config.update(fields);
  return layer("Dense", config);
}

Json conv(Json fields = Json::object()) {
  Json config{{"name", "c"}, {"filters", 3}, {"kernel_size", 3}};
  config.update(fields);
  return layer("Conv2D", config);
}

Json sequential(const std::vector<Json>& layers) {
  return {{"class_name", "Sequential"}, {"config", {{"name", "s"}, {"layers", layers}}}};
}

KerasNetwork parse(const std::vector<Json>& layers) {
  return parse_keras_config(sequential(layers).dump());
}

std::string text_of(const KerasNetwork& network) { return layer_list_text(network.spec); }

std::string complaint(const std::vector<Json>& layers,
                      std::optional<std::string_view> activation = std::nullopt) {
  return message_of<DataError>([&] { parse_keras_config(sequential(layers).dump(), activation); });
}

TEST(KerasConfig, DefaultsAreThoseOfKeras) {
  const KerasNetwork network = parse(
      {input(), conv(), layer("MaxPooling2D", {{"name", "m"}}),
       layer("AveragePooling2D", {{"name", "a"}, {"pool_size", {3, 1}}, {"strides", nullptr}}),
       layer("LeakyReLU", {{"name", "l"}}), layer("Flatten", {{"name", "f"}}), dense()});
  EXPECT_EQ(text_of(network),
            "input 8x8x2, conv 3 3x3, maxpool 2, avgpool 3x1, leaky_relu 0.3, flatten, dense 3");
  EXPECT_EQ(network.activation, "linear");
  EXPECT_EQ(network.input, std::nullopt);
  EXPECT_EQ(network.names, (std::vector<std::string>{"c", "m", "a", "l", "f", "d"}));
}

TEST(KerasConfig, ActivationsAreFusedWhereTheyFit) {
  const KerasNetwork network =
      parse({input({nullptr, 4}), dense(), layer("LeakyReLU", {{"name", "l"}, {"alpha", 0.25}}),
             layer("Activation", {{"name", "t"}, {"activation", "tanh"}}),
             dense({{"activation", "relu"}}), dense(),
             layer("LeakyReLU", {{"name", "l"}, {"negative_slope", 0.5}}),
             dense({{"activation", "leaky_relu"}}), dense({{"activation", "softmax"}})});
  EXPECT_EQ(text_of(network),
            "input 4, dense 3 leaky_relu 0.25, tanh, dense 3 relu, dense 3 leaky_relu 0.5, dense 3 "
            "leaky_relu 0.2, dense 3");
  EXPECT_EQ(network.activation, "softmax");
}

TEST(KerasConfig, Keras22WithoutInputLayer) {
  const Json config = {
      {"class_name", "Sequential"},
      {"config", {dense({{"batch_input_shape", {nullptr, 5}}, {"activation", "sigmoid"}})}}};
  const KerasNetwork network = parse_keras_config(config.dump());
  EXPECT_EQ(text_of(network), "input 5, dense 3");
  EXPECT_EQ(network.activation, "sigmoid");
}

TEST(KerasConfig, Keras3WithRescaling) {
  const Json dtype = {{"module", "keras"},
                      {"class_name", "DTypePolicy"},
                      {"config", {{"name", "float32"}}},
                      {"registered_name", nullptr}};
  const KerasNetwork network = parse(
      {layer("InputLayer", {{"name", "i"}, {"batch_shape", {32, 6}}}),
       layer("Rescaling", {{"name", "r"}, {"dtype", dtype}, {"scale", 0.5}, {"offset", 0.0}}),
       dense({{"dtype", dtype}}), layer("Activation", {{"name", "a"}, {"activation", "softmax"}})});
  EXPECT_EQ(text_of(network), "input 6, dense 3");
  EXPECT_EQ(network.input, InputPreparation{.scale = 0.5});
  EXPECT_EQ(network.activation, "softmax");
}

TEST(KerasConfig, TheLossDecidesWhatTheOutputEndsWith) {
  const Json sigmoid = layer("Activation", {{"name", "s"}, {"activation", "sigmoid"}});
  const std::string text = sequential({input({nullptr, 4}), dense(), sigmoid}).dump();
  EXPECT_EQ(text_of(parse_keras_config(text, "sigmoid")), "input 4, dense 3");
  EXPECT_EQ(text_of(parse_keras_config(text, "linear")), "input 4, dense 3 sigmoid");
  EXPECT_EQ(
      message_of<DataError>([&] { parse_keras_config(text, "softmax"); }),
      "layer 3 (Activation 's') ends the model with sigmoid; wanted softmax as its loss asks");
  EXPECT_EQ(complaint({input({nullptr, 4}), dense()}, "softmax"),
            "layer 2 (Dense 'd') ends the model with linear; wanted softmax as its loss asks");
}

TEST(KerasConfig, WhatIsNotSupportedIsNamed) {
  const Json row = input({nullptr, 4});
  EXPECT_TRUE(contains(complaint({row, layer("GRU", {{"name", "x"}}), dense()}),
                       "layer 2 (GRU 'x') is not supported; dtheta reads InputLayer, "));
  EXPECT_EQ(complaint({row, dense({{"activation", "selu"}}), dense()}),
            "layer 2 (Dense 'd') has activation \"selu\"; wanted linear, sigmoid, tanh, relu, "
            "leaky_relu, elu, softplus, gelu, silu or softmax");
  EXPECT_EQ(complaint({row, dense({{"use_bias", false}})}),
            "layer 2 (Dense 'd') has use_bias false; wanted true");
  EXPECT_EQ(complaint({input(), conv({{"use_bias", false}})}),
            "layer 2 (Conv2D 'c') has use_bias false; wanted true");
  EXPECT_EQ(complaint({input(), conv({{"data_format", "channels_first"}})}),
            "layer 2 (Conv2D 'c') has data_format \"channels_first\"; wanted \"channels_last\"");
  EXPECT_EQ(complaint({input(), conv({{"groups", 0}})}),
            "layer 2 (Conv2D 'c') has groups 0; wanted a whole number from 1 to 2^31 - 1");
  EXPECT_EQ(complaint({input(), conv({{"padding", "causal"}})}),
            "layer 2 (Conv2D 'c') has padding \"causal\"; wanted valid or same");
  EXPECT_EQ(complaint({row, dense(), layer("Rescaling", {{"name", "r"}})}),
            "layer 3 (Rescaling 'r') does not stand in front");
  EXPECT_EQ(complaint({row, layer("ReLU", {{"name", "r"}, {"max_value", 6}}), dense()}),
            "layer 2 (ReLU 'r') has max_value 6; wanted null");
  EXPECT_EQ(complaint({row, layer("ReLU", {{"name", "r"}, {"threshold", 1}}), dense()}),
            "layer 2 (ReLU 'r') has threshold 1; wanted 0");
  EXPECT_EQ(complaint({row, layer("Softmax", {{"name", "s"}, {"axis", 1}}), dense()}),
            "layer 2 (Softmax 's') has axis 1; wanted -1");
  EXPECT_EQ(complaint({row, dense(), layer("Softmax", {{"name", "s"}, {"axis", 1}})}),
            "layer 3 (Softmax 's') has axis 1; wanted -1");
  EXPECT_EQ(message_of<DataError>(
                [] { parse_keras_config(R"({"class_name": "Mine", "config": {"layers": []}})"); }),
            "is a \"Mine\" model; dtheta reads Sequential and Functional ones");
}

TEST(KerasConfig, WhatLayersDoNotHaveIsNamed) {
  const auto refused = [](const char* class_name, Json fields) {
    fields["name"] = "x";
    const std::string message = complaint({input(), layer(class_name, fields), dense()});
    const std::string place = std::string("layer 2 (") + class_name + " 'x') has ";
    EXPECT_TRUE(contains(message, place));
    return message.substr(std::min(message.size(), place.size()));
  };
  EXPECT_EQ(refused("GlobalAveragePooling2D", {{"keepdims", true}}), "keepdims true; wanted false");
  EXPECT_EQ(refused("UpSampling2D", {{"interpolation", "bilinear"}}),
            "interpolation \"bilinear\"; wanted \"nearest\"");
  EXPECT_EQ(refused("ZeroPadding2D", {{"padding", {1, -1}}}),
            "padding [1,-1]; wanted whole numbers from 0");
  EXPECT_EQ(refused("ZeroPadding2D", {{"padding", {{1, 2}, {1, 2, 3}}}}),
            "padding [[1,2],[1,2,3]]; wanted whole numbers from 0");
  EXPECT_EQ(refused("Reshape", {{"target_shape", {-1, 2}}}),
            "target_shape -1; wanted a whole number from 1 to 2^31 - 1");
  EXPECT_EQ(refused("Reshape", {{"target_shape", {1, 1, 1, 1, 1}}}),
            "target_shape [1,1,1,1,1]; wanted 1 to 4 extents");
  EXPECT_EQ(refused("Reshape", Json::object()), "no target_shape");
  EXPECT_EQ(refused("LayerNormalization", {{"axis", 2}}), "axis 2; wanted -1, the last one");
  EXPECT_EQ(refused("LayerNormalization", {{"scale", false}}), "scale false; wanted true");
  EXPECT_EQ(refused("Embedding", {{"mask_zero", true}}), "mask_zero true; wanted false");
  EXPECT_EQ(refused("DepthwiseConv2D", Json::object()), "no kernel_size");
}

TEST(KerasConfig, SettingsThatKerasHasOtherwise) {
  const auto read = [](const char* class_name, Json fields) {
    fields["name"] = "x";
    return layer_text(parse({input(), layer(class_name, fields), dense()}).spec.layers[0].layer);
  };
  EXPECT_EQ(read("ZeroPadding2D", {{"padding", 2}}), "pad 2");
  EXPECT_EQ(read("ZeroPadding2D", {{"padding", {1, 2}}}), "pad 1x2");
  EXPECT_EQ(read("ZeroPadding2D", {{"padding", {{0, 1}, {0, 2}}}}), "pad 0 1x2");
  EXPECT_EQ(read("ZeroPadding2D", Json::object()), "pad 1");
  EXPECT_EQ(read("UpSampling2D", Json::object()), "upsample 2");
  EXPECT_EQ(read("LayerNormalization", {{"axis", {3}}}), "layernorm epsilon 0.001");
  EXPECT_EQ(read("ELU", Json::object()), "elu");
  EXPECT_EQ(read("DepthwiseConv2D", {{"kernel_size", 3}, {"activation", "elu"}}),
            "depthwise 3x3 elu");
  const auto gated = parse({input(), conv({{"activation", "silu"}}), dense()}).spec.layers;
  EXPECT_EQ(layer_text(gated[1].layer), "silu");
}

TEST(KerasConfig, EveryLayerIsWrittenAndReadBack) {
  for (const char* text :
       {"conv 4 3x3 same dilation 2 groups 2, gelu", "conv 4 3x3 elu 0.5", "depthwise 3x5 elu",
        "depthwise 3x3 multiplier 2 stride 2 same leaky_relu 0.2", "globalavgpool", "globalmaxpool",
        "pad 0x1 2x0", "upsample 1x3", "reshape 4x32", "flatten, embedding 7 3",
        "layernorm epsilon 0.01", "softmax", "silu", "relu, elu 0.5, softplus", "flatten"}) {
    const NetworkSpec spec{{8, 8, 2}, parse_layer_list(std::string(text) + ", linear").layers};
    const auto config = keras_config(spec, names_of(spec.layers), "linear", "float32");
    EXPECT_EQ(parse_keras_config(config.dump(), "linear").spec, spec) << text;
  }
}

TEST(KerasConfig, ActivationsOfOtherClasses) {
  const KerasNetwork network =
      parse({input({nullptr, 4}), dense(), layer("ReLU", {{"name", "r"}}), dense(),
             layer("ReLU", {{"name", "s"}, {"max_value", nullptr}, {"negative_slope", 0.25}}),
             dense(), layer("LeakyReLU", {{"name", "l"}, {"alpha", 0}}), dense(),
             layer("Softmax", {{"name", "t"}, {"axis", -1}})});
  EXPECT_EQ(text_of(network),
            "input 4, dense 3 relu, dense 3 leaky_relu 0.25, dense 3 leaky_relu 0, dense 3");
  EXPECT_EQ(network.activation, "softmax");
}

TEST(KerasConfig, WhatActsInTrainingOnlyIsLeftOut) {
  const KerasNetwork network = parse(
      {input({nullptr, 4}), layer("GaussianNoise", {{"name", "g"}}), dense(),
       layer("GaussianDropout", {{"name", "x"}}), layer("Activation", {{"activation", "relu"}}),
       dense({{"activation", "sigmoid"}}), layer("AlphaDropout", {{"name", "a"}})});
  EXPECT_EQ(text_of(network), "input 4, dense 3 relu, dense 3");
  EXPECT_EQ(network.activation, "sigmoid");
  EXPECT_EQ(network.left_out, (std::vector<std::string>{"AlphaDropout 'a'", "GaussianNoise 'g'",
                                                        "GaussianDropout 'x'"}));
  EXPECT_EQ(complaint({layer("GaussianNoise", {{"name", "x"}})}),
            "has no layers but such as act in training only");
}

TEST(KerasConfig, RescalingBecomesThePreparation) {
  const auto prepared = [](const Json& fields) {
    Json config{{"name", "r"}};
    config.update(fields);
    return *parse({input(), layer("Rescaling", config), conv()}).input;
  };
  const std::vector<double> ones{1, 1};
  EXPECT_EQ(prepared({{"scale", -2}}), InputPreparation{.scale = -2});
  EXPECT_EQ(prepared({{"scale", 0.25}, {"offset", -1}}),
            (InputPreparation{.scale = 0.25, .mean = {1}, .deviation = {1}}));
  EXPECT_EQ(prepared({{"scale", 0.25}, {"offset", {-1, 2}}}),
            (InputPreparation{.scale = 0.25, .mean = {1, -2}, .deviation = ones}));
  EXPECT_EQ(prepared({{"scale", {0.25, 2}}, {"offset", -1}}),
            (InputPreparation{.scale = 1, .mean = {4, 0.5}, .deviation = {4, 0.5}}));
  const auto complaint_of = [](const Json& fields) {
    Json config{{"name", "r"}};
    config.update(fields);
    return complaint({input(), layer("Rescaling", config), conv()});
  };
  EXPECT_EQ(complaint_of({{"scale", {1, 2, 3}}}),
            "layer 2 (Rescaling 'r') has scale [1,2,3]; wanted 1 or 2 finite numbers");
  EXPECT_EQ(complaint_of({{"offset", Json::array()}}),
            "layer 2 (Rescaling 'r') has offset []; wanted 1 or 2 finite numbers");
  for (const char* scale : {"[1,0]", "[1,-1]", "[1,1e-300]", "[1e39,1]"}) {
    EXPECT_EQ(complaint_of({{"scale", Json::parse(scale)}}).substr(0, 35),
              "layer 2 (Rescaling 'r') has scale [")
        << scale;
  }
  EXPECT_EQ(complaint_of({{"offset", "x"}}),
            "layer 2 (Rescaling 'r') has offset \"x\"; wanted a number");
}

/// A layer of a functional model, called with the outputs of others.
Json called(Json layer, const std::vector<std::string>& inputs, const Json& arguments,
            bool is_keras_3) {
  Json node = Json::array();
  Json tensors = Json::array();
  for (const std::string& from : inputs) {
    node.push_back({from, 0, 0, arguments});
    tensors.push_back({{"class_name", "__keras_tensor__"},
                       {"config", {{"shape", {nullptr, 4}}, {"keras_history", {from, 0, 0}}}}});
  }
  if (is_keras_3)
    node = {{"args", {inputs.size() == 1 ? tensors[0] : tensors}}, {"kwargs", arguments}};
  layer["name"] = layer["config"]["name"];
  layer["inbound_nodes"] = inputs.empty() ? Json::array() : Json::array({node});
  return layer;
}

Json named_dense(const char* name) { return dense({{"name", name}}); }

Json functional(const std::vector<Json>& layers, const char* output, bool is_keras_3) {
  Json from = {"input", 0, 0};
  Json to = {output, 0, 0};
  if (!is_keras_3) {
    from = Json::array({from});
    to = Json::array({to});
  }
  return {{"class_name", "Functional"},
          {"config", {{"layers", layers}, {"input_layers", from}, {"output_layers", to}}}};
}

class FunctionalConfig : public testing::TestWithParam<bool> {
 protected:
  static Json call(Json layer, const std::vector<std::string>& inputs,
                   const Json& arguments = Json::object()) {
    return called(std::move(layer), inputs, arguments, GetParam());
  }
  static Json row() { return call(input({nullptr, 4}), {}); }
  static std::string complaint(const std::vector<Json>& layers, const char* output) {
    return message_of<DataError>(
        [&] { parse_keras_config(functional(layers, output, GetParam()).dump()); });
  }
};

TEST_P(FunctionalConfig, AChainIsReadByItsCalls) {
  const Json drop = layer("GaussianNoise", {{"name", "x"}});
  const std::vector<Json> layers{call(dense({{"name", "c"}, {"activation", "softmax"}}), {"x"}),
                                 call(dense({{"name", "a"}, {"units", 9}}), {"input"}), row(),
                                 call(drop, {"b"}, {{"training", false}, {"mask", nullptr}}),
                                 call(dense({{"name", "b"}, {"units", 7}}), {"a"})};
  const KerasNetwork network = parse_keras_config(functional(layers, "c", GetParam()).dump());
  EXPECT_EQ(text_of(network), "input 4, dense 9, dense 7, dense 3");
  EXPECT_EQ(network.activation, "softmax");
  EXPECT_EQ(network.names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(network.left_out, std::vector<std::string>{"GaussianNoise 'x'"});
}

TEST_P(FunctionalConfig, WhatLeadsNowhereIsNamed) {
  const Json a = call(named_dense("a"), {"input"});
  EXPECT_EQ(complaint({row(), a, call(named_dense("b"), {"input"})}, "b"),
            "layer 2 (Dense 'a') is not on the way from the input to the output");
  EXPECT_EQ(complaint({row(), a, call(named_dense("a"), {"input"})}, "a"),
            "layer 3 (Dense 'a') has a name for the second time");
  Json twice = call(named_dense("b"), {"a"});
  twice["inbound_nodes"].push_back(twice["inbound_nodes"][0]);
  EXPECT_EQ(complaint({row(), a, twice}, "b"),
            "layer 3 (Dense 'b') is called 2 times; wanted once");
  EXPECT_EQ(complaint({row(), call(named_dense("b"), {"c"}), call(named_dense("c"), {"b"})}, "c"),
            "layer 2 (Dense 'b') is its own input");
  EXPECT_EQ(complaint({row(), call(named_dense("b"), {"z"})}, "b"),
            "has no layer 'z', which is referred to");
  EXPECT_EQ(complaint({row(), a}, "y"), "has no layer 'y', which is referred to");
  EXPECT_EQ(complaint({row(), call(named_dense("b"), {})}, "b"),
            "layer 2 (Dense 'b') is called 0 times; wanted once");
  EXPECT_EQ(
      complaint({row(), call(layer("Dropout", {{"name", "x"}}), {"input"}, {{"training", true}})},
                "x"),
      "layer 2 (Dropout 'x') is called with training=True, which dtheta does not have");
}

TEST_P(FunctionalConfig, ResidualBlocksAreRead) {
  const Json same = {{"name", "c1"}, {"padding", "same"}, {"filters", 2}};
  Json second = same;
  second["name"] = "c2";
  const std::vector<Json> layers{
      call(input(), {}),
      call(conv(same), {"input"}),
      call(layer("BatchNormalization", {{"name", "b"}, {"axis", {3}}}), {"c1"}),
      call(layer("ReLU", {{"name", "r"}}), {"b"}),
      call(conv(second), {"r"}),
      call(layer("Add", {{"name", "s"}}), {"input", "c2"}),
      call(layer("Activation", {{"name", "t"}, {"activation", "relu"}}), {"s"}),
      call(layer("Concatenate", {{"name", "j"}, {"axis", -1}}), {"t", "r"}),
      call(layer("Dropout", {{"name", "x"}, {"rate", 0.25}}), {"j"}),
      call(layer("Flatten", {{"name", "f"}}), {"x"}),
      call(dense(), {"f"})};
  const KerasNetwork network = parse_keras_config(functional(layers, "d", GetParam()).dump());
  // c1's normalization takes the relu in, which is read twice; add takes that behind it.
  EXPECT_EQ(text_of(network),
            "input 8x8x2, conv 2 3x3 same, batchnorm momentum 0.01 epsilon 0.001 relu as "
            "batchnorm_1, conv 2 3x3 same as conv_2, add relu from input conv_2 as add_1, "
            "concatenate from add_1 batchnorm_1, dropout 0.25, flatten, dense 3");
  EXPECT_EQ(network.names, (std::vector<std::string>{"c1", "b", "c2", "s", "j", "x", "f", "d"}));
}

TEST_P(FunctionalConfig, AnActivationBesideAnotherReaderIsNotFused) {
  const std::vector<Json> layers{
      row(), call(named_dense("a"), {"input"}), call(layer("ReLU", {{"name", "r"}}), {"a"}),
      call(layer("Add", {{"name", "s"}}), {"a", "r"}), call(named_dense("b"), {"s"})};
  const KerasNetwork network = parse_keras_config(functional(layers, "b", GetParam()).dump());
  EXPECT_EQ(text_of(network),
            "input 4, dense 3 as dense_1, relu as relu_1, add from dense_1 relu_1, dense 3");
}

TEST_P(FunctionalConfig, ASecondInputIsNamed) {
  const Json more =
      call(layer("InputLayer", {{"name", "more"}, {"batch_shape", {nullptr, 4}}}), {});
  EXPECT_EQ(complaint({row(), more, call(layer("Add", {{"name", "s"}}), {"input", "more"})}, "s"),
            "layer 2 (InputLayer 'more') is an input beside the model's; wanted one input");
}

/// x / 255 as Keras 2 writes it.
TEST(KerasConfig, AnOperatorOfTensorFlowIsNamed) {
  Json divide = layer("TFOpLambda", {{"name", "tf.math.truediv"}, {"function", "math.truediv"}});
  divide["inbound_nodes"] = {{"input", 0, 0, {{"y", 255.0}, {"name", nullptr}}}};
  ASSERT_EQ(divide["inbound_nodes"].dump(), R"([["input",0,0,{"y":255.0,"name":null}]])");
  const Json row = called(input({nullptr, 4}), {}, Json::object(), false);
  const Json last = called(named_dense("d"), {"tf.math.truediv"}, Json::object(), false);
  const std::string text = functional({row, divide, last}, "d", false).dump();
  EXPECT_TRUE(contains(message_of<DataError>([&] { parse_keras_config(text); }),
                       "layer 2 (TFOpLambda 'tf.math.truediv') is not supported; dtheta reads "));
}

TEST_P(FunctionalConfig, EndsThatAreNotOneAreNamed) {
  Json model = functional({row(), call(named_dense("a"), {"input"})}, "a", GetParam());
  model["config"]["output_layers"] = {{"a", 0, 0}, {"input", 0, 0}};
  const auto complaint_of = [&] {
    return message_of<DataError>([&] { parse_keras_config(model.dump()); });
  };
  EXPECT_EQ(complaint_of(),
            "has output_layers [[\"a\",0,0],[\"input\",0,0]]; wanted one: dtheta's networks have "
            "one input and one output");
  for (const Json& end : {Json(3), Json::array(), Json{{"x", "a"}}, Json{1, 2, 3}, Json{"a", 0, 1},
                          Json{"a", 1, 0}, Json{{"a"}}}) {
    model["config"]["output_layers"] = end;
    EXPECT_TRUE(contains(complaint_of(), "output_layers")) << end;
  }
}

/// Whatever is done to one byte, the text is either a network or an error of ours.
TEST_P(FunctionalConfig, AnyByteMayBeDamaged) {
  const std::string whole =
      functional({row(), call(named_dense("a"), {"input"}), call(named_dense("b"), {"a"})}, "b",
                 GetParam())
          .dump();
  ASSERT_EQ(text_of(parse_keras_config(whole)), "input 4, dense 3, dense 3");
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'0', '9', '-', '"', ',', '\\', '}', 'a', 'b'}) {
      std::string damaged = whole;
      damaged[at] = byte;
      try {
        parse_keras_config(damaged);
      } catch (const DataError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, static_cast<int>(whole.size()));
}

INSTANTIATE_TEST_SUITE_P(Versions, FunctionalConfig, testing::Bool(),
                         [](const auto& version) { return version.param ? "Keras3" : "Keras2"; });

TEST(KerasConfig, NumbersOutOfRangeAreNamed) {
  const Json row = input({nullptr, 4});
  for (const Json& units : {Json(0), Json(-1), Json(1.5), Json(1e300), Json("3"), Json::array(),
                            Json(std::uint64_t{1} << 31), Json(~std::uint64_t{0}), Json(true)}) {
    EXPECT_EQ(complaint({row, dense({{"units", units}})}),
              "layer 2 (Dense 'd') has units " + units.dump() +
                  "; wanted a whole number from 1 to 2^31 - 1");
  }
  EXPECT_EQ(complaint({row, dense({{"units", nullptr}})}), "layer 2 (Dense 'd') has no units");
  EXPECT_EQ(complaint({input(), conv({{"kernel_size", nullptr}})}),
            "layer 2 (Conv2D 'c') has no kernel_size");
  EXPECT_EQ(complaint({input(), conv({{"kernel_size", {3, 3, 3}}})}),
            "layer 2 (Conv2D 'c') has kernel_size [3,3,3]; wanted a height and a width");
  EXPECT_EQ(complaint({input(), conv({{"strides", {1, 0}}})}),
            "layer 2 (Conv2D 'c') has strides 0; wanted a whole number from 1 to 2^31 - 1");
  EXPECT_EQ(complaint({row, layer("LeakyReLU", {{"name", "l"}, {"alpha", "x"}}), dense()}),
            "layer 2 (LeakyReLU 'l') has alpha \"x\"; wanted a number");
  EXPECT_EQ(complaint({row, dense({{"name", 7}})}), "layer 2 (Dense '') has name 7; wanted a word");
}

TEST(KerasConfig, InputsThatAreMissingOrWrongAreNamed) {
  EXPECT_EQ(complaint({dense()}),
            "layer 1 (Dense 'd') says no input shape, nor does a layer before it");
  EXPECT_EQ(complaint({input({nullptr, nullptr, 3}), dense()}),
            "layer 1 (InputLayer 'input') has the input shape null; wanted a whole number from 1 "
            "to 2^31 - 1");
  EXPECT_EQ(complaint({input({nullptr}), dense()}),
            "layer 1 (InputLayer 'input') has the input shape [null]; wanted the batch and 1 to 4 "
            "extents");
  EXPECT_TRUE(contains(complaint({input({nullptr, 1, 1, 1, 1, 1}), dense()}), "1 to 4 extents"));
  EXPECT_EQ(complaint({input(), input(), dense()}),
            "layer 2 (InputLayer 'input') is not the first layer");
  EXPECT_EQ(complaint({input()}), "has no layers but the output's activation");
  EXPECT_EQ(complaint({layer("Activation", {{"name", "a"}, {"activation", "softmax"}})}),
            "has no layers but the output's activation");
  EXPECT_EQ(complaint({}), "has no layers");
  EXPECT_EQ(complaint({input(), Json("Dense")}), "layer 2 has no class_name and config: \"Dense\"");
}

TEST(KerasConfig, GarbageIsAnErrorNeverACrash) {
  const auto fails = [](const std::string& text) {
    EXPECT_THROW(parse_keras_config(text), DataError) << text.substr(0, 80);
  };
  for (const char* text :
       {"", "{", "null", "3", "[]", "{}", "\xff\xfe", "{\"class_name\": 3}",
        R"({"class_name": "Sequential"})", R"({"class_name": "Sequential", "config": 3})",
        R"({"class_name": "Sequential", "config": {"layers": {}}})",
        R"({"class_name": "Sequential", "config": {"layers": [null]}})"}) {
    fails(text);
  }
  fails(std::string(1'000'000, '['));
  fails(R"({"class_name": "Sequential", "config": )" + std::string(1'000'000, '['));
  Json many = sequential(std::vector<Json>(10'001, dense()));
  EXPECT_EQ(message_of<DataError>([&] { parse_keras_config(many.dump()); }),
            "has 10,001 layers; wanted at most 10,000");
}

/// Whatever is done to one byte, the text is either a network or an error of ours.
TEST(KerasConfig, AnyByteMayBeDamaged) {
  const NetworkSpec spec{{12, 12, 2},
                         parse_layer_list("conv 4 3 same groups 2, leaky_relu, maxpool 2, pad 1, "
                                          "depthwise 2 multiplier 2, layernorm, upsample 1x2, "
                                          "reshape 28x28, flatten, dense 5, gelu, dense 3")
                             .layers};
  const std::vector<std::string> names = names_of(spec.layers);
  const std::string whole = keras_config(spec, names, "softmax", "float32").dump();
  ASSERT_EQ(parse_keras_config(whole).spec, spec);
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'0', '9', '-', '"', ',', '\\', '}'}) {
      std::string damaged = whole;
      damaged[at] = byte;
      try {
        const Network<float> network(parse_keras_config(damaged).spec);
        ASSERT_GT(network.parameter_count(), 0);
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, static_cast<int>(whole.size()));
}

TEST(JsonText, DepthIsLimited) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_EQ(parse_json(nested(64)).size(), 1U);
  EXPECT_EQ(message_of<DataError>([&] { parse_json(nested(66)); }), "JSON nested too deeply");
  EXPECT_TRUE(contains(message_of<DataError>([] { parse_json("{"); }), "not JSON: "));
}

}  // namespace
}  // namespace dtheta
