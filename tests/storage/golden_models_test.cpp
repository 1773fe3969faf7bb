/// Models as Keras itself writes them (scripts/check_keras.py --golden), with its predictions.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/evaluation.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using Names = std::vector<std::string>;

std::filesystem::path golden(const std::string& keras, const std::string& name) {
  return std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "keras" / keras / (name + ".h5");
}

/// Each version of Keras that wrote the models: a folder.
class GoldenModels : public testing::TestWithParam<const char*> {
 protected:
  static std::filesystem::path path(const std::string& name) { return golden(GetParam(), name); }

  /// The model's predictions are Keras' of the same inputs.
  template <class T>
  static StoredModel<T> expect_same_predictions(const std::string& name) {
    StoredModel<T> stored = load_model<T>(path(name));
    const hdf5::Reader file(path(name));
    const hdf5::ArrayInfo x = file.describe("/golden/x");
    const Shape sample(x.shape.extents().subspan(1));
    EXPECT_EQ(stored.model.network->input_shape(), sample);
    const auto m = static_cast<std::size_t>(x.shape[0]);
    const Dataset data(x.type, sample, file.read_numbers("/golden/x"), std::vector<std::int32_t>(m),
                       {"0", "1"});
    Workers workers(1);
    const AlignedBuffer<T> found = predict(stored.model, data, workers);
    const AlignedBuffer<std::byte> bytes = file.read_numbers("/golden/y");
    const std::span wanted(reinterpret_cast<const T*>(bytes.data()),
                           static_cast<std::size_t>(file.describe("/golden/y").shape.size()));
    EXPECT_EQ(static_cast<std::size_t>(found.size()), wanted.size());
    for (Size i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i], wanted[static_cast<std::size_t>(i)], sizeof(T) == 4 ? 1e-6 : 1e-14);
    }
    return stored;
  }

  template <class T>
  static std::string layers_of(const StoredModel<T>& stored) {
    return layer_list_text(stored.model.network->spec());
  }
};

TEST_P(GoldenModels, SequentialOfEveryLayer) {
  const auto stored = expect_same_predictions<float>("sequential");
  EXPECT_EQ(layers_of(stored),
            "input 9x8x2, conv 4 3x3 same relu, maxpool 2, conv 3 2x3 stride 1x2 tanh, "
            "avgpool 2x1 stride 1 same, flatten, dropout 0.5, dense 6 leaky_relu 0.25, dense 3");
  EXPECT_EQ(stored.model.loss, "categorical_crossentropy");
  EXPECT_EQ(stored.model.class_names, (Names{"0", "1", "2"}));
  EXPECT_TRUE(stored.knows_input);
  EXPECT_EQ(stored.left_out, Names{"SpatialDropout2D 'spatial_dropout2d'"});
}

TEST_P(GoldenModels, FunctionalWithActivationsAsLayers) {
  const auto stored = expect_same_predictions<float>("functional");
  EXPECT_EQ(layers_of(stored),
            "input 7x6x1, conv 3 3x3 stride 2 same relu, maxpool 2 stride 1 same, flatten, "
            "dense 5 sigmoid, dropout 0.2, dense 4");
  EXPECT_EQ(stored.model.loss, "categorical_crossentropy");
  EXPECT_FALSE(stored.knows_input);
}

TEST_P(GoldenModels, Binary) {
  const auto stored = expect_same_predictions<float>("binary");
  EXPECT_EQ(layers_of(stored), "input 5, dense 4 tanh, sigmoid, dense 1");
  EXPECT_EQ(stored.model.loss, "binary_crossentropy");
  EXPECT_EQ(stored.model.class_names, (Names{"0", "1"}));
}

TEST_P(GoldenModels, RegressionInDoublePrecision) {
  EXPECT_EQ(stored_precision(path("regression")), Precision::float64);
  const auto stored = expect_same_predictions<double>("regression");
  EXPECT_EQ(layers_of(stored), "input 5, dense 4 relu, dense 2");
  EXPECT_EQ(stored.model.loss, "mean_squared_error");
  EXPECT_EQ(stored.model.input.deviation, (std::vector<double>{2, 1, 0.5, 4, 1}));
}

TEST_P(GoldenModels, ResidualWithBatchNormalization) {
  const auto stored = expect_same_predictions<float>("residual");
  EXPECT_EQ(
      layers_of(stored),
      "input 6x5x2, conv 3 3x3 same, batchnorm momentum 0.01 epsilon 0.001 relu as "
      "batchnorm_1, conv 3 3x3 same, batchnorm momentum 0.2 epsilon 0.0001 as batchnorm_2, "
      "add relu from batchnorm_2 batchnorm_1 as add_1, concatenate from add_1 batchnorm_2 "
      "batchnorm_1, dropout 0.3, flatten, dense 4 tanh, batchnorm momentum 0.01 epsilon 0.001, "
      "dense 2");
}

TEST_P(GoldenModels, WhatIsNotSupportedIsNamed) {
  const auto complaint = [&](const std::string& name) {
    return message_of<DataError>([&] { load_model<float>(path(name)); });
  };
  EXPECT_TRUE(contains(complaint("recurrent"),
                       "layer 2 (GRU 'gru') is not supported; dtheta reads InputLayer, "));
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenModels, testing::Values("2.15", "3"),
                         [](const auto& version) {
                           return version.param == std::string_view("3") ? "Keras3" : "TfKeras215";
                         });

}  // namespace
}  // namespace dtheta
