"""Networks of the layers, drawn at random: chains that end in a row of numbers."""

import torch

from . import layers

PICTURE_LAYERS = [layers.convolution, layers.winograd, layers.grouped, layers.depthwise,
                  layers.max_pooling, layers.average_pooling, layers.zero_padding,
                  layers.upsampling, layers.activation, layers.layer_normalization]
MOST_NUMBERS = 3000  # of a sample, between layers


class Network:
    """A chain, its text and its shapes."""

    def __init__(self, draw, outputs):
        self.layers = []
        self.shape = (draw(4, 10), draw(4, 10), draw(1, 4)) if draw(0, 2) else (draw(3, 40),)
        self.input = self.shape
        if len(self.input) == 3:
            for _ in range(draw(1, 3)):
                self.append(PICTURE_LAYERS[draw(0, len(PICTURE_LAYERS) - 1)](draw, self.shape))
            self.append((layers.flatten, layers.global_pooling)[draw(0, 1)](draw, self.shape))
        for _ in range(draw(0, 2)):
            self.append(layers.dense(draw, self.shape))
            if draw(0, 1):
                self.append(layers.layer_normalization(draw, self.shape))
        self.append(layers.dense(draw, self.shape, outputs, ""))

    def append(self, layer):
        """Unless it makes samples too large; `shape` becomes that of its output."""
        x = torch.zeros(1, *layer.input, dtype=torch.float64)
        parameters = [torch.zeros(shape, dtype=torch.float64) for shape in layer.parameters]
        shape = tuple(layer.function(x, *parameters).shape[1:])
        if torch.Size(shape).numel() <= MOST_NUMBERS:
            self.layers.append(layer)
            self.shape = shape

    def text(self):
        shape = "x".join(map(str, self.input))
        return ", ".join([f"input {shape}", *(layer.text for layer in self.layers)])

    def parameters(self):
        """Their shapes."""
        return [shape for layer in self.layers for shape in layer.parameters]

    def __call__(self, x, parameters):
        rest = list(parameters)
        for layer in self.layers:
            own, rest = rest[:len(layer.parameters)], rest[len(layer.parameters):]
            x = layer.function(x, *own)
        return x
