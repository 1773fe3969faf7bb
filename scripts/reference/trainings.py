"""Optimizers and schedules of dtheta in PyTorch, drawn at random."""

import math
from dataclasses import dataclass
from typing import Callable

import torch
from torch.optim import lr_scheduler

from . import papers


@dataclass
class Optimizer:
    recipe: dict  # what dtheta's recipe says
    make: Callable  # of groups of parameters and a learning rate: an optimizer of PyTorch's
    decays: bool = False  # it has a decoupled weight decay of its own


def real(draw, low, high):
    """A random number of three digits, evenly on a logarithmic scale."""
    return float(f"{low * (high / low) ** (draw(0, 1000) / 1000):.3g}")


def sgd(_):
    return Optimizer({"optimizer": "sgd"}, torch.optim.SGD)


def momentum(draw):
    mu = real(draw, 0.3, 0.99)
    return Optimizer({"optimizer": "momentum", "momentum": mu},
                     lambda groups, lr: torch.optim.SGD(groups, lr, momentum=mu))


def nesterov(draw):
    mu = real(draw, 0.3, 0.99)
    return Optimizer({"optimizer": "nesterov", "momentum": mu},
                     lambda groups, lr: torch.optim.SGD(groups, lr, momentum=mu, nesterov=True))


def adaptive(draw):
    """The hyperparameters of Adam, for dtheta and for PyTorch."""
    beta1, beta2, epsilon = real(draw, 0.5, 0.95), real(draw, 0.8, 0.9999), real(draw, 1e-8, 1e-3)
    return ({"beta1": beta1, "beta2": beta2, "epsilon": epsilon},
            {"betas": (beta1, beta2), "eps": epsilon})


def adam(draw):
    ours, theirs = adaptive(draw)
    return Optimizer({"optimizer": "adam", **ours},
                     lambda groups, lr: torch.optim.Adam(groups, lr, **theirs))


def adamw(draw):
    ours, theirs = adaptive(draw)
    return Optimizer({"optimizer": "adamw", **ours},
                     lambda groups, lr: torch.optim.AdamW(groups, lr, **theirs), decays=True)


def adagrad(draw):
    epsilon = real(draw, 1e-10, 1e-3)
    return Optimizer({"optimizer": "adagrad", "epsilon": epsilon},
                     lambda groups, lr: torch.optim.Adagrad(groups, lr, eps=epsilon))


def rmsprop(draw):
    beta2, epsilon = real(draw, 0.5, 0.999), real(draw, 1e-8, 1e-3)
    return Optimizer({"optimizer": "rmsprop", "beta2": beta2, "epsilon": epsilon},
                     lambda groups, lr: torch.optim.RMSprop(groups, lr, beta2, epsilon))


def lion(draw):
    ours, theirs = adaptive(draw)
    return Optimizer({"optimizer": "lion", "beta1": ours["beta1"], "beta2": ours["beta2"]},
                     lambda groups, lr: papers.Lion(groups, lr, betas=theirs["betas"]),
                     decays=True)


def lars(draw):
    mu, trust = real(draw, 0.3, 0.99), real(draw, 1e-3, 1e-1)
    return Optimizer({"optimizer": "lars", "momentum": mu, "trust_coefficient": trust},
                     lambda groups, lr: papers.Lars(groups, lr, momentum=mu, trust=trust),
                     decays=True)


def lamb(draw):
    ours, theirs = adaptive(draw)
    return Optimizer({"optimizer": "lamb", **ours},
                     lambda groups, lr: papers.Lamb(groups, lr, **theirs), decays=True)


# By dtheta's names.
OPTIMIZERS = {"sgd": sgd, "momentum": momentum, "nesterov": nesterov, "adagrad": adagrad,
              "rmsprop": rmsprop, "adam": adam, "adamw": adamw, "lion": lion, "lars": lars,
              "lamb": lamb}


@dataclass
class Schedule:
    recipe: dict
    make: Callable  # of an optimizer and the number of steps: a scheduler of PyTorch's
    goes_by_cost: bool = False


def constant(_):
    return Schedule({"schedule": "constant"},
                    lambda optimizer, _: lr_scheduler.ConstantLR(optimizer, 1))


def cosine(_):
    return Schedule({"schedule": "cosine"}, lr_scheduler.CosineAnnealingLR)


def warmup(draw):
    """A straight line in front of the cosine."""
    count = draw(1, 2)

    def make(optimizer, steps):
        def factor(step):
            if step < count:
                return (step + 1) / (count + 1)
            return (1 + math.cos(math.pi * (step - count) / (steps - count))) / 2
        return lr_scheduler.LambdaLR(optimizer, factor)
    return Schedule({"schedule": "cosine", "warmup": f"{count}steps"}, make)


def step(draw):
    every, gamma = draw(1, 2), real(draw, 0.1, 0.9)
    return Schedule({"schedule": "step", "decay_every": f"{every}steps", "decay_rate": gamma},
                    lambda optimizer, _: lr_scheduler.StepLR(optimizer, every, gamma))


def exponential(draw):
    gamma = real(draw, 0.1, 0.99)
    return Schedule({"schedule": "exponential", "decay_every": "1steps", "decay_rate": gamma},
                    lambda optimizer, _: lr_scheduler.ExponentialLR(optimizer, gamma))


def polynomial(draw):
    power = real(draw, 0.5, 3)
    return Schedule({"schedule": "polynomial", "power": power},
                    lambda optimizer, steps: lr_scheduler.PolynomialLR(optimizer, steps, power))


def one_cycle(draw):
    start, first, final = real(draw, 0.4, 0.9), real(draw, 2, 50), real(draw, 10, 1e4)
    return Schedule({"schedule": "one-cycle", "pct_start": start, "div_factor": first,
                     "final_div_factor": final},
                    lambda optimizer, steps: lr_scheduler.OneCycleLR(
                        optimizer, optimizer.param_groups[0]["lr"], steps, pct_start=start,
                        div_factor=first, final_div_factor=final, cycle_momentum=False))


def plateau(draw):
    """A step is an epoch here, so there is a cost after each."""
    gamma, threshold = real(draw, 0.1, 0.9), real(draw, 1e-4, 0.9)
    return Schedule({"schedule": "plateau", "decay_rate": gamma, "plateau_patience": 0,
                     "plateau_threshold": threshold},
                    lambda optimizer, _: lr_scheduler.ReduceLROnPlateau(
                        optimizer, factor=gamma, patience=0, threshold=threshold, eps=0),
                    goes_by_cost=True)


# By dtheta's names; warm-up goes before any.
SCHEDULES = {"constant": constant, "step": step, "exponential": exponential, "cosine": cosine,
             "polynomial": polynomial, "one-cycle": one_cycle, "plateau": plateau, "warm-up": warmup}


@dataclass
class Regularization:
    """What is done to weights and gradients at every step."""

    l2: float  # in the loss, for kernels
    weight_decay: float  # apart from it, for kernels
    clip_norm: float  # 0: none

    def recipe(self):
        return {"l2": self.l2, "weight_decay": self.weight_decay, "clip_norm": self.clip_norm}


def regularization(draw):
    return Regularization(*(draw(0, 1) * real(draw, low, high)
                            for low, high in ((1e-4, 1e-1), (1e-4, 1e-1), (1e-2, 10))))


def train(network, cost_of, x, theta, optimizer, schedule, rate, regular, steps):
    """Trains by `cost_of` the logits. The costs before each step, and all parameters after it, one
    after another."""
    parameters = [p.clone().requires_grad_(not is_moving)
                  for p, is_moving in zip(theta, network.moving())]
    kernels = [p for p in parameters if p.ndim > 1]
    rest = [p for p in parameters if p.ndim == 1 and p.requires_grad]
    own_decay = regular.weight_decay if optimizer.decays else 0
    runs = optimizer.make([{"params": kernels, "weight_decay": own_decay, "is_adapted": True},
                           {"params": rest, "weight_decay": 0, "is_adapted": False}], rate)
    scheduler = schedule.make(runs, steps)
    costs, path = [], []
    for _ in range(steps):
        runs.zero_grad()
        cost = cost_of(network(x, parameters, is_training=True))
        cost = cost + regular.l2 / 2 * sum((p ** 2).sum() for p in kernels)
        cost.backward()
        costs.append(float(cost.detach()))
        if regular.clip_norm:
            torch.nn.utils.clip_grad_norm_(kernels + rest, regular.clip_norm)
        if not optimizer.decays:
            with torch.no_grad():
                for p in kernels:
                    p.mul_(1 - runs.param_groups[0]["lr"] * regular.weight_decay)
        runs.step()
        scheduler.step(*([costs[-1]] if schedule.goes_by_cost else []))
        path.append(torch.cat([p.detach().ravel() for p in parameters]).clone())
    return costs, torch.stack(path)
