"""What dtheta's models are checked with beside other programs."""

TOLERANCE = 1e-5  # of a prediction

# Networks for 28x28x1 pictures of 10 classes: together all layers, activations and options.
NETWORKS = {
    "mlp": "mlp",
    "lenet5": "lenet5",
    "strides": "conv 4 5x3 stride 2x1 same, tanh, maxpool 2x3 stride 1 same, relu, conv 5 1, "
               "leaky_relu 0.125, avgpool 3 stride 2 same, leaky_relu 0.1, conv 6 3x3 winograd relu, "
               "flatten, dense 12, sigmoid, dense 11, tanh, leaky_relu, dense 10",
    "sigmoid outputs": "flatten, dense 16, relu, dense 10, sigmoid",
}
