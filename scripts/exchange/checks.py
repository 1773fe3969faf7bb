"""Predictions of dtheta beside those of other programs, of the same models on the same samples."""

import json
import subprocess
from dataclasses import dataclass

import h5py
import numpy

from measure.program import MeasurementError


@dataclass
class Row:
    """One model that was checked."""

    model: str
    writer: str
    samples: int
    difference: float  # the largest of any prediction

    def texts(self):
        return [self.model, self.writer, f"{self.samples:,}", f"{self.difference:.2g}"]


def refusal(dtheta, *words):
    """The message of a command that has to fail."""
    result = subprocess.run([dtheta.program, *map(str, words)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode == 0:
        raise MeasurementError(f"dtheta {' '.join(map(str, words))} should have failed")
    return result.stderr


def predictions(dtheta, folder, model, data):
    """What dtheta predicts for the test part."""
    output = folder / "predictions.h5"
    dtheta.run("predict", "--model", model, "--data", data, "--output", output)
    with h5py.File(output) as file:
        return file["predictions"][()]


def prepared(model, x):
    """Stored numbers as the network gets them: what a model file says of its input."""
    with h5py.File(model) as file:
        if "dtheta" not in file:
            return x
        said = json.loads(file["dtheta"].attrs["input"])
    x = x * said["scale"]
    if "mean" in said:
        x = (x - numpy.array(said["mean"])) / numpy.array(said["std"])
    return x


def keras_predictions(model, x):
    """What Keras predicts with the model file; `x` as it is stored."""
    import keras
    loaded = keras.models.load_model(model, compile=False)
    x = prepared(model, x.astype("float64")).astype(loaded.get_weights()[0].dtype)
    return loaded.predict(x.reshape(len(x), *loaded.input_shape[1:]), verbose=0)


def largest_difference(ours, theirs):
    """Of one probability dtheta writes both, of either class; the second one is the output."""
    theirs = theirs.reshape(len(ours), -1)
    return float(numpy.abs(ours[:, -theirs.shape[1]:] - theirs).max())


def compare(dtheta, folder, model, data, other):
    """dtheta's predictions of the test part beside those of other(model, x)."""
    with h5py.File(data) as file:
        if "test/x" not in file:
            raise MeasurementError(f"{data} has no /test/x; wanted a data set in dtheta's own layout")
        x = file["test/x"][()]
    ours = predictions(dtheta, folder, model, data)
    return Row(model.stem, "dtheta", len(x), largest_difference(ours, other(model, x)))


def from_dtheta(dtheta, folder, networks, other):
    """Each network, trained for an epoch on generated digits."""
    data = folder / "digits.h5"
    dtheta.run("dataset", "make", "digits", "--output", data, "--train", 400, "--test", 200)
    rows = []
    runs = {name: [text] for name, text in networks.items()}
    runs["float64"] = [networks["mlp"], "--precision", "float64"]
    runs["mean-std"] = [networks["lenet5"], "--mean-std"]
    for name, (network, *options) in runs.items():
        model = folder / f"{name}.h5"
        dtheta.run("train", "--data", data, "--model", network, "--epochs", 1, "--output", model,
                   *options)
        rows.append(compare(dtheta, folder, model, data, other))
    return rows


def from_keras(dtheta, folder, samples=200):
    """Models that Keras makes; those that dtheta cannot read have to be refused."""
    from exchange import keras_models
    rows = []
    for build in keras_models.READABLE:
        name = build.__name__
        model, path, data = keras_models.make(build), folder / f"{name}.h5", folder / "data.h5"
        keras_models.save(model, path)
        x = keras_models.inputs_of(model, samples)
        y = model.predict(x, verbose=0)
        with h5py.File(data, "w") as file:
            file["test/x"] = x
            file["test/y"] = (numpy.arange(samples) % 2 if y.shape[1] == 1
                              else y.argmax(1) if name != "regression" else y)
        ours = predictions(dtheta, folder, path, data)
        rows.append(Row(name, "Keras", samples, largest_difference(ours, y)))
    for build, layer in keras_models.REFUSED.items():
        path = folder / f"{build.__name__}.h5"
        keras_models.save(keras_models.make(build), path)
        if f"({layer} " not in refusal(dtheta, "inspect", path):
            raise MeasurementError(f"the refusal of {build.__name__} does not name {layer}")
    return rows
