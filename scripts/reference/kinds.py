"""What is checked: by kind, a function that draws one configuration and compares it."""

import functools

import numpy
import torch

from measure.program import MeasurementError

from . import layers, losses, trainings
from .comparison import BOUNDS, relative_error, rounded
from .networks import Network

STEPS = 3


def normal(draw, *shape, scale=1.0):
    """Random numbers, those of float32, so that both precisions begin with the same."""
    numbers = numpy.random.default_rng(draw(0, 2 ** 31)).normal(0, scale, shape)
    return rounded(numbers, "float32")


def tensor(numbers):
    return torch.from_numpy(numpy.ascontiguousarray(numbers))


def start(draw, shapes, moving):
    """Parameters such that outputs are of the inputs' size; moving statistics, which may be
    variances, above 0."""
    theta = [normal(draw, *shape, scale=numpy.prod(shape[:-1]) ** -0.5 if len(shape) > 1 else 0.5)
             for shape in shapes]
    return [numpy.abs(p) + 0.5 if is_moving else p for p, is_moving in zip(theta, moving)]


def flat(arrays):
    return numpy.concatenate([numpy.ravel(a) for a in arrays] or [numpy.zeros(0)])


def check_layer(make, reference, draw, tally):
    layer = make(draw)
    m = draw(1, 6) if layer.moving == 0 else 6
    shapes = [layer.input, *layer.others]
    xs = [normal(draw, m, *shape) for shape in shapes]
    if layer.integers:
        xs = [numpy.floor(numpy.abs(x) * 1000) % layer.integers for x in xs]
    trained = len(layer.parameters) - layer.moving
    theta = start(draw, layer.parameters, [i >= trained for i in range(len(layer.parameters))])
    inputs = [tensor(x).requires_grad_() for x in xs]
    parameters = [tensor(p).clone().requires_grad_(i < trained) for i, p in enumerate(theta)]
    y = layer.function(*inputs, *parameters)
    dy = normal(draw, *y.shape)
    y.backward(tensor(dy))
    tally.count += 1
    for precision in BOUNDS:
        found = reference.ask({"task": "layer", "precision": precision, "layer": layer.text,
                               "inputs": shapes}, x=flat(xs), theta=flat(theta), dy=dy)
        tally.add(f"'{layer.text}' on {m} of {shapes}", precision, {
            "the output": relative_error(found["y"], y.detach()),
            "dx": relative_error(found["dx"], flat(x.grad for x in inputs)),
            "dtheta": relative_error(found["dtheta"],
                                     flat(p.grad for p in parameters[:trained]))})


def targets_of(loss, draw, m, k):
    if loss.targets == "bits":
        return numpy.array([[draw(0, 1) for _ in range(k)] for _ in range(m)], float)
    if loss.targets == "classes":
        return numpy.eye(k)[[draw(0, k - 1) for _ in range(m)]]
    return normal(draw, m, k)


def check_loss(loss, reference, draw, tally):
    m, k = draw(1, 9), draw(2, 12)
    y = targets_of(loss, draw, m, k)
    z = normal(draw, m, k, scale=draw(1, 10))
    logits = tensor(z).requires_grad_()
    value = loss.value(logits, tensor(y))
    value.backward()
    tally.count += 1
    for precision in BOUNDS:
        found = reference.ask({"task": "loss", "precision": precision, "loss": loss.name,
                               "width": k}, z=z, y=y)
        tally.add(f"{loss.name} of {m} x {k}", precision, {
            "the loss": relative_error(found["value"], [float(value.detach())]),
            "dz": relative_error(found["dz"], logits.grad),
            "the predictions": relative_error(found["predictions"],
                                              loss.predictions(logits.detach()))})


def sent_targets(loss, y):
    """The targets as a data set has them, and the settings that belong to it."""
    if loss.targets == "numbers":
        return {}, {"values": y}
    if loss.targets == "classes":
        return {"classes": y.shape[1]}, {"labels": y.argmax(1)}
    return {"classes": 2}, {"labels": y}


def check_training(some_losses, make_optimizer, make_schedule, reference, draw, tally):
    loss = some_losses[draw(0, len(some_losses) - 1)]
    k = 1 if loss.targets == "bits" else draw(3, 7)
    network, m = Network(draw, k), draw(8, 20)
    optimizer, schedule = make_optimizer(draw), make_schedule(draw)
    rate, regular = trainings.real(draw, 1e-4, 1e-1), trainings.regularization(draw)
    x, y = normal(draw, m, *network.input), targets_of(loss, draw, m, k)
    theta = start(draw, network.parameters(), network.moving())
    weighting = losses.weighting(loss, draw, k)
    costs, path = trainings.train(network, lambda z: weighting.mean(loss, z, tensor(y)), tensor(x),
                                  [tensor(t) for t in theta], optimizer, schedule, rate, regular,
                                  STEPS)
    predictions = loss.predictions(network(tensor(x), [tensor(t) for t in theta],
                                           is_training=False))
    more, targets = sent_targets(loss, y)
    recipe = {**optimizer.recipe, **schedule.recipe, **regular.recipe(), **weighting.recipe(),
              "learning_rate": rate, "shards": draw(1, min(m, 4))}
    settings = {"task": "training", "layers": network.text(), "loss": loss.name, "steps": STEPS,
                "input": network.input, "recipe": recipe, **more}
    tally.count += 1
    for precision in BOUNDS:
        found = reference.ask({**settings, "precision": precision}, x=x, theta=flat(theta),
                              **targets)
        after = found["theta"].reshape(STEPS, -1)
        errors = {f"theta after step {step + 1}": relative_error(after[step], path[step])
                  for step in range(STEPS)}
        errors["the predictions"] = relative_error(found["predictions"], predictions)
        errors["the costs"] = relative_error(found["costs"], costs)
        tally.add(f"{settings} on {m} samples", precision, errors)


def any_of(makers):
    return lambda draw: makers[draw(0, len(makers) - 1)](draw)


def both(kind, known, ours):
    """What dtheta knows of `ours`, a dictionary by name. All that it knows has to be there."""
    if missing := [name for name in known if name not in ours]:
        raise MeasurementError(f"there is no {kind} here to compare dtheta's {missing[0]} with")
    return {name: make for name, make in ours.items() if name in known}


def kinds(reference):
    """Pairs of a kind and its function of the running program, a random source and a tally."""
    known = reference.names()
    schedules = both("schedule", known["schedules"] + ["warm-up"], trainings.SCHEDULES)
    optimizers = both("optimizer", known["optimizers"], trainings.OPTIMIZERS)
    by_name = both("loss", known["losses"], {loss.name: loss for loss in losses.LOSSES})
    used = [loss for loss in losses.LOSSES if loss.name.split()[0] in by_name]
    for make in layers.LAYERS:
        yield f"layer {make.__name__.replace('_', ' ')}", functools.partial(check_layer, make)
    for loss in used:
        yield f"loss {loss.name}", functools.partial(check_loss, loss)
    for name, make in optimizers.items():
        yield (f"optimizer {name}", functools.partial(check_training, used, make,
                                                      any_of(list(schedules.values()))))
    for name, make in schedules.items():
        yield (f"schedule {name}", functools.partial(check_training, used,
                                                     any_of(list(optimizers.values())), make))
