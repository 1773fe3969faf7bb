#!/usr/bin/env python3
"""Checks that dtheta and Keras read each other's models and predict the same."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from exchange.networks import NETWORKS, TOLERANCE  # noqa: E402
from measure.figures import markdown_table  # noqa: E402
from measure.program import Dtheta, MeasurementError, give_up  # noqa: E402

DESCRIPTION = """
Checks dtheta's models against the Keras of the Python that runs it, Keras 3 or tf.keras 2.15, both
ways: models that dtheta trains, with each of its layers, are opened by keras.models.load_model;
models that Keras saves as .h5, Sequential and Functional, are read by dtheta. Both predict the same
samples; the largest difference of a prediction must not exceed 1e-5. Models with layers that dtheta
does not have must be refused by the layer's name.

Needs Keras and h5py in the Python that runs it, once for each version:
  python3 -m venv keras3 && keras3/bin/pip install keras tensorflow-cpu h5py
  keras3/bin/python scripts/check_keras.py
  python3 -m venv keras2 && keras2/bin/pip install tensorflow-cpu==2.15.1 h5py
  keras2/bin/python scripts/check_keras.py

Writes a table to standard output; fails when a difference is too large."""

def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/check_keras.py", description=DESCRIPTION,
                                     usage="scripts/check_keras.py [OPTION...]",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="FILE", type=Path, action="append", default=[],
                        help="a model of dtheta's to check as well; with --data")
    parser.add_argument("--data", metavar="FILE", type=Path,
                        help="the data set whose test part --model predicts")
    parser.add_argument("--golden", metavar="FOLDER", type=Path,
                        help="instead write the models of Keras, with predictions, to this folder: "
                             "tests/storage/golden/keras/VERSION")
    parser.add_argument("--dtheta", metavar="PROGRAM", help="default: build/release/dtheta")
    return parser.parse_args()


def write_golden(folder):
    from exchange import keras_models
    folder.mkdir(parents=True, exist_ok=True)
    for build in keras_models.READABLE + list(keras_models.REFUSED):
        path = folder / f"{build.__name__}.h5"
        model = keras_models.make(build)
        keras_models.save(model, path)
        if build in keras_models.READABLE:
            keras_models.add_golden(model, path)
        print(f"{path}: {path.stat().st_size:,} bytes")


def main():
    arguments = parse_arguments()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    try:
        import keras
        from exchange import checks
    except ModuleNotFoundError as error:
        give_up(f"{error}; scripts/check_keras.py --help says what it needs")
    if arguments.golden:
        write_golden(arguments.golden)
        return
    if arguments.model and not arguments.data:
        give_up("--model needs --data")
    with tempfile.TemporaryDirectory() as folder:
        try:
            dtheta = Dtheta(arguments.dtheta)
            rows = checks.from_dtheta(dtheta, Path(folder), NETWORKS, checks.keras_predictions)
            for model in arguments.model:
                rows.append(checks.compare(dtheta, Path(folder), model, arguments.data,
                                           checks.keras_predictions))
            rows += checks.from_keras(dtheta, Path(folder))
        except MeasurementError as error:
            give_up(error)
    print(f"Keras {keras.__version__}, backend {keras.backend.backend()}\n")
    print(markdown_table(["model", "written by", "samples", "largest difference"],
                         [row.texts() for row in rows]))
    worst = max(row.difference for row in rows)
    if not worst <= TOLERANCE:
        give_up(f"a prediction differs by {worst:.3g}; wanted at most {TOLERANCE:g}")


if __name__ == "__main__":
    main()
