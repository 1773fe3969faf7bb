"""Networks of the layers, drawn at random: graphs that end in a row of numbers."""

import torch

from . import layers

PICTURE_LAYERS = [layers.convolution, layers.winograd, layers.grouped, layers.depthwise,
                  layers.max_pooling, layers.average_pooling, layers.zero_padding,
                  layers.upsampling, layers.activation, layers.layer_normalization]
MOST_NUMBERS = 3000  # of a sample, between layers


class Network:
    """Layers, each of the one before it and perhaps of an earlier one; their text and shapes."""

    def __init__(self, draw, outputs):
        self.layers = []  # triples of a layer, its name, and the name of an earlier one that it reads
        self.shape = (draw(4, 10), draw(4, 10), draw(1, 4)) if draw(0, 2) else (draw(3, 40),)
        self.input = self.shape
        if len(self.input) == 3:
            for _ in range(draw(1, 3)):
                (self.append_branch if draw(0, 3) == 0 else self.append_picture_layer)(draw)
            self.append((layers.flatten, layers.global_pooling)[draw(0, 1)](draw, self.shape))
        for _ in range(draw(0, 2)):
            self.append(layers.dense(draw, self.shape))
            if draw(0, 1):
                self.append(layers.layer_normalization(draw, self.shape))
        self.append(layers.dense(draw, self.shape, outputs, ""))

    def append_picture_layer(self, draw):
        self.append(PICTURE_LAYERS[draw(0, len(PICTURE_LAYERS) - 1)](draw, self.shape))
        if draw(0, 2) == 0:
            # Without a tanh the bias in front would have no derivative but rounding errors.
            self.append(layers.Layer("tanh", self.shape, [], torch.tanh))
            self.append(layers.batch_normalization(draw, self.shape))

    def append_branch(self, draw):
        """A block whose input is added to its output, or stands beside it."""
        name = f"branch{len(self.layers)}"
        self.append(layers.convolution(draw, self.shape, size=(3, 3)), name)
        whole = self.shape
        is_sum = draw(0, 1)
        self.append(layers.convolution(draw, whole, size=(3, 3),
                                       filters=whole[2] if is_sum else None))
        joint = (layers.addition if is_sum else layers.concatenation)(draw, self.shape)
        word, _, rest = joint.text.partition(" ")
        joint.text, joint.others = f"{word} {name} {rest}", [whole]
        self.append(joint, reads=name)

    def append(self, layer, name=None, reads=None):
        """`shape` becomes that of its output. Left out where that is too large and
        larger than its input."""
        inputs = [torch.ones(1, *shape) for shape in [layer.input, *layer.others]]
        parameters = [torch.ones(shape) for shape in layer.parameters]
        shape = tuple((layer.evaluation or layer.function)(*inputs, *parameters).shape[1:])
        before = torch.Size(layer.input).numel()
        if name or reads or torch.Size(shape).numel() <= max(MOST_NUMBERS, before):
            self.layers.append((layer, name, reads))
            self.shape = shape

    def text(self):
        shape = "x".join(map(str, self.input))
        return ", ".join([f"input {shape}", *(layer.text + (f" as {name}" if name else "")
                                              for layer, name, _ in self.layers)])

    def parameters(self):
        """Their shapes."""
        return [shape for layer, _, _ in self.layers for shape in layer.parameters]

    def moving(self):
        """For each parameter whether it is a moving statistic."""
        return [i >= len(layer.parameters) - layer.moving for layer, _, _ in self.layers
                for i in range(len(layer.parameters))]

    def __call__(self, x, parameters, *, is_training):
        rest, outputs = list(parameters), {}
        for layer, name, reads in self.layers:
            own, rest = rest[:len(layer.parameters)], rest[len(layer.parameters):]
            function = layer.function if is_training else layer.evaluation or layer.function
            x = function(x, *([outputs[reads]] if reads else []), *own)
            outputs[name] = x
        return x
