#!/usr/bin/env python3
"""Checks that onnxruntime predicts with dtheta's exported models what dtheta predicts."""

import argparse
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from exchange.networks import NETWORKS, TOLERANCE  # noqa: E402
from measure.figures import markdown_table  # noqa: E402
from measure.program import Dtheta, MeasurementError, give_up  # noqa: E402

DESCRIPTION = """
Trains models with each of dtheta's layers, exports them by `dtheta export --format onnx`, has ONNX's
own checker look at the files, and compares what onnxruntime and dtheta predict of the same samples,
as they are stored: the largest difference of a prediction must not exceed 1e-5.

Needs onnx, onnxruntime and h5py in the Python that runs it:
  python3 -m venv env && env/bin/pip install onnx onnxruntime h5py
  env/bin/python scripts/check_onnx.py

Writes a table to standard output; fails when a difference is too large."""


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/check_onnx.py", description=DESCRIPTION,
                                     usage="scripts/check_onnx.py [OPTION...]",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="FILE", type=Path, action="append", default=[],
                        help="a model file to check as well; with --data")
    parser.add_argument("--data", metavar="FILE", type=Path,
                        help="the data set whose test part --model predicts")
    parser.add_argument("--dtheta", metavar="PROGRAM", help="default: build/release/dtheta")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        import onnx
        import onnxruntime
        from exchange import checks
    except ModuleNotFoundError as error:
        give_up(f"{error}; scripts/check_onnx.py --help says what it needs")
    if arguments.model and not arguments.data:
        give_up("--model needs --data")

    with tempfile.TemporaryDirectory() as folder:
        try:
            dtheta = Dtheta(arguments.dtheta)

            def predictions(model, x):
                exported = Path(folder) / "model.onnx"
                dtheta.run("export", model, "--format", "onnx", "--output", exported)
                onnx.checker.check_model(str(exported), full_check=True)
                session = onnxruntime.InferenceSession(exported,
                                                       providers=["CPUExecutionProvider"])
                shape = session.get_inputs()[0].shape[1:]
                x = x.reshape(len(x), *shape).astype("float32")
                return session.run(["predictions"], {"input": x})[0]

            rows = checks.from_dtheta(dtheta, Path(folder), NETWORKS, predictions)
            for model in arguments.model:
                rows.append(checks.compare(dtheta, Path(folder), model, arguments.data,
                                           predictions))
        except MeasurementError as error:
            give_up(error)
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}\n")
    print(markdown_table(["model", "written by", "samples", "largest difference"],
                         [row.texts() for row in rows]))
    worst = max(row.difference for row in rows)
    if not worst <= TOLERANCE:
        give_up(f"a prediction differs by {worst:.3g}; wanted at most {TOLERANCE:g}")


if __name__ == "__main__":
    main()
