#!/usr/bin/env python3
"""Checks that dtheta's layers, losses and trainings compute what PyTorch's do."""

import argparse
import random
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from measure.figures import markdown_table  # noqa: E402
from measure.program import MeasurementError, give_up  # noqa: E402

DESCRIPTION = """
Draws layers, losses, networks, optimizers and schedules at random, runs each in dtheta, in float32
and in float64, and in PyTorch, in float64 on the same numbers, and compares outputs, derivatives by
the inputs and by the parameters, and the parameters after each of three steps. The norm-wise
relative error must not exceed 1e-4 in float32 and 1e-9 in float64. What PyTorch lacks is written
down in NumPy as its paper has it.

Needs PyTorch and NumPy in the Python that runs it, and the program build/release/reference, which
scripts/build makes:
  python3 -m venv env
  env/bin/pip install torch numpy --index-url https://download.pytorch.org/whl/cpu
  env/bin/python scripts/check_pytorch.py

Writes a table of the configurations and the worst errors to standard output; fails when one is too
large."""


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/check_pytorch.py", description=DESCRIPTION,
                                     usage="scripts/check_pytorch.py [OPTION...]",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", metavar="N", type=int, default=12,
                        help="configurations of each layer, loss, optimizer and schedule "
                             "(default: 12)")
    parser.add_argument("--only", metavar="KIND", help="only kinds that contain this word")
    parser.add_argument("--seed", metavar="N", type=int, default=1,
                        help="of the configurations and their numbers (default: 1)")
    parser.add_argument("--reference", metavar="PROGRAM",
                        help="default: build/release/reference")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        from reference.kinds import kinds
        from reference.program import Reference
        from reference.comparison import Tally
    except ModuleNotFoundError as error:
        give_up(f"{error}; scripts/check_pytorch.py --help says what it needs")
    tallies = []
    try:
        with Reference(arguments.reference) as reference:
            for kind, check in kinds(reference):
                if arguments.only and arguments.only not in kind:
                    continue
                draw = random.Random(f"{arguments.seed} {kind}").randint
                tallies.append(Tally(kind))
                for _ in range(arguments.each):
                    check(reference, draw, tallies[-1])
    except MeasurementError as error:
        give_up(error)
    count = sum(tally.count for tally in tallies)
    print(markdown_table(["kind", "configurations", "worst in float32", "worst in float64"],
                         [tally.texts() for tally in tallies]))
    print(f"\n{count} configurations")
    failures = [failure for tally in tallies for failure in tally.failures]
    if failures:
        give_up("\n".join(failures))


if __name__ == "__main__":
    main()
