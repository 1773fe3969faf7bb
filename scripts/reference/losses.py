"""Losses of dtheta in PyTorch: sums over the samples of logits z and targets y, both {m, k}."""

from dataclasses import dataclass
from typing import Callable

import torch
from torch.nn import functional


@dataclass
class Loss:
    name: str
    value: Callable  # of z and y, the sum over the samples
    predictions: Callable  # of z
    targets: str  # "classes" (one-hot), "bits" or "numbers"


def hinge(z, y):
    """One output a class, as it is for more than one output."""
    return functional.multi_margin_loss(z, y.argmax(1), reduction="sum")


# By dtheta's names, "huber 0.5" being one.
LOSSES = [
    Loss("binary_crossentropy",
         lambda z, y: functional.binary_cross_entropy_with_logits(z, y, reduction="sum"),
         torch.sigmoid, "bits"),
    Loss("categorical_crossentropy",
         lambda z, y: functional.cross_entropy(z, y, reduction="sum"),
         lambda z: torch.softmax(z, 1), "classes"),
    Loss("mean_squared_error",
         lambda z, y: ((z - y) ** 2).mean(1).sum(),
         lambda z: z, "numbers"),
    Loss("huber", lambda z, y: functional.huber_loss(z, y, reduction="none").mean(1).sum(),
         lambda z: z, "numbers"),
    Loss("huber 0.3",
         lambda z, y: functional.huber_loss(z, y, reduction="none", delta=0.3).mean(1).sum(),
         lambda z: z, "numbers"),
    Loss("hinge", hinge, lambda z: z, "classes"),
]
