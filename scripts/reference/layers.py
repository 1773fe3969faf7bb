"""Layers of dtheta, drawn at random, as text and in PyTorch.

Each is a function of samples {m, ...}, channels last, and of its parameters in dtheta's shapes, so
that PyTorch's derivatives are in dtheta's order, too. `draw(a, b)` is a random whole number from a
to b; `shape`, where it is given, that of a sample.
"""

from dataclasses import dataclass, field
from typing import Callable

import torch
from torch.nn import functional


@dataclass
class Layer:
    text: str
    input: tuple  # the shape of a sample
    parameters: list  # their shapes
    function: Callable  # of the inputs and the parameters
    integers: int = 0  # above 0: x are whole numbers below it
    others: list = field(default_factory=list)  # the shapes of further inputs
    moving: int = 0  # how many of the last parameters are moving statistics, which `function` moves
    evaluation: Callable = None  # the function in inference, where it is another


def first(x):
    """Channels first."""
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


ACTIVATIONS = {
    "": lambda z: z,
    "linear": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "leaky_relu 0.2": lambda z: functional.leaky_relu(z, 0.2),
    "elu": functional.elu,
    "elu 0.6": lambda z: functional.elu(z, 0.6),
    "softplus": functional.softplus,
}
ALONE = {**ACTIVATIONS, "gelu": functional.gelu, "silu": functional.silu,
         "softmax": lambda z: torch.softmax(z, -1)}
del ALONE[""]


class Window:
    """A random window, its text and its padding by Keras' rule."""

    def __init__(self, draw, extent, *, dilates=False):
        extent = extent[:2]
        self.size = (draw(1, 5), draw(1, 5))
        self.stride = (draw(1, 3), draw(1, 3)) if draw(0, 1) else (1, 1)
        self.dilation = (1, 1)
        if dilates and self.stride == (1, 1) and draw(0, 1):
            self.dilation = (draw(1, 3), draw(1, 3))
        self.reach = [(s - 1) * d + 1 for s, d in zip(self.size, self.dilation)]
        fits = all(r <= e for r, e in zip(self.reach, extent))
        self.is_same = not fits or draw(0, 1) == 1
        self.pads = (0, 0, 0, 0)
        if self.is_same:
            self.pads = sum((self.pad(*axis) for axis in
                             zip(extent[::-1], self.reach[::-1], self.stride[::-1])), ())

    @staticmethod
    def pad(extent, reach, stride):
        total = max(0, (-(-extent // stride) - 1) * stride + reach - extent)
        return total // 2, total - total // 2

    def words(self):
        """What stands behind the size."""
        text = "" if self.stride == (1, 1) else " stride {}x{}".format(*self.stride)
        text += " same" if self.is_same else ""
        return text + ("" if self.dilation == (1, 1) else " dilation {}x{}".format(*self.dilation))

    def text(self):
        return "{}x{}".format(*self.size)


def picture(draw, channels=None):
    return draw(1, 12), draw(1, 12), channels or draw(1, 20)


def any_shape(draw):
    return tuple(draw(1, 9) for _ in range(draw(1, 3)))


def fused(draw):
    return list(ACTIVATIONS)[draw(0, len(ACTIVATIONS) - 1)]


def dense(draw, shape=None, units=None, activation=None):
    inputs, units = shape[0] if shape else draw(1, 70), units or draw(1, 70)
    activation = fused(draw) if activation is None else activation
    return Layer(f"dense {units} {activation}", (inputs,), [(inputs, units), (units,)],
                 lambda x, w, b: ACTIVATIONS[activation](x @ w + b))


def convolution(draw, shape=None, algorithm="", groups=1, size=None, filters=None):
    """`size` 3x3 asks for one that keeps height and width."""
    shape = shape or picture(draw)
    window = Window(draw, shape, dilates=algorithm in ("", "im2col"))
    if size:
        window.size, window.stride, window.dilation = size, (1, 1), (1, 1)
        window.is_same, window.pads = True, (1, 1, 1, 1)
    filters, activation = filters or draw(1, 20) * groups, fused(draw)
    text = f"conv {filters} {window.text()}{window.words()}"
    text += f" groups {groups}" if groups > 1 else ""

    def function(x, w, b):
        z = functional.conv2d(functional.pad(first(x), window.pads), w.permute(3, 2, 0, 1).contiguous(),
                              b, window.stride, dilation=window.dilation, groups=groups)
        return ACTIVATIONS[activation](last(z))
    kernel = (*window.size, shape[2] // groups, filters)
    return Layer(f"{text} {algorithm} {activation}", shape, [kernel, (filters,)], function)


def direct(draw, shape=None):
    return convolution(draw, shape, "direct")


def im2col(draw, shape=None):
    return convolution(draw, shape, "im2col")


def winograd(draw, shape=None):
    return convolution(draw, shape, "winograd", size=(3, 3))


def grouped(draw, shape=None):
    groups = draw(2, 5)
    if shape:
        groups = next(g for g in range(groups, 0, -1) if shape[2] % g == 0)
    return convolution(draw, shape or picture(draw, draw(1, 6) * groups), groups=groups)


def depthwise(draw, shape=None):
    shape = shape or picture(draw)
    window, multiplier, activation = Window(draw, shape, dilates=True), draw(1, 3), fused(draw)
    outputs = shape[2] * multiplier
    text = f"depthwise {window.text()} multiplier {multiplier}{window.words()} {activation}"

    def function(x, w, b):
        kernel = w.reshape(*window.size, 1, outputs).permute(3, 2, 0, 1).contiguous()
        z = functional.conv2d(functional.pad(first(x), window.pads), kernel, b, window.stride,
                              dilation=window.dilation, groups=shape[2])
        return ACTIVATIONS[activation](last(z))
    return Layer(text, shape, [(*window.size, shape[2], multiplier), (outputs,)], function)


def max_pooling(draw, shape=None):
    shape = shape or picture(draw)
    window = Window(draw, shape)

    def function(x):
        padded = functional.pad(first(x), window.pads, value=-torch.inf)
        return last(functional.max_pool2d(padded, window.size, window.stride))
    return Layer(f"maxpool {window.text()} stride {'{}x{}'.format(*window.stride)}"
                 f"{' same' if window.is_same else ''}", shape, [], function)


def average_pooling(draw, shape=None):
    """Padding does not count: the average of the numbers by that of ones."""
    shape = shape or picture(draw)
    window = Window(draw, shape)

    def function(x):
        padded, ones = (functional.pad(first(each), window.pads) for each in (x, torch.ones_like(x)))
        return last(functional.avg_pool2d(padded, window.size, window.stride) /
                    functional.avg_pool2d(ones, window.size, window.stride))
    return Layer(f"avgpool {window.text()} stride {'{}x{}'.format(*window.stride)}"
                 f"{' same' if window.is_same else ''}", shape, [], function)


def global_pooling(draw, shape=None):
    if draw(0, 1):
        return Layer("globalavgpool", shape or picture(draw), [], lambda x: x.mean((1, 2)))
    return Layer("globalmaxpool", shape or picture(draw), [], lambda x: x.amax((1, 2)))


def zero_padding(draw, shape=None):
    top, left, bottom, right = (draw(0, 3) for _ in range(4))
    return Layer(f"pad {top}x{left} {bottom}x{right}", shape or picture(draw), [],
                 lambda x: functional.pad(x, (0, 0, left, right, top, bottom)))


def upsampling(draw, shape=None):
    factor = draw(1, 3), draw(1, 3)
    up = torch.nn.Upsample(scale_factor=factor, mode="nearest")
    return Layer("upsample {}x{}".format(*factor), shape or picture(draw), [],
                 lambda x: last(up(first(x))))


def reshape(draw, shape=None):
    shape = shape or any_shape(draw)
    size = torch.Size(shape).numel()
    rows = next(n for n in (5, 3, 2, 1) if size % n == 0)
    return Layer(f"reshape {rows}x{size // rows}", shape, [],
                 lambda x: x.reshape(len(x), rows, -1))


def flatten(draw, shape=None):
    return Layer("flatten", shape or any_shape(draw), [], lambda x: x.flatten(1))


def activation(draw, shape=None):
    name = list(ALONE)[draw(0, len(ALONE) - 1)]
    return Layer(name, shape or any_shape(draw), [], ALONE[name])


def layer_normalization(draw, shape=None):
    shape = shape or any_shape(draw)[:-1] + (draw(2, 40),)
    epsilon = (1e-5, 1e-3, 0.1)[draw(0, 2)]
    return Layer(f"layernorm epsilon {epsilon}", shape, [shape[-1:], shape[-1:]],
                 lambda x, gamma, beta: functional.layer_norm(x, shape[-1:], gamma, beta, epsilon))


def batch_normalization(draw, shape=None, group=0):
    """Of one place and 2 samples only ±1 would be left."""
    shape = shape or picture(draw)
    activation, epsilon, momentum = fused(draw), (1e-5, 1e-3, 0.1)[draw(0, 2)], draw(1, 9) / 10
    text = f"batchnorm momentum {momentum} epsilon {epsilon}"

    def normalize(x, gamma, beta, mean, variance, training):
        rows = x.reshape(-1, shape[-1])
        z = functional.batch_norm(rows, mean, variance, gamma, beta, training, momentum, epsilon)
        return ACTIVATIONS[activation](z.reshape(x.shape))

    def function(x, gamma, beta, mean, variance):
        return torch.cat([normalize(part, gamma, beta, mean, variance, True)
                          for part in x.split(group or len(x))])
    return Layer(f"{text} group {group} {activation}" if group else f"{text} {activation}", shape,
                 [shape[-1:]] * 4, function, moving=2,
                 evaluation=lambda *given: normalize(*given, False))


def grouped_batch_normalization(draw, shape=None):
    return batch_normalization(draw, shape, draw(2, 3))


def addition(draw, shape=None):
    shape, activation = shape or any_shape(draw), fused(draw)
    return Layer(f"add {activation}", shape, [], lambda *xs: ACTIVATIONS[activation](sum(xs)),
                 others=[shape] * draw(1, 3))


def concatenation(draw, shape=None):
    shape = shape or any_shape(draw)
    return Layer("concatenate", shape, [], lambda *xs: torch.cat(xs, -1),
                 others=[(*shape[:-1], draw(1, 9)) for _ in range(draw(1, 3))])


def embedding(draw, shape=None):
    vocabulary, units = draw(1, 30), draw(1, 20)
    return Layer(f"embedding {vocabulary} {units}", shape or any_shape(draw)[:2], [(vocabulary, units)],
                 lambda x, table: functional.embedding(x.detach().long(), table) + 0 * x.sum(),
                 integers=vocabulary)


LAYERS = [dense, convolution, direct, im2col, winograd, grouped, depthwise, max_pooling,
          average_pooling, global_pooling, zero_padding, upsampling, reshape, flatten, activation,
          layer_normalization, batch_normalization, grouped_batch_normalization, addition,
          concatenation, embedding]
