#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta/storage/model_file.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using hdf5::Storage;
using hdf5::Writer;
using test::contains;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

constexpr const char* config = R"({"class_name": "Sequential", "config": {"layers": [
  {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "i"}},
  {"class_name": "Dense", "config": {"name": "d", "units": 3, "activation": "softmax"}}]}})";

/// Model files written piece by piece, as Keras of any version would, or nobody.
class DamagedModel : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "m.h5"; }

  void make(const std::string& model_config, const std::function<void(Writer&)>& fill) {
    Writer file(path());
    file.set_text("/", "model_config", model_config);
    fill(file);
    file.commit();
  }
  /// What loading complains of, without the file's name.
  std::string complaint(const std::function<void(Writer&)>& fill,
                        const std::string& model_config = config) {
    make(model_config, fill);
    const std::string text = message_of<DataError>([&] { load_model<float>(path()); });
    const std::string file = path().string() + ": ";
    return text.starts_with(file) ? text.substr(file.size()) : text;
  }

  template <class U>
  static void add(Writer& file, const std::string& name, ElementType type, const Shape& shape,
                  std::vector<U> numbers) {
    numbers.resize(static_cast<std::size_t>(shape.size()));
    file.write_numbers(name, type, shape, std::as_bytes(std::span(numbers)), Storage::in_one_piece);
  }
  static void add_kernel(Writer& file, const std::string& name) {
    add(file, name, ElementType::float32, {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  }
  static void add_bias(Writer& file, const std::string& name) {
    add(file, name, ElementType::float32, {3}, std::vector<float>{7, 8, 9});
  }
  static void add_weights(Writer& file) {
    file.create_group("/model_weights");
    file.create_group("/model_weights/d");
    add_kernel(file, "/model_weights/d/kernel:0");
    add_bias(file, "/model_weights/d/bias:0");
  }
  /// A whole model with more in /dtheta.
  std::string complaint_of_dtheta(const std::function<void(Writer&)>& more) {
    return complaint([&](Writer& file) {
      add_weights(file);
      file.create_group("/dtheta");
      more(file);
    });
  }
  std::string complaint_of(const char* attribute, const char* text) {
    return complaint_of_dtheta([&](Writer& file) { file.set_text("/dtheta", attribute, text); });
  }

  TemporaryFolder folder_;
};

TEST_F(DamagedModel, APlainKerasFileIsAModel) {
  for (const char* between : {"", "/sequential", "/sequential/d"}) {
    make(config, [&](Writer& file) {
      const std::string layer = "/model_weights/d";
      file.create_group("/model_weights");
      file.create_group(layer);
      const std::string group = layer + between;
      if (group.ends_with("/d/sequential/d")) file.create_group(layer + "/sequential");
      if (group != layer) file.create_group(group);
      add_kernel(file, group + "/kernel");
      add_bias(file, group + "/bias");
    });
    const StoredModel<double> stored = load_model<double>(path());
    const Model<double>& model = stored.model;
    EXPECT_EQ(model.loss, "categorical_crossentropy");
    EXPECT_EQ(model.class_names, (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(model.input.scale, 1);
    EXPECT_FALSE(stored.knows_input);
    EXPECT_EQ(stored.recipe, std::nullopt);
    EXPECT_EQ(model.network->parameter(model.theta.span(), 0)[5], 6);
    EXPECT_EQ(model.network->parameter(model.theta.span(), 1)[2], 9);
    EXPECT_EQ(stored_precision(path()), Precision::float32);
  }
}

TEST_F(DamagedModel, WrongWeightsAreNamed) {
  const std::string d = "/model_weights/d";
  EXPECT_EQ(complaint([](Writer&) {}), "/model_weights/d holds 0 arrays called kernel; wanted one");
  const auto with_layer = [&](const std::function<void(Writer&)>& fill) {
    return complaint([&](Writer& file) {
      file.create_group("/model_weights");
      file.create_group(d);
      fill(file);
    });
  };
  EXPECT_EQ(with_layer([&](Writer& file) { add_kernel(file, d + "/kernel"); }),
            "/model_weights/d holds 0 arrays called bias; wanted one");
  EXPECT_EQ(with_layer([&](Writer& file) {
              add_kernel(file, d + "/kernel");
              add_kernel(file, d + "/kernel:0");
            }),
            "/model_weights/d holds 2 arrays called kernel; wanted one");
  EXPECT_EQ(with_layer([&](Writer& file) { add_bias(file, d + "/kernel"); }),
            "/model_weights/d/kernel has the shape 3; wanted 2x3, as model_config says");
  EXPECT_EQ(with_layer([&](Writer& file) {
              add(file, d + "/kernel", ElementType::int32, {2, 3}, std::vector<int>(6));
            }),
            "/model_weights/d/kernel holds int32; wanted float32 or float64");
}

TEST_F(DamagedModel, TwoPreparationsOfTheInputAreRefused) {
  std::string scaled = config;
  scaled.insert(scaled.find(R"({"class_name": "Dense")"),
                R"({"class_name": "Rescaling", "config": {"name": "r", "scale": 2,
                    "batch_input_shape": [null, 2]}}, )");
  const auto fill = [](bool has_input) {
    return [has_input](Writer& file) {
      add_weights(file);
      file.create_group("/dtheta");
      if (has_input) file.set_text("/dtheta", "input", R"({"scale": 1})");
    };
  };
  make(scaled, fill(false));
  EXPECT_EQ(load_model<float>(path()).model.input.scale, 2);
  EXPECT_TRUE(contains(complaint(fill(true), scaled),
                       "prepares the input, which a Rescaling layer does, too"));
}

TEST_F(DamagedModel, ANetworkTooLargeForTheFileCostsNoMemory) {
  std::string huge = config;
  huge.replace(huge.find("\"units\": 3"), 10, "\"units\": 2147483647");
  EXPECT_EQ(complaint(&add_weights, huge),
            "/model_weights/d/kernel:0 has the shape 2x3; wanted 2x2147483647, as model_config "
            "says");
  std::string deep = R"({"class_name": "Sequential", "config": {"layers": [
    {"class_name": "Dense", "config": {"batch_input_shape": [null, 2147483647], "name": "d", "units": 2147483647}})";
  const std::string again =
      R"(,{"class_name": "Dense", "config": {"name": "d", "units": 2147483647}})";
  for (int i = 0; i < 9; ++i) deep += again;
  EXPECT_TRUE(contains(complaint(&add_weights, deep + "]}}"),
                       "model_config: layer 1 ('dense 2147483647', input 2147483647): the network "
                       "has more than 2^58 parameters"));
}

TEST_F(DamagedModel, LayersThatDoNotFitAreNamed) {
  std::string rank = config;
  rank.replace(rank.find("[null, 2]"), 9, "[null, 2, 2]");
  EXPECT_TRUE(
      contains(complaint(&add_weights, rank), "model_config: layer 1 ('dense 3', input 2x2): "));
  EXPECT_TRUE(contains(complaint(&add_weights, "{garbage"), "model_config: not JSON: "));
}

TEST_F(DamagedModel, AForcedAlgorithmThatDoesNotFitIsNamed) {
  constexpr const char* convolution = R"({"class_name": "Sequential", "config": {"layers": [
    {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 5, 5, 1], "name": "i"}},
    {"class_name": "Conv2D", "config": {"name": "c", "filters": 2, "kernel_size": [5, 5],
      "strides": [1, 1], "padding": "valid", "activation": "linear"}},
    {"class_name": "Flatten", "config": {"name": "f"}},
    {"class_name": "Dense", "config": {"name": "d", "units": 3, "activation": "softmax"}}]}})";
  const auto complaint_of_algorithms = [&](const char* algorithms) {
    return complaint(
        [&](Writer& file) {
          file.create_group("/dtheta");
          file.set_text("/dtheta", "algorithms", algorithms);
        },
        convolution);
  };
  EXPECT_TRUE(contains(complaint_of_algorithms(R"(["winograd"])"),
                       "attribute algorithms: names winograd for a Conv2D that is not 3x3"));
  EXPECT_TRUE(contains(complaint_of_algorithms(R"(["fft"])"), "wanted automatic, direct, im2col"));
  EXPECT_TRUE(contains(complaint_of_algorithms("[]"), "wanted automatic, direct, im2col"));
}

TEST_F(DamagedModel, WrongDescriptionsAreNamed) {
  EXPECT_EQ(complaint_of("loss", "absent"),
            "/dtheta names the loss 'absent', which this dtheta does not have");
  EXPECT_TRUE(
      contains(complaint_of("algorithms", "[\"im2col\"]"),
               "/dtheta, attribute algorithms: names more algorithms than there are Conv2D"));
  EXPECT_EQ(complaint_of("loss", "binary_crossentropy"),
            "model_config: layer 2 (Dense 'd') ends the model with softmax; wanted sigmoid as its "
            "loss asks");
  EXPECT_TRUE(contains(complaint_of("class_names", "[\"a\", \"b\"]"),
                       "/dtheta, attribute class_names: has 2 classes for 3 outputs"));
  EXPECT_TRUE(contains(complaint_of("class_names", "[1, 2, 3]"), "attribute class_names: "));
  EXPECT_TRUE(contains(complaint_of("class_names", "3"), "attribute class_names: "));
  EXPECT_TRUE(contains(complaint_of("input", "{}"), "attribute input: "));
  EXPECT_TRUE(contains(complaint_of("input", "{\"scale\": \"x\"}"), "attribute input: "));
  EXPECT_TRUE(contains(complaint_of("input", "[["), "attribute input: not JSON: "));
  EXPECT_TRUE(contains(complaint_of("input", R"({"scale": 1, "mean": [1]})"), "attribute input: "));
  EXPECT_TRUE(contains(complaint_of("input", R"({"scale": 1, "mean": [1, 2], "std": [1]})"),
                       "has 2 means and 1 deviations for "));
  EXPECT_TRUE(contains(complaint_of("input", R"({"scale": 1, "mean": [], "std": []})"),
                       "has 0 means and 0 deviations for "));
  EXPECT_TRUE(contains(complaint_of("input", R"({"scale": 1, "mean": [1], "std": [0]})"),
                       "has a mean that is not finite, or a deviation that is not above 0"));
  EXPECT_TRUE(contains(complaint_of("recipe", "{\"epochs\": 3}"),
                       "/dtheta, attribute recipe: not a recipe of dtheta"));
  EXPECT_TRUE(contains(complaint_of("provenance", "[]"), "attribute provenance: is not an object"));
  EXPECT_EQ(complaint_of_dtheta([](Writer& file) {
              file.set_number("/dtheta", "format_version", std::int64_t{2});
            }),
            "/dtheta has format version 2; this dtheta reads up to 1: use a newer one");
  EXPECT_EQ(complaint_of_dtheta([](Writer& file) { file.set_number("/dtheta", "loss", 3.0); }),
            "/dtheta, attribute loss is scalar of float64; wanted one string");
}

/// HDF5 itself, which reads strings of variable length without checks, would crash.
TEST_F(DamagedModel, AnyByteOfTheFileMayBeDamaged) {
  make(config, &add_weights);
  const std::string whole = read_file(path());
  int loaded = 0;
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(at % 2 == 0 ? 0xff : damaged[at] ^ 1);
    write_file(path(), damaged);
    try {
      load_model<float>(path());
      ++loaded;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(loaded, 0);
}

}  // namespace
}  // namespace dtheta
