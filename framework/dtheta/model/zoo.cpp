#include "dtheta/model/zoo.hpp"

#include <algorithm>
#include <array>

namespace dtheta {

std::string ZooEntry::layer_list(Size outputs) const {
  constexpr std::string_view placeholder = "{outputs}";
  const auto at = layers.find(placeholder);
  return std::string(layers.substr(0, at)) + std::to_string(outputs) +
         std::string(layers.substr(at + placeholder.size()));
}

std::span<const ZooEntry> zoo() {
  static const std::array entries{
      ZooEntry{"logistic", "logistic regression: one layer, convex", "flatten, dense {outputs}",
               Shape{28, 28, 1}, 10},
      ZooEntry{"mlp", "two wide hidden layers",
               "flatten, dense 512, relu, dense 256, relu, dense {outputs}", Shape{28, 28, 1}, 10},
      ZooEntry{"lenet5", "LeNet-5 (LeCun et al., 1998) with relu and max pooling",
               "conv 6 5x5, relu, maxpool 2, conv 16 5x5, relu, maxpool 2, flatten, dense 120, "
               "relu, dense 84, relu, dense {outputs}",
               Shape{28, 28, 1}, 10},
      ZooEntry{"mnist-cnn", "two 3x3 convolutions, the usual first convolutional net for MNIST",
               "conv 32 3x3, relu, conv 64 3x3, relu, maxpool 2, flatten, dense 128, relu, dense "
               "{outputs}",
               Shape{28, 28, 1}, 10},
      ZooEntry{"cats", "the course's four-layer network for cat pictures",
               "flatten, dense 20, relu, dense 7, relu, dense 5, relu, dense {outputs}",
               Shape{64, 64, 3}, 1},
      ZooEntry{"cifar-cnn", "three 3x3 convolutions for small colour pictures",
               "conv 32 3x3 same, relu, maxpool 2, conv 64 3x3 same, relu, maxpool 2, conv 64 3x3 "
               "same, relu, maxpool 2, flatten, dense 64, relu, dense {outputs}",
               Shape{32, 32, 3}, 10},
      ZooEntry{"cifar-vgg", "pairs of 3x3 convolutions, after VGG (Simonyan & Zisserman, 2015)",
               "conv 32 3x3 same, relu, conv 32 3x3 same, relu, maxpool 2, conv 64 3x3 same, relu, "
               "conv 64 3x3 same, relu, maxpool 2, conv 128 3x3 same, relu, conv 128 3x3 same, "
               "relu, maxpool 2, flatten, dense 128, relu, dense {outputs}",
               Shape{32, 32, 3}, 10},
  };
  return entries;
}

const ZooEntry* find_in_zoo(std::string_view name) {
  const auto entries = zoo();
  const auto found = std::ranges::find(entries, name, &ZooEntry::name);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace dtheta
