#include "dtheta/model/zoo.hpp"

#include <gtest/gtest.h>

#include "dtheta/model/network.hpp"

namespace dtheta {
namespace {

TEST(Zoo, EveryNetworkFitsItsNaturalInput) {
  for (const ZooEntry& entry : zoo()) {
    const LayerList list = parse_layer_list(entry.layer_list(entry.natural_outputs));
    const Network<float> network({.input = entry.natural_input, .layers = list.layers});
    EXPECT_EQ(network.output_shape(), Shape{entry.natural_outputs}) << entry.name;
    EXPECT_EQ(find_in_zoo(entry.name), &entry);
  }
  EXPECT_EQ(find_in_zoo("alexnet"), nullptr);
}

// The counts that the networks' papers, courses and tutorials give.
TEST(Zoo, HasTheParametersItsNetworksAreKnownFor) {
  const auto parameters = [](std::string_view name) {
    const ZooEntry& entry = *find_in_zoo(name);
    const LayerList list = parse_layer_list(entry.layer_list(entry.natural_outputs));
    return Network<float>({.input = entry.natural_input, .layers = list.layers}).parameter_count();
  };
  EXPECT_EQ(parameters("logistic"), 7'850);
  EXPECT_EQ(parameters("mlp"), 535'818);
  EXPECT_EQ(parameters("lenet5"), 44'426);
  EXPECT_EQ(parameters("mnist-cnn"), 1'199'882);
  EXPECT_EQ(parameters("cats"), 245'760 + 20 + 147 + 40 + 6);
  EXPECT_EQ(parameters("cifar-vgg"),
            896 + 9'248 + 18'496 + 36'928 + 73'856 + 147'584 + 262'272 + 1'290);
  // Keras' example of it, and a batch normalization for each of the two projections.
  EXPECT_EQ(parameters("resnet20"), 274'442 + 4 * 32 + 4 * 64);
  EXPECT_EQ(parameters("vgg-small"), parameters("cifar-vgg") + 4 * (2 * 32 + 2 * 64 + 3 * 128));
}

}  // namespace
}  // namespace dtheta
