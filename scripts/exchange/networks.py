"""What dtheta's models are checked with beside other programs."""

TOLERANCE = 1e-5  # of a prediction

# Networks for 28x28x1 pictures of 10 classes: together all layers, activations and options.
NETWORKS = {
    "mlp": "mlp",
    "lenet5": "lenet5",
    "strides": "conv 4 5x3 stride 2x1 same, tanh, maxpool 2x3 stride 1 same, relu, conv 5 1, "
               "leaky_relu 0.125, avgpool 3 stride 2 same, leaky_relu 0.1, conv 6 3x3 winograd relu, "
               "flatten, dense 12, sigmoid, dense 11, tanh, leaky_relu, dense 10",
    "convolutions": "pad 0x1 2x0, conv 6 3x3 stride 2 elu 0.5, conv 9 3x3 same groups 3, softplus, "
                    "depthwise 3x3 multiplier 2 same, conv 8 3x2 dilation 2x3 elu, layernorm, gelu, "
                    "upsample 1x2, depthwise 3x3 dilation 2, silu, globalavgpool, dense 10",
    "shapes": "conv 4 3x3, softmax, globalmaxpool, dense 24, layernorm epsilon 0.01, reshape 4x3x2, "
              "conv 5 2x2 gelu, flatten, softmax, dense 10",
    "embedding": "flatten, embedding 5 3, reshape 28x28x3, avgpool 4, flatten, dense 10",
    "sigmoid outputs": "flatten, dense 16, relu, dense 10, sigmoid",
}
