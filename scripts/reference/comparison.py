"""How far dtheta's numbers are from another program's."""

from dataclasses import dataclass, field

import numpy

BOUNDS = {"float32": 1e-4, "float64": 1e-9}


def relative_error(ours, theirs):
    """‖ours − theirs‖ / ‖theirs‖; 0 where both are zero."""
    ours, theirs = (numpy.asarray(a, float).ravel() for a in (ours, theirs))
    if ours.shape != theirs.shape:
        raise ValueError(f"{ours.size} numbers beside {theirs.size}")
    difference = numpy.linalg.norm(ours - theirs)
    return float(difference / numpy.linalg.norm(theirs)) if difference else 0.0


@dataclass
class Tally:
    """The configurations of one kind, and the worst error in each precision."""

    kind: str
    count: int = 0
    worst: dict = field(default_factory=lambda: dict.fromkeys(BOUNDS, 0.0))
    failures: list = field(default_factory=list)

    def add(self, text, precision, errors):
        """`errors` by what was compared."""
        what, error = max(errors.items(), key=lambda item: item[1])
        if not error <= BOUNDS[precision]:  # NaN fails, too
            self.failures.append(f"{text} in {precision}: {what} differs by {error:.2g}")
        self.worst[precision] = max(self.worst[precision], error)

    def texts(self):
        return [self.kind, str(self.count), *(f"{self.worst[p]:.1e}" for p in BOUNDS)]


def rounded(array, precision):
    """Numbers as that precision has them, in float64."""
    return numpy.asarray(array).astype(precision).astype(numpy.float64)
