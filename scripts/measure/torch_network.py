"""A network of dtheta in PyTorch: from its layer list and its model file."""

import h5py
import numpy
import torch
from torch import nn


def layers_of(text):
    """"conv 6 5x5, relu" as [["conv", "6", "5x5"], ["relu"]]."""
    return [entry.split() for entry in text.split(",")]


class Builder:
    """Makes modules one after another and knows the shape {height, width, channels} between."""

    def __init__(self, input_shape):
        self.shape = input_shape
        self.modules = []
        self.flat_from = None  # the shape that flatten met, until a dense layer has used it
        self.input_orders = []  # for each dense layer: that shape, or None

    def conv(self, filters, kernel, padding="valid"):
        size = int(kernel.split("x")[0])
        height, width, channels = self.shape
        self.modules.append(nn.Conv2d(channels, int(filters), size,
                                      padding="same" if padding == "same" else 0))
        lost = 0 if padding == "same" else size - 1
        self.shape = (height - lost, width - lost, int(filters))

    def maxpool(self, size):
        height, width, channels = self.shape
        self.modules.append(nn.MaxPool2d(int(size)))
        self.shape = (height // int(size), width // int(size), channels)

    def flatten(self):
        self.modules.append(nn.Flatten())
        self.flat_from = self.shape
        self.shape = (self.shape[0] * self.shape[1] * self.shape[2],)

    def dense(self, units):
        self.modules.append(nn.Linear(self.shape[0], int(units)))
        self.input_orders.append(self.flat_from)
        self.flat_from = None
        self.shape = (int(units),)

    def relu(self):
        self.modules.append(nn.ReLU())


def build(layer_list, input_shape):
    """The network, and for each dense layer the shape that was flattened into its input, if any."""
    builder = Builder(input_shape)
    for name, *arguments in layers_of(layer_list):
        getattr(builder, name)(*arguments)
    return nn.Sequential(*builder.modules), builder.input_orders


def read_weights(model_file):
    """The (kernel, bias) pairs of a model file, in the order of its layers."""
    pairs = []
    with h5py.File(model_file) as file:
        weights = file["model_weights"]
        for layer in weights.attrs["layer_names"]:
            group = weights[layer]
            arrays = [numpy.asarray(group[name]) for name in group.attrs["weight_names"]]
            if arrays:
                pairs.append(arrays)
    return pairs


def load_weights(network, input_orders, model_file):
    """Copies the weights of a model file: a kernel {height, width, channels, filters} becomes
    {filters, channels, height, width}; a dense kernel {inputs, units} is transposed, its inputs
    sorted from channels last, as dtheta flattens, to channels first, as PyTorch does."""
    orders = iter(input_orders)
    modules = [module for module in network if hasattr(module, "weight")]
    with torch.no_grad():
        for module, (kernel, bias) in zip(modules, read_weights(model_file), strict=True):
            if kernel.ndim == 4:
                kernel = kernel.transpose(3, 2, 0, 1)
            else:
                if order := next(orders):
                    kernel = kernel.reshape(*order, -1).transpose(2, 0, 1, 3)
                    kernel = kernel.reshape(-1, kernel.shape[-1])
                kernel = kernel.T
            module.weight.copy_(torch.from_numpy(numpy.ascontiguousarray(kernel)))
            module.bias.copy_(torch.from_numpy(bias))
