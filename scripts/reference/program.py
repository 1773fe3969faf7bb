"""The program build/release/reference, asked for what dtheta computes."""

import json
import subprocess
from pathlib import Path

import numpy

from measure.program import REPOSITORY, MeasurementError


class Reference:
    """One running program; a context manager."""

    def __init__(self, path=None):
        self.path = Path(path) if path else REPOSITORY / "build" / "release" / "reference"
        if not self.path.is_file():
            raise MeasurementError(f"{self.path} is not there; build it with scripts/build, or name "
                                   "it with --reference")

    def __enter__(self):
        self.process = subprocess.Popen([self.path.resolve()], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def names(self):
        """The optimizers, schedules and losses that dtheta has, by name."""
        return self.exchange({"task": "names"}, {})[0]

    def ask(self, settings, **arrays):
        """The arrays of the answer, flat, by name."""
        return self.exchange(settings, arrays)[1]

    def exchange(self, settings, arrays):
        """The settings and the arrays of the answer."""
        arrays = {name: numpy.ascontiguousarray(array, "<f8").ravel()
                  for name, array in arrays.items()}
        header = {"settings": settings, "arrays": [[n, a.size] for n, a in arrays.items()]}
        self.process.stdin.write(json.dumps(header).encode() + b"\n")
        for array in arrays.values():
            self.process.stdin.write(array.tobytes())
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise MeasurementError(f"{self.path.name} ended at {settings}")
        answer = json.loads(line)
        numbers = {name: numpy.frombuffer(self.process.stdout.read(8 * size), "<f8")
                   for name, size in answer["arrays"]}
        if "error" in answer["settings"]:
            raise MeasurementError(f"{settings}: {answer['settings']['error']}")
        return answer["settings"], numbers
