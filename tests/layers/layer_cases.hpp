/// The layers, shapes, strides and paddings that every promise is checked on.
#pragma once

#include <ostream>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Winograd's maps multiply by up to 8 and cancel again (math/winograd.hpp).
constexpr double winograd_rounding = 2e-5;

/// A layer as text, the shape of a sample, how many of them, and how far float may be from double.
struct LayerCase {
  const char* layer;
  Shape input;
  Size m = 3;
  double float_rounding = 3e-6;  ///< some 50 roundings
  Size integers = 0;             ///< above 0: the inputs are whole numbers from 0 to below it
};

inline std::ostream& operator<<(std::ostream& out, const LayerCase& c) {
  return out << "'" << c.layer << "' on " << c.m << " of " << c.input.text();
}

inline const LayerCase small_cases[] = {
    {"dense 1", {1}, 1},
    {"dense 7", {13}},
    {"dense 5 sigmoid", {3}},
    {"dense 11 tanh", {17}, 5},
    {"dense 3 relu", {29}, 7},
    {"dense 2 leaky_relu 0.3", {5}, 11},
    {"dense 9 elu 0.7", {7}, 5},
    {"dense 6 softplus", {13}},
    {"flatten", {3, 5, 2}},
    {"linear", {7}},
    {"relu", {5, 7, 3}},
    {"sigmoid", {11}},
    {"tanh", {3, 2, 5}},
    {"leaky_relu 0.2", {7, 3}},
    {"elu", {7, 3}},
    {"softplus", {3, 5, 2}},
    {"gelu", {5, 7, 3}},
    {"gelu", {11}},
    {"silu", {3, 5, 2}},
    {"softmax", {7}},
    {"softmax", {3, 5, 4}},
    {"softmax", {1}},
    {"layernorm", {13}, 5},
    {"layernorm epsilon 0.01", {3, 5, 19}},
    {"layernorm", {2, 3, 4}},
    {"layernorm epsilon 0.5", {1}},
    {"reshape 5x6", {3, 5, 2}},
    {"reshape 2x3x5", {30}},
    {"pad 1", {3, 5, 2}},
    {"pad 0x2 1x0", {3, 5, 3}},
    {"upsample 2", {3, 5, 2}},
    {"upsample 1x3", {2, 7, 5}},
    {"globalavgpool", {5, 7, 3}},
    {"globalavgpool", {1, 3, 17}},
    {"globalmaxpool", {5, 7, 3}},
    {"globalmaxpool", {4, 2, 9}},
    {"embedding 7 3", {5}, 4, 3e-6, 7},
    {"embedding 2 5", {3, 2}, 7, 3e-6, 2},
    {"depthwise 3x3", {5, 7, 3}},
    {"depthwise 3x3 same relu", {7, 5, 17}},
    {"depthwise 2x3 multiplier 3 stride 2x1 same tanh", {6, 7, 2}},
    {"depthwise 3x3 multiplier 2", {5, 4, 3}},
    {"depthwise 3x2 same dilation 2x3", {7, 9, 5}},
    {"depthwise 2x2 same dilation 3", {1, 2, 3}},  // windows that lie in the padding alone
    {"depthwise 1x1 sigmoid", {3, 3, 4}},
    {"conv 6 3x3 groups 3", {5, 7, 6}},
    {"conv 4 3x3 same groups 2 relu", {7, 5, 6}},
    {"conv 4 2x3 stride 2 groups 4 tanh", {6, 7, 4}},
    {"conv 6 1x1 groups 2", {3, 5, 4}},
    {"conv 18 3x3 same groups 2", {6, 9, 16}, 3, winograd_rounding},
    {"conv 3 3x3 dilation 2", {7, 9, 2}},
    {"conv 3 3x2 same dilation 2x3 relu", {5, 8, 3}},
    {"conv 2 2x2 same dilation 3", {1, 2, 3}},
    {"conv 4 3x3 same dilation 2 groups 2 im2col", {6, 5, 4}},
    {"conv 1 1x1", {1, 1, 1}, 1},
    {"conv 4 3x3", {5, 7, 3}},
    {"conv 5 3x3 same relu", {7, 5, 2}},
    {"conv 2 3x5 stride 2x1 same tanh", {7, 11, 3}},
    {"conv 3 2x2 same", {5, 5, 1}},
    {"conv 3 4x2 stride 3 sigmoid", {11, 7, 2}},
    {"conv 2 2x3 stride 1x3", {5, 13, 2}},
    {"conv 2 3x3 stride 5 same", {13, 7, 2}},
    {"conv 3 3x3 stride 7x5", {5, 7, 2}},
    {"conv 5 1x1 leaky_relu 0.2", {3, 5, 7}},
    {"conv 5 1x1 stride 2", {5, 7, 3}},
    {"conv 5 1x1 stride 3 same", {5, 7, 3}},
    {"conv 7 5x3 tanh", {5, 3, 2}},        // the whole sample: contiguous
    {"conv 3 1x7", {5, 7, 2}},             // whole rows: contiguous
    {"conv 3 2x7 stride 2x1", {6, 7, 2}},  // whole blocks of rows: contiguous
    {"conv 3 1x3 stride 1x3", {4, 9, 2}},  // pieces of rows: contiguous
    {"conv 3 2x3 stride 2x3", {4, 9, 2}},  // a partition, but not in memory order
    {"conv 2 7x9 same", {5, 7, 2}},        // larger than the sample
    {"conv 2 6x2 stride 2x3 same", {3, 8, 1}},
    {"conv 4 3x3 winograd", {6, 9, 3}, 3, winograd_rounding},
    {"conv 3 3x3 same winograd tanh", {5, 7, 2}, 3, winograd_rounding},
    {"conv 17 3x3 same im2col relu", {4, 3, 9}},
    {"conv 6 5x5 direct", {13, 11, 1}},
    {"conv 8 3x2 same direct relu", {4, 6, 3}},
    {"conv 19 3x3 stride 2x3 same direct tanh", {9, 11, 2}},
    {"maxpool 2", {4, 6, 3}},
    {"maxpool 2", {5, 7, 17}},
    {"maxpool 2", {6, 8, 6}},
    {"maxpool 2 stride 3 same", {7, 9, 20}},
    {"maxpool 2x3 stride 1", {5, 7, 3}},
    {"maxpool 3 stride 2 same", {7, 8, 5}},
    {"maxpool 2 stride 3 same", {8, 7, 2}},
    {"maxpool 9 stride 1 same", {5, 7, 2}},
    {"maxpool 5x7", {5, 7, 3}},
    {"avgpool 2", {4, 6, 3}},
    {"avgpool 2", {5, 7, 17}},
    {"avgpool 2", {6, 8, 6}},
    {"avgpool 2 stride 3 same", {7, 9, 20}},
    {"avgpool 2x3 stride 1", {5, 7, 3}},
    {"avgpool 3 stride 2 same", {7, 8, 5}},
    {"avgpool 2 stride 3 same", {8, 7, 2}},
    {"avgpool 9 stride 1 same", {5, 7, 2}},
    {"avgpool 5x7", {5, 7, 3}},
    {"batchnorm", {7}, 5},
    {"batchnorm relu", {3, 5, 2}, 7},
    {"batchnorm momentum 0.3 epsilon 1e-2 tanh", {5, 19}, 3},
    {"batchnorm group 2", {3, 2, 11}, 5},
    {"dropout 0.3", {5, 3}, 4},
    {"dropout 0", {7}},
};

/// Large enough for several tiles, the last a ragged one; too large for central differences.
inline const LayerCase large_cases[] = {
    {"dense 601 relu", {7}, 131},
    {"conv 8 3x3 im2col relu", {19, 17, 13}, 7},
    {"conv 21 5x5 direct relu", {31, 29, 3}, 5},
    {"conv 24 3x3 winograd relu", {27, 17, 40}, 7, winograd_rounding},
    {"conv 3 5x5 stride 2 same", {23, 29, 11}, 13},
    {"conv 67 1x1", {17, 13, 61}, 7},
    {"conv 32 3x3 groups 4 relu", {19, 17, 24}, 7, winograd_rounding},
    {"conv 9 3x3 dilation 3", {23, 29, 11}, 13},
    {"depthwise 5x5 stride 2 same", {23, 29, 37}, 5},
    {"layernorm", {611}, 31},
    {"softmax", {611}, 31},
    {"gelu", {61, 17}, 31},
    {"batchnorm leaky_relu 0.1", {17, 13, 37}, 11},
};

}  // namespace dtheta
