#include "dtheta/model/zoo.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace dtheta {

std::string ZooEntry::layer_list(Size outputs) const {
  constexpr std::string_view placeholder = "{outputs}";
  const auto at = layers.find(placeholder);
  return std::string(layers.substr(0, at)) + std::to_string(outputs) +
         std::string(layers.substr(at + placeholder.size()));
}

namespace {

/// Two 3x3 convolutions and a shortcut around them, from the layer called `source` to one called
/// `name`. Where the width changes, the first convolution halves the picture, and a 1x1 convolution
/// fits the shortcut to that.
std::string residual_block(Size filters, bool is_wider, std::string_view source,
                           std::string_view name) {
  std::string text =
      fmt::format("conv {0} 3x3{1} same, batchnorm, relu, conv {0} 3x3 same, batchnorm", filters,
                  is_wider ? " stride 2" : "");
  if (is_wider) {
    text += fmt::format(" as {0}_main, conv {1} 1x1 stride 2 from {2}, batchnorm, add {0}_main",
                        name, filters, source);
  } else {
    text += fmt::format(", add {}", source);
  }
  return text + fmt::format(", relu as {}, ", name);
}

/// Three stages of three blocks: 1 + 18 + 1 layers of weights in a row.
std::string resnet20() {
  std::string text = "conv 16 3x3 same, batchnorm, relu as entry, ";
  std::string source = "entry";
  for (const Size filters : {16, 32, 64}) {
    for (const int block : {1, 2, 3}) {
      const std::string name = fmt::format("block_{}_{}", filters, block);
      text += residual_block(filters, block == 1 && filters > 16, source, name);
      source = name;
    }
  }
  return text + "globalavgpool, dense {outputs}";
}

}  // namespace

std::span<const ZooEntry> zoo() {
  static const std::string resnet20_layers = resnet20();
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
      ZooEntry{"vgg-small", "cifar-vgg's pairs with batch normalization and dropout",
               "conv 32 3x3 same, batchnorm, relu, conv 32 3x3 same, batchnorm, relu, maxpool 2, "
               "dropout 0.2, conv 64 3x3 same, batchnorm, relu, conv 64 3x3 same, batchnorm, relu, "
               "maxpool 2, dropout 0.3, conv 128 3x3 same, batchnorm, relu, conv 128 3x3 same, "
               "batchnorm, relu, maxpool 2, dropout 0.4, flatten, dense 128, batchnorm, relu, "
               "dropout 0.5, dense {outputs}",
               Shape{32, 32, 3}, 10},
      ZooEntry{"resnet20", "residual network for CIFAR (He et al., 2016), with projections",
               resnet20_layers, Shape{32, 32, 3}, 10},
  };
  return entries;
}

const ZooEntry* find_in_zoo(std::string_view name) {
  const auto entries = zoo();
  const auto found = std::ranges::find(entries, name, &ZooEntry::name);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace dtheta
