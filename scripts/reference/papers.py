"""Optimizers that PyTorch lacks: the recursions of their papers, in NumPy.

They stand behind PyTorch's interface so that its schedulers drive them. A group's weight decay is
for kernels; a group without has the learning rate itself, not adapted to the size of θ.
"""

import numpy
import torch
from numpy.linalg import norm


class PaperOptimizer(torch.optim.Optimizer):
    """Calls `move(theta, gradient, state, group)`, whose result is the new θ, for each parameter."""

    def __init__(self, groups, lr, **settings):
        super().__init__(groups, {"lr": lr, **settings})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                theta, gradient = p.numpy().copy(), p.grad.numpy()
                for name in self.slots:
                    state.setdefault(name, numpy.zeros_like(theta))
                p.copy_(torch.from_numpy(self.move(theta, gradient, state, group)))


class Lion(PaperOptimizer):
    """Chen et al., "Symbolic discovery of optimization algorithms" (2023), Algorithm 2."""

    slots = ["mean"]

    @staticmethod
    def move(theta, gradient, state, group):
        (beta1, beta2), eta, mean = group["betas"], group["lr"], state["mean"]
        direction = numpy.sign(beta1 * mean + (1 - beta1) * gradient)
        state["mean"] = beta2 * mean + (1 - beta2) * gradient
        return theta - eta * (direction + group["weight_decay"] * theta)


class Lars(PaperOptimizer):
    """You, Gitman and Ginsburg, "Large batch training of convolutional networks" (2017),
    Algorithm 1."""

    slots = ["velocity"]

    @staticmethod
    def move(theta, gradient, state, group):
        decay, rate = group["weight_decay"], group["lr"]
        if group["is_adapted"]:
            rate *= group["trust"] * norm(theta) / (norm(gradient) + decay * norm(theta))
        state["velocity"] = (group["momentum"] * state["velocity"] +
                             rate * (gradient + decay * theta))
        return theta - state["velocity"]


class Lamb(PaperOptimizer):
    """You et al., "Large batch optimization for deep learning: training BERT in 76 minutes" (2020),
    Algorithm 2."""

    slots = ["mean", "square"]

    @staticmethod
    def move(theta, gradient, state, group):
        (beta1, beta2), step = group["betas"], state["step"]
        state["mean"] = beta1 * state["mean"] + (1 - beta1) * gradient
        state["square"] = beta2 * state["square"] + (1 - beta2) * gradient ** 2
        mean, square = (state[name] / (1 - beta ** step)
                        for name, beta in (("mean", beta1), ("square", beta2)))
        direction = mean / (numpy.sqrt(square) + group["eps"]) + group["weight_decay"] * theta
        ratio = norm(theta) / norm(direction) if group["is_adapted"] else 1
        return theta - group["lr"] * ratio * direction
