"""The program dtheta, run for its JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class MeasurementError(Exception):
    """A measurement that cannot be had; the message says why and what to do."""


def give_up(error):
    """Ends the script with the error's message."""
    sys.exit(f"{Path(sys.argv[0]).name}: {error}")


def usable_cores():
    """The numbers of the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0))


def find_program(path):
    """The program at `path`, or where scripts/build puts it."""
    program = Path(path) if path else REPOSITORY / "build" / "release" / "dtheta"
    if not program.is_file():
        raise MeasurementError(f"{program} is not there; build it with scripts/build, or name it "
                               "with --dtheta")
    return program.resolve()


class Dtheta:
    """Runs commands of one dtheta program, free of what the environment says of dtheta."""

    def __init__(self, path=None):
        self.program = find_program(path)

    def run(self, *words, cores=None, folder=None):
        """The standard output of a command that has to succeed, run on `cores` only if given."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("DTHETA_")}
        pin = (lambda: os.sched_setaffinity(0, cores)) if cores else None
        result = subprocess.run([self.program, *map(str, words)], env=environment, cwd=folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=pin, check=False)
        if result.returncode != 0:
            raise MeasurementError(f"dtheta {' '.join(map(str, words))} failed:\n"
                                   f"{result.stderr.strip()}")
        return result.stdout

    def json(self, *words, **options):
        """What a command with --json says."""
        return json.loads(self.run(*words, "--json", **options))

    def machine(self):
        """What this machine is, and how many cores a training may use: those of the affinity mask,
        no more than the control group's quota."""
        found = self.json("doctor")
        return {"cpu": found["cpu"], "cores": found["default_threads"],
                "vector_sets": found["vector_sets"], "kernels": found["kernels"],
                "blas": found["blas"]["version"], "blas_core": found["blas"]["core"]}

    def step(self, model, *, batch_size, threads, seconds, cores=None, more=()):
        """What `dtheta benchmark step` measures, with SGD with momentum."""
        return self.json("benchmark", "step", model, "--batch-size", batch_size, "--threads",
                         threads, "--seconds", seconds, *more, cores=cores)
