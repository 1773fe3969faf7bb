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


@dataclass
class Weighting:
    """What training changes of a loss on classes."""

    label_smoothing: float
    class_weights: list  # empty: 1 for all

    def recipe(self):
        return {"label_smoothing": self.label_smoothing,
                "class_weights": ", ".join(f"{c}:{w!r}" for c, w in enumerate(self.class_weights))}

    def mean(self, loss, z, y):
        """The weighted mean of the loss over the samples."""
        if not self.label_smoothing and not self.class_weights:
            return loss.value(z, y) / len(z)
        labels = y[:, 0].long() if loss.targets == "bits" else y.argmax(1)
        weights = torch.tensor(self.class_weights, dtype=z.dtype) if self.class_weights else None
        if loss.name == "hinge":
            total = functional.multi_margin_loss(z, labels, weight=weights, reduction="sum")
            return total / weights[labels].sum()
        if loss.targets == "bits":  # one output is the second of two logits, the first being 0
            z = torch.cat([torch.zeros_like(z), z], 1)
        return functional.cross_entropy(z, labels, weight=weights,
                                        label_smoothing=self.label_smoothing)


def weighting(loss, draw, k):
    """One for a loss of k outputs, at random."""
    classes = {"bits": 2, "classes": k, "numbers": 0}[loss.targets]
    is_smooth = loss.name.endswith("_crossentropy") and draw(0, 1)
    is_weighted = classes > 0 and draw(0, 1)
    return Weighting(draw(1, 50) / 100 if is_smooth else 0.0,
                     [draw(1, 300) / 100 for _ in range(classes)] if is_weighted else [])
