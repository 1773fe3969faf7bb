"""Models that Keras makes, for Keras 3 and tf.keras 2.15 alike: what dtheta has to read.

Their weights and inputs are drawn from fixed seeds, so both versions make the same models.
"""

import h5py
import keras
import numpy

layers = keras.layers


def sequential():
    """Every layer of a convolutional classifier; bytes are scaled to -1 ... 1 by the model."""
    return keras.Sequential([
        layers.Input((9, 8, 2)),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(4, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(3, (2, 3), strides=(1, 2), activation="tanh"),
        layers.AveragePooling2D((2, 1), strides=1, padding="same"),
        layers.SpatialDropout2D(0.1),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(6),
        layers.LeakyReLU(0.25),
        layers.Dense(3, activation="softmax"),
    ])


def functional():
    """Activations as layers, and a chain of calls."""
    inputs = layers.Input((7, 6, 1))
    x = layers.Conv2D(3, 3, strides=2, padding="same")(inputs)
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D(2, strides=1, padding="same")(x)
    x = layers.Flatten()(x)
    x = layers.GaussianNoise(0.1)(x)
    x = layers.Dense(5, activation="sigmoid")(x)
    x = layers.Dropout(0.2)(x, training=False)
    x = layers.Dense(4)(x)
    return keras.Model(inputs, layers.Softmax()(x))


def binary():
    """One probability."""
    return keras.Sequential([
        layers.Input((5,)),
        layers.Dense(4, activation="tanh"),
        layers.Activation("sigmoid"),
        layers.Dense(1, activation="sigmoid"),
    ])


def regression():
    """Two numbers without an output activation, in double precision."""
    inputs = layers.Input((5,), dtype="float64")
    x = layers.Rescaling([0.5, 1.0, 2.0, 0.25, 1.0], [0.0, 1.0, -1.0, 0.5, 0.0],
                         dtype="float64")(inputs)
    x = layers.Dense(4, activation="relu", dtype="float64")(x)
    return keras.Model(inputs, layers.Dense(2, dtype="float64")(x))


def residual():
    """Branches, joins and batch normalization."""
    inputs = layers.Input((6, 5, 2))
    entry = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(3, 3, padding="same")(inputs)))
    x = layers.Conv2D(3, 3, padding="same")(entry)
    x = layers.BatchNormalization(momentum=0.8, epsilon=1e-4)(x)
    joined = layers.Activation("relu")(layers.Add()([x, entry]))
    x = layers.Dropout(0.3)(layers.Concatenate()([joined, x, entry]))
    x = layers.BatchNormalization()(layers.Dense(4, activation="tanh")(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Dense(2)(x))


def recurrent():
    """A layer that dtheta does not have."""
    return keras.Sequential([layers.Input((3, 2)), layers.GRU(2), layers.Dense(2)])


READABLE = [sequential, functional, binary, regression, residual]
REFUSED = {recurrent: "GRU"}


def weight(random, name, shape):
    """One that makes its part count; variances are above 0."""
    numbers = random.normal(0, 0.5, shape)
    return numpy.abs(numbers) + 0.1 if "variance" in name else numbers


def make(build):
    """The model, with weights that make all of its parts count."""
    keras.backend.clear_session()  # layers are named anew
    model = build()
    random = numpy.random.default_rng(1)
    model.set_weights([weight(random, variable.name, numbers.shape).astype(numbers.dtype)
                       for variable, numbers in zip(model.weights, model.get_weights())])
    return model


def inputs_of(model, samples):
    """Numbers such as the model was made for: bytes for the one that scales them."""
    random = numpy.random.default_rng(2)
    shape = (samples, *model.input_shape[1:])
    if any(isinstance(layer, layers.Rescaling) for layer in model.layers) and len(shape) == 4:
        return random.integers(0, 256, shape).astype(numpy.float32)
    return random.normal(0, 1, shape).astype(numpy.float32)  # predict() would make it so anyway


def save(model, path):
    """An HDF5 file, without the optimizer that the model does not have."""
    model.save(path, include_optimizer=False)


def add_golden(model, path, samples=3):
    """Puts inputs, and what Keras predicts of them, into the model's file."""
    x = inputs_of(model, samples)
    y = model.predict(x, verbose=0)
    with h5py.File(path, "a") as file:
        file["golden/x"], file["golden/y"] = x, y
