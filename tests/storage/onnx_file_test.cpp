#include "dtheta/storage/onnx_file.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::read_file;
using test::TemporaryFolder;
using Words = std::vector<std::string>;
using Sizes = std::vector<Size>;

Model<float> make(const std::string& layers, const std::string& loss, InputPreparation input = {}) {
  const LayerList list = parse_layer_list(layers);
  Model<float> model = make_model<float>({*list.input, list.layers}, loss, Initializer::he, 1);
  for (Size i = 0; i < model.theta.size(); ++i) model.theta[i] = static_cast<float>(i);
  model.input = std::move(input);
  model.class_names = {"a", "b \"c\""};
  return model;
}

Words operators(const onnx::ModelProto& proto) {
  Words types;
  for (const onnx::NodeProto& node : proto.graph().node()) types.push_back(node.op_type());
  return types;
}

/// What the file of a model holds, after ONNX's own checks: the checker, and the inference of all
/// shapes, whose result for the predictions must be the one declared.
onnx::ModelProto written(const Model<float>& model) {
  const TemporaryFolder folder;
  write_onnx(folder / "m.onnx", model);
  onnx::ModelProto proto;
  EXPECT_TRUE(proto.ParseFromString(read_file(folder / "m.onnx")));
  onnx::checker::check_model(proto);
  onnx::ModelProto inferred = proto;
  inferred.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  const bool check_type = true;
  const int strict = 1;
  onnx::shape_inference::InferShapes(inferred, onnx::OpSchemaRegistry::Instance(),
                                     onnx::ShapeInferenceOptions{check_type, strict});
  const auto& shape = inferred.graph().output(0).type().tensor_type().shape();
  EXPECT_EQ(shape.dim_size(), 2);
  if (std::ranges::count(operators(proto), "Resize") == 0) {  // there the inference loses it
    EXPECT_EQ(shape.dim(0).dim_param(), "N");
  }
  EXPECT_EQ(shape.dim(1).dim_value(), model.network->output_shape().size());
  return proto;
}

const onnx::NodeProto& node_named(const onnx::ModelProto& proto, const std::string& name) {
  for (const onnx::NodeProto& node : proto.graph().node()) {
    if (node.name() == name) return node;
  }
  ADD_FAILURE() << "no node " << name;
  return proto.graph().node(0);
}

Sizes attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& found : node.attribute()) {
    if (found.name() != name) continue;
    if (found.type() == onnx::AttributeProto::INT) return {found.i()};
    return {found.ints().begin(), found.ints().end()};
  }
  return {};
}

/// The constant's numbers, and its shape.
std::pair<std::vector<float>, Sizes> constant(const onnx::ModelProto& proto,
                                              const std::string& name) {
  for (const onnx::TensorProto& tensor : proto.graph().initializer()) {
    if (tensor.name() != name) continue;
    std::vector<float> numbers(tensor.raw_data().size() / sizeof(float));
    std::memcpy(numbers.data(), tensor.raw_data().data(), tensor.raw_data().size());
    return {numbers, {tensor.dims().begin(), tensor.dims().end()}};
  }
  ADD_FAILURE() << "no constant " << name;
  return {};
}

TEST(OnnxFile, EveryLayerPassesTheChecker) {
  const auto proto = written(
      make("input 28x29x2, conv 3 5x3 stride 2x1 same, tanh, maxpool 2x3 stride 1 same, relu, conv "
           "4 1, leaky_relu 0.125, avgpool 2, sigmoid, flatten, dense 7, sigmoid, dense 2",
           "categorical_crossentropy", {.scale = 0.5}));
  EXPECT_EQ(operators(proto), (Words{"Mul", "Transpose", "Conv", "Tanh", "MaxPool", "Relu", "Conv",
                                     "LeakyRelu", "AveragePool", "Sigmoid", "Transpose", "Flatten",
                                     "Gemm", "Sigmoid", "Gemm", "Softmax"}));
  EXPECT_EQ(proto.opset_import(0).version(), onnx_operator_set);
  EXPECT_EQ(proto.graph().input(0).name(), "input");
  EXPECT_EQ(proto.graph().output(0).name(), "predictions");
  const auto& input = proto.graph().input(0).type().tensor_type();
  EXPECT_EQ(input.elem_type(), onnx::TensorProto::FLOAT);
  EXPECT_EQ(input.shape().dim(0).dim_param(), "N");
  EXPECT_EQ(input.shape().dim(2).dim_value(), 29);
  EXPECT_EQ(node_named(proto, "conv_2_activation").attribute(0).f(), 0.125F);
}

TEST(OnnxFile, NewerLayersPassTheChecker) {
  const auto types = [](const std::string& layers) {
    Words all = operators(
        written(make("input 8x9x4, " + layers + ", flatten, dense 2", "mean_squared_error")));
    all.resize(all.size() - 2);  // Gemm, Identity
    return all;
  };
  EXPECT_EQ(types("conv 6 3x2 same dilation 2x3 groups 2, pad 1x2 0, depthwise 3x3 multiplier 2 "
                  "stride 2 elu, upsample 2x1"),
            (Words{"Transpose", "Conv", "Pad", "Conv", "Elu", "Resize", "Transpose", "Flatten"}));
  EXPECT_EQ(types("globalavgpool"),
            (Words{"Transpose", "GlobalAveragePool", "Flatten", "Flatten"}));
  EXPECT_EQ(types("globalmaxpool, reshape 2x2x1, softplus"),
            (Words{"Transpose", "GlobalMaxPool", "Flatten", "Reshape", "Softplus", "Flatten"}));
  EXPECT_EQ(types("conv 4 1, layernorm, softmax"),
            (Words{"Transpose", "Conv", "Transpose", "ReduceMean", "Sub", "Mul", "ReduceMean",
                   "Add", "Sqrt", "Div", "Mul", "Add", "Softmax", "Flatten"}));
  EXPECT_EQ(types("gelu, silu"),
            (Words{"Mul", "Erf", "Add", "Mul", "Mul", "Sigmoid", "Mul", "Flatten"}));
  EXPECT_EQ(types("flatten, embedding 5 3"),
            (Words{"Flatten", "Round", "Cast", "Gather", "Flatten"}));
}

TEST(OnnxFile, DepthwiseConvolutionsHaveAGroupAChannel) {
  const auto model = make("input 5x6x3, depthwise 2x3 multiplier 2, flatten", "mean_squared_error");
  const auto proto = written(model);
  EXPECT_EQ(attribute(node_named(proto, "depthwise_1"), "group"), Sizes{3});
  const auto [numbers, shape] = constant(proto, "depthwise_1/kernel");
  EXPECT_EQ(shape, (Sizes{6, 1, 2, 3}));
  const auto kernel = model.network->parameter(model.theta.span(), 0);
  for (Size filter = 0; filter < 6; ++filter) {
    for (Size tap = 0; tap < 6; ++tap) {
      EXPECT_EQ(numbers[static_cast<std::size_t>(filter * 6 + tap)], kernel[tap * 6 + filter]);
    }
  }
}

TEST(OnnxFile, TheOutputIsThatOfTheLoss) {
  const auto last = [](const char* layers, const char* loss) {
    return operators(written(make(layers, loss))).back();
  };
  EXPECT_EQ(last("input 4, dense 2", "categorical_crossentropy"), "Softmax");
  EXPECT_EQ(last("input 4, dense 1", "binary_crossentropy"), "Sigmoid");
  EXPECT_EQ(last("input 4, dense 2", "mean_squared_error"), "Identity");
}

TEST(OnnxFile, RowsAreInDthetasOrder) {
  const auto proto = written(make("input 5x4x3, conv 2 3x3, flatten", "mean_squared_error"));
  EXPECT_EQ(operators(proto), (Words{"Transpose", "Conv", "Transpose", "Flatten", "Identity"}));
  EXPECT_EQ(attribute(proto.graph().node(0), "perm"), (Sizes{0, 3, 1, 2}));
  EXPECT_EQ(attribute(proto.graph().node(2), "perm"), (Sizes{0, 2, 3, 1}));
  EXPECT_EQ(operators(written(make("input 5x4x3, flatten, dense 2", "mean_squared_error"))),
            (Words{"Flatten", "Gemm", "Identity"}));
}

TEST(OnnxFile, WindowsAreThoseOfTheLayer) {
  const auto proto = written(
      make("input 10x7x1, conv 2 4x3 stride 3x2 same, maxpool 3x2 stride 2x3, avgpool 1x2 stride 1 "
           "same, flatten",
           "mean_squared_error"));
  const auto& conv = node_named(proto, "conv_1");
  EXPECT_EQ(attribute(conv, "kernel_shape"), (Sizes{4, 3}));
  EXPECT_EQ(attribute(conv, "strides"), (Sizes{3, 2}));
  EXPECT_EQ(attribute(conv, "pads"), (Sizes{1, 1, 2, 1}));  // above, left, below, right
  const auto& maxpool = node_named(proto, "maxpool_1");
  EXPECT_EQ(attribute(maxpool, "kernel_shape"), (Sizes{3, 2}));
  EXPECT_EQ(attribute(maxpool, "strides"), (Sizes{2, 3}));
  EXPECT_EQ(attribute(maxpool, "pads"), (Sizes{0, 0, 0, 0}));
  EXPECT_EQ(attribute(node_named(proto, "avgpool_1"), "pads"), (Sizes{0, 0, 0, 1}));
}

TEST(OnnxFile, KernelsAreTurnedAround) {
  const auto model = make("input 5x6x2, conv 3 2x4, flatten, dense 2", "mean_squared_error");
  const auto proto = written(model);
  const auto [numbers, shape] = constant(proto, "conv_1/kernel");
  EXPECT_EQ(shape, (Sizes{3, 2, 2, 4}));  // filters, channels, height, width
  const auto kernel = model.network->parameter(model.theta.span(), 0);
  std::size_t next = 0;
  for (Size f = 0; f < 3; ++f) {
    for (Size c = 0; c < 2; ++c) {
      for (Size y = 0; y < 2; ++y) {
        for (Size x = 0; x < 4; ++x) {
          ASSERT_EQ(numbers[next++], kernel[((y * 4 + x) * 2 + c) * 3 + f]);
        }
      }
    }
  }
  const auto [dense, dense_shape] = constant(proto, "dense_1/kernel");
  EXPECT_EQ(dense_shape, (Sizes{4 * 3 * 3, 2}));
  EXPECT_EQ(dense[5], model.network->parameter(model.theta.span(), 2)[5]);
  const auto [bias, bias_shape] = constant(proto, "dense_1/bias");
  EXPECT_EQ(bias_shape, Sizes{2});
  EXPECT_EQ(bias[1], model.network->parameter(model.theta.span(), 3)[1]);
}

TEST(OnnxFile, TheInputIsPreparedAsInTraining) {
  const auto preparation = [](const std::string& input, std::vector<double> mean) {
    std::vector<double> deviation(mean.size(), 2);
    return written(make("input " + input + ", flatten, dense 2", "mean_squared_error",
                        {.scale = 0.25, .mean = std::move(mean), .deviation = deviation}));
  };
  const auto proto = preparation("2x2x3", {1, 2, 3});
  EXPECT_EQ(operators(proto), (Words{"Mul", "Sub", "Div", "Flatten", "Gemm", "Identity"}));
  EXPECT_EQ(constant(proto, "input/scale").first, std::vector<float>{0.25});
  EXPECT_EQ(constant(proto, "input/mean").first, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(constant(proto, "input/deviation").first, (std::vector<float>{2, 2, 2}));
  EXPECT_EQ(constant(preparation("2x2x3", {4}), "input/mean").second, Sizes{1});
  const auto [numbers, shape] = constant(preparation("2x1x3", {1, 2}), "input/mean");
  EXPECT_EQ(shape, (Sizes{2, 1, 3}));
  EXPECT_EQ(numbers, (std::vector<float>{1, 2, 1, 2, 1, 2}));
}

TEST(OnnxFile, ClassesAndLossAreInTheMetadata) {
  const auto proto = written(make("input 4, dense 2", "categorical_crossentropy"));
  std::map<std::string, std::string> metadata;
  for (const auto& entry : proto.metadata_props()) metadata[entry.key()] = entry.value();
  EXPECT_EQ(metadata["class_names"], R"(["a","b \"c\""])");
  EXPECT_EQ(metadata["loss"], "categorical_crossentropy");
  EXPECT_EQ(proto.producer_name(), "dtheta");
}

TEST(OnnxFile, TheSameModelGivesTheSameBytes) {
  const TemporaryFolder folder;
  write_onnx(folder / "a.onnx",
             make("input 4x4x1, conv 2 3, flatten, dense 2", "mean_squared_error"));
  write_onnx(folder / "b.onnx",
             make("input 4x4x1, conv 2 3, flatten, dense 2", "mean_squared_error"));
  EXPECT_EQ(read_file(folder / "a.onnx"), read_file(folder / "b.onnx"));
}

TEST(OnnxFile, AFolderThatIsNotThereIsNamed) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_onnx(folder / "no/m.onnx", make("input 4, dense 2", "mean_squared_error")),
               CannotCreate);
}

}  // namespace
}  // namespace dtheta
