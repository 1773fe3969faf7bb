/// The catalog: every layer that can stand in a layer list or a model file.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "dtheta/layers/activation.hpp"
#include "dtheta/layers/add.hpp"
#include "dtheta/layers/batch_normalization.hpp"
#include "dtheta/layers/concatenate.hpp"
#include "dtheta/layers/conv2d.hpp"
#include "dtheta/layers/dense.hpp"
#include "dtheta/layers/depthwise_conv2d.hpp"
#include "dtheta/layers/dropout.hpp"
#include "dtheta/layers/embedding.hpp"
#include "dtheta/layers/flatten.hpp"
#include "dtheta/layers/global_pooling.hpp"
#include "dtheta/layers/layer_normalization.hpp"
#include "dtheta/layers/pooling.hpp"
#include "dtheta/layers/reshape.hpp"
#include "dtheta/layers/self_gated.hpp"
#include "dtheta/layers/softmax.hpp"
#include "dtheta/layers/upsampling.hpp"
#include "dtheta/layers/zero_padding.hpp"

namespace dtheta {

/// What a layer is, apart from its input and precision: the options struct of its class. Layer
/// lists, model files and the C++ interface all speak in these values.
using LayerSpec =
    std::variant<DenseOptions, Conv2dOptions, DepthwiseConv2dOptions, PoolingOptions,
                 GlobalPoolingOptions, FlattenOptions, ReshapeOptions, ZeroPaddingOptions,
                 UpsamplingOptions, EmbeddingOptions, BatchNormalizationOptions,
                 LayerNormalizationOptions, DropoutOptions, AddOptions, ConcatenateOptions,
                 SoftmaxOptions, SelfGatedOptions, ActivationOptions>;

/// The layer that `spec` describes. Throws UsageError for options out of range.
template <std::floating_point T>
std::unique_ptr<Layer<T>> make_layer(const LayerSpec& spec);

/// One entry of a layer list → spec: "dense 120", "conv 6 5x5 stride 2 same", "maxpool 2",
/// "avgpool 3 stride 2", "flatten", "relu", "leaky_relu 0.1". Throws UsageError that quotes the
/// entry, says what is wrong and lists what is known.
LayerSpec parse_layer(std::string_view entry);

/// spec → the entry that parse_layer reads back to the same spec.
std::string layer_text(const LayerSpec& spec);

/// The grammar of one entry a line, for help texts.
std::string layer_grammar();

}  // namespace dtheta
