#include "dtheta/storage/model_file.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr const char* categorical = "categorical_crossentropy";

template <class T>
StoredModel<T> make(const std::string& layers, const std::string& loss, Names classes) {
  const LayerList list = parse_layer_list(layers);
  StoredModel<T> stored{.model =
                            make_model<T>({*list.input, list.layers}, loss, Initializer::he, 1)};
  Philox random(3, Purpose::input, 0, 0);
  for (std::size_t p = 0; p < stored.model.network->parameters().size(); ++p) {
    for (T& number : stored.model.network->parameter(stored.model.theta.span(), p).span()) {
      number = static_cast<T>(random.normal());
    }
  }
  stored.model.input = {.scale = 1.0 / 255};
  stored.model.class_names = std::move(classes);
  return stored;
}

/// Every layer and activation that can be stored.
template <class T>
StoredModel<T> make_varied() {
  StoredModel<T> stored = make<T>(
      "input 28x29x2, conv 3 5x3 stride 2x1 same, tanh, maxpool 2x3 stride 1 same, relu, conv 4 1, "
      "leaky_relu 0.125, avgpool 2, leaky_relu 0.1, flatten, dense 7, sigmoid, dense 5, relu, "
      "dense 6, leaky_relu, tanh, dense 3",
      categorical, {"cat", "dog \"x\"", "Größe"});
  Recipe& recipe = stored.recipe.emplace();
  recipe.epochs = 3;
  recipe.learning_rate = 0.1;
  recipe.seed = ~std::uint64_t{0};
  stored.model.input.mean = {0.1, -1.0 / 3};
  stored.model.input.deviation = {0.2, 1e-30};
  stored.provenance = {{"dtheta", "1.2"}, {"kernels", "avx2"}};
  return stored;
}

template <class T>
StoredModel<T> make_small() {
  return make<T>("input 4, dense 3", categorical, {"a", "b", "c"});
}

template <class T>
void expect_same(const StoredModel<T>& a, const StoredModel<T>& b) {
  EXPECT_EQ(a.model.network->spec(), b.model.network->spec());
  ASSERT_EQ(a.model.theta.size(), b.model.theta.size());
  EXPECT_EQ(std::memcmp(a.model.theta.data(), b.model.theta.data(),
                        static_cast<std::size_t>(a.model.theta.size()) * sizeof(T)),
            0);
  EXPECT_EQ(a.model.loss, b.model.loss);
  EXPECT_EQ(a.model.input, b.model.input);
  EXPECT_EQ(a.model.class_names, b.model.class_names);
  EXPECT_EQ(a.recipe, b.recipe);
  EXPECT_EQ(a.provenance, b.provenance);
  EXPECT_EQ(a.knows_input, b.knows_input);
}

template <class T>
class ModelFile : public testing::Test {
 protected:
  TemporaryFolder folder_;
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(ModelFile, Precisions);

TYPED_TEST(ModelFile, GraphsNamesAndFrozenLayersComeBack) {
  const auto path = this->folder_ / "graph.h5";
  const auto stored = make<TypeParam>(
      "input 8x6x2, conv 3 3x3 same as entry, batchnorm momentum 0.05 group 16, relu, conv 3 3x3 "
      "same frozen, batchnorm epsilon 1e-3 frozen as normal, add entry tanh, concatenate normal "
      "entry, dropout 0.25, flatten, dense 3 as head",
      categorical, {"a", "b", "c"});
  save_model(path, stored);
  expect_same(load_model<TypeParam>(path), stored);
}

TYPED_TEST(ModelFile, ComesBackBitForBit) {
  const auto path = this->folder_ / "m.h5";
  const auto stored = make_varied<TypeParam>();
  save_model(path, stored);
  expect_same(load_model<TypeParam>(path), stored);
  EXPECT_EQ(stored_precision(path),
            sizeof(TypeParam) == 4 ? Precision::float32 : Precision::float64);
  EXPECT_TRUE(is_model_file(path));
}

TYPED_TEST(ModelFile, EveryLossOutputAndAlgorithmComesBack) {
  const auto path = this->folder_ / "m.h5";
  for (const auto& stored :
       {make<TypeParam>("input 4, dense 1", "binary_crossentropy", {"no", "yes"}),
        make<TypeParam>("input 4, dense 2", categorical, {"no", "yes"}),
        make<TypeParam>("input 4, dense 3", "binary_crossentropy", {"a", "b", "c"}),
        make<TypeParam>("input 4, dense 3", "mean_squared_error", {}),
        make<TypeParam>("input 4, dense 3, sigmoid, tanh", "mean_squared_error", {}),
        make<TypeParam>("input 4, dense 1, leaky_relu", "binary_crossentropy", {}),
        make<TypeParam>("input 9x9x9, conv 8 3x3 im2col, conv 8 3x3, conv 8 3x3 winograd relu, "
                        "conv 2 3x3 direct, flatten, dense 1",
                        "binary_crossentropy", {})}) {
    save_model(path, stored);
    expect_same(load_model<TypeParam>(path), stored);
  }
}

TYPED_TEST(ModelFile, ASigmoidOfTheNetworkIsNotTakenForTheOutputs) {
  const auto path = this->folder_ / "m.h5";
  auto stored = make_small<TypeParam>();
  NetworkSpec spec = stored.model.network->spec();
  std::get<DenseOptions>(spec.layers[0].layer).activation.kind = Activation::sigmoid;
  stored.model.network = std::make_shared<const Network<TypeParam>>(spec);
  for (const char* loss : {"mean_squared_error", "binary_crossentropy"}) {
    stored.model.loss = loss;
    save_model(path, stored);
    expect_same(load_model<TypeParam>(path), stored);
  }
}

TYPED_TEST(ModelFile, SavingTwiceGivesTheSameBytes) {
  save_model(this->folder_ / "a.h5", make_varied<TypeParam>());
  save_model(this->folder_ / "b.h5", make_varied<TypeParam>());
  EXPECT_TRUE(read_file(this->folder_ / "a.h5") == read_file(this->folder_ / "b.h5"));
}

TYPED_TEST(ModelFile, NumbersThatAreNotFiniteAreKept) {
  const auto path = this->folder_ / "m.h5";
  auto stored = make_small<TypeParam>();
  using Limits = std::numeric_limits<TypeParam>;
  stored.model.theta[0] = Limits::quiet_NaN();
  stored.model.theta[1] = -Limits::infinity();
  stored.model.theta[2] = Limits::denorm_min();
  stored.model.theta[3] = -TypeParam{0};
  save_model(path, stored);
  expect_same(load_model<TypeParam>(path), stored);
}

TEST(ModelFileFormat, PrecisionsConvert) {
  const TemporaryFolder folder;
  save_model(folder / "double.h5", make_varied<double>());
  save_model(folder / "float.h5", make_varied<float>());
  const auto as_float = load_model<float>(folder / "double.h5");
  const auto as_double = load_model<double>(folder / "float.h5");
  const auto d = make_varied<double>();
  const auto f = make_varied<float>();
  for (std::size_t p = 0; p < d.model.network->parameters().size(); ++p) {
    const auto numbers = d.model.network->parameter(d.model.theta.span(), p);
    const auto floats = f.model.network->parameter(f.model.theta.span(), p);
    for (Size i = 0; i < numbers.size(); ++i) {
      ASSERT_EQ(as_float.model.network->parameter(as_float.model.theta.span(), p)[i],
                static_cast<float>(numbers[i]));
      ASSERT_EQ(as_double.model.network->parameter(as_double.model.theta.span(), p)[i],
                static_cast<double>(floats[i]));
    }
  }
}

TEST(ModelFileFormat, TheLayoutIsTheDocumentedOne) {
  const TemporaryFolder folder;
  save_model(folder / "m.h5", make<float>("input 4x4x1, conv 2 3, leaky_relu 0.5, flatten, dense 3",
                                          categorical, {"a", "b", "c"}));
  const hdf5::Reader file(folder / "m.h5");
  EXPECT_EQ(file.tree(),
            "/\n"
            "  dtheta/\n"
            "  model_weights/\n"
            "    conv_1/\n"
            "      conv_1/\n"
            "        bias:0  float32 {2}\n"
            "        kernel:0  float32 {3, 3, 1, 2}\n"
            "    conv_1_leaky_relu/\n"
            "    dense_1/\n"
            "      dense_1/\n"
            "        bias:0  float32 {3}\n"
            "        kernel:0  float32 {8, 3}\n"
            "    flatten_1/\n"
            "    output/\n");
  EXPECT_EQ(file.text("/", "keras_version"), "2.15.0");
  EXPECT_EQ(file.text("/", "backend"), "tensorflow");
  EXPECT_EQ(file.text("/model_weights", "keras_version"), "2.15.0");
  EXPECT_EQ(
      *file.text("/", "model_config"),
      R"({"class_name":"Sequential","config":{"name":"dtheta","layers":[)"
      R"({"class_name":"InputLayer","config":{"batch_input_shape":[null,4,4,1],"dtype":"float32",)"
      R"("sparse":false,"ragged":false,"name":"input"}},)"
      R"({"class_name":"Conv2D","config":{"name":"conv_1","trainable":true,"dtype":"float32",)"
      R"("filters":2,"kernel_size":[3,3],"strides":[1,1],"padding":"valid",)"
      R"("data_format":"channels_last","dilation_rate":[1,1],"groups":1,)"
      R"("activation":"linear","use_bias":true}},)"
      R"({"class_name":"LeakyReLU","config":{"name":"conv_1_leaky_relu","trainable":true,)"
      R"("dtype":"float32","alpha":0.5}},)"
      R"({"class_name":"Flatten","config":{"name":"flatten_1","trainable":true,)"
      R"("dtype":"float32","data_format":"channels_last"}},)"
      R"({"class_name":"Dense","config":{"name":"dense_1","trainable":true,"dtype":"float32",)"
      R"("units":3,"activation":"linear","use_bias":true}},)"
      R"({"class_name":"Activation","config":{"name":"output","trainable":true,)"
      R"("dtype":"float32","activation":"softmax"}}]}})");
  EXPECT_EQ(file.number("/dtheta", "format_version"), 1);
  EXPECT_EQ(file.text("/dtheta", "loss"), categorical);
  EXPECT_EQ(file.text("/dtheta", "input"), R"({"scale":0.00392156862745098})");
  EXPECT_EQ(file.text("/dtheta", "class_names"), R"(["a","b","c"])");
  EXPECT_EQ(file.text("/dtheta", "recipe"), std::nullopt);
  EXPECT_EQ(file.text("/dtheta", "provenance"), "{}");
}

TEST(ModelFileFormat, OtherFilesAreNoModels) {
  const TemporaryFolder folder;
  write_file(folder / "text", "dense 10");
  hdf5::Writer(folder / "data.h5").commit();
  EXPECT_FALSE(is_model_file(folder / "missing") || is_model_file(folder.path()) ||
               is_model_file(folder / "text") || is_model_file(folder / "data.h5"));
  EXPECT_TRUE(contains(message_of<DataError>([&] { load_model<float>(folder / "data.h5"); }),
                       "data.h5: not a model: it has no model_config; found:\n/\n"));
  EXPECT_THROW(load_model<float>(folder / "text"), DataError);
  EXPECT_THROW(load_model<float>(folder / "missing"), InputOutputError);
  EXPECT_THROW(stored_precision(folder / "missing"), InputOutputError);
  EXPECT_THROW(save_model(folder / "no/m.h5", make_small<float>()), CannotCreate);
}

TEST(ModelFileFormat, TruncationIsToldAtAnyLength) {
  const TemporaryFolder folder;
  save_model(folder / "m.h5", make_varied<float>());
  const std::string whole = read_file(folder / "m.h5");
  for (std::size_t length = 0; length < whole.size(); length += 157) {
    write_file(folder / "cut.h5", whole.substr(0, length));
    EXPECT_TRUE(contains(message_of<DataError>([&] { load_model<float>(folder / "cut.h5"); }),
                         "cut.h5: cannot be read as HDF5: "))
        << length;
  }
  write_file(folder / "cut.h5", whole.substr(0, whole.size() - 1));
  EXPECT_THROW(is_model_file(folder / "cut.h5"), DataError);
}

TEST(ThetaDigest, IsTheSha256OfTheParametersWithoutPadding) {
  // hashlib.sha256(numpy.array([1, 2, 3, 4, 5, 0.5], 'f4').tobytes()), and the same in 'f8'
  auto f = make<float>("input 5, dense 1", "mean_squared_error", {}).model;
  auto d = make<double>("input 5, dense 1", "mean_squared_error", {}).model;
  const Size bias = f.network->parameters()[1].offset;
  ASSERT_GT(bias, 5) << "no padding to leave out";
  for (Size i = 0; i < 5; ++i) {
    f.theta[i] = static_cast<float>(i + 1);
    d.theta[i] = static_cast<double>(i + 1);
  }
  f.theta[bias] = 0.5;
  d.theta[d.network->parameters()[1].offset] = 0.5;
  EXPECT_EQ(theta_sha256(f), "de839320b02d37f4d3a8bfa3af5211a8d2d94af6df9bb7314aacceb8ef2c2625");
  EXPECT_EQ(theta_sha256(d), "4baa681c4f9d69ec2fd3d82953917f0c432347f41ae85b7360dcd851504c06b0");
}

TEST(PrecisionName, IsParsedBack) {
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    EXPECT_EQ(parse_precision(precision_name(precision)), precision);
  }
  EXPECT_EQ(precision_name(Precision::float64), "float64");
  EXPECT_EQ(message_of<UsageError>([] { parse_precision("half"); }),
            "unknown precision 'half'; wanted float32 or float64");
}

}  // namespace
}  // namespace dtheta
