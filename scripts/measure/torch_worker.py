"""A process that trains in PyTorch: reads one JSON request a line, answers with one.

Started by scripts/compare_pytorch.py as `python torch_worker.py THREADS`, with what has to be set
before PyTorch is loaded in its environment. It lives through a whole comparison, so that its first
steps are warm in every round.
"""

import json
import signal
import sys
import time

import h5py
import numpy
import torch
from torch import nn

import torch_network

MOMENTUM = 0.9


class Training:
    """Steps of SGD with momentum on one batch."""

    def __init__(self, request):
        torch.manual_seed(1)
        self.network, self.input_orders = torch_network.build(request["layers"], request["input"])
        self.loss = nn.BCEWithLogitsLoss() if request["outputs"] == 1 else nn.CrossEntropyLoss()
        self.outputs = request["outputs"]
        self.format = (torch.channels_last if request["variant"].startswith("channels_last")
                       else torch.contiguous_format)
        self.network = self.network.to(memory_format=self.format)
        self.rate = request["learning_rate"]

    def begin(self, x, y, is_compiled=False, is_fused=False):
        """x {m, channels, height, width}, y {m}: the batch of all steps to come."""
        self.x = x.to(memory_format=self.format)
        self.y = y.float().reshape(-1, 1) if self.outputs == 1 else y
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=self.rate,
                                         momentum=MOMENTUM, fused=is_fused or None)
        self.run = torch.compile(self.network) if is_compiled else self.network

    def step(self):
        self.optimizer.zero_grad()
        loss = self.loss(self.run(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        return loss


def random_batch(request):
    height, width, channels = request["input"]
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(request["batch_size"], channels, height, width, generator=generator)
    y = torch.randint(0, max(2, request["outputs"]), (request["batch_size"],), generator=generator)
    return x, y


def time_steps(request, trainings={}):
    """Milliseconds of a step: the median of as many as fit the time, after some to warm up."""
    key = (request["workload"], request["variant"])
    if key not in trainings:
        trainings[key] = Training(request)
        trainings[key].begin(*random_batch(request), "compile" in request["variant"],
                             "fused" in request["variant"])
    training = trainings[key]

    def run(seconds):
        times = []
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            training.step()
            times.append(1000 * (time.perf_counter() - start))
        return times

    run(request["seconds"] / 5)
    times = run(request["seconds"])
    return {"milliseconds": float(numpy.median(times)), "steps": len(times)}


def losses(request):
    """The losses of the first steps on all samples of a data set, from a model file's weights."""
    training = Training(request)
    torch_network.load_weights(training.network, training.input_orders, request["model_file"])
    with h5py.File(request["data_file"]) as file:
        x = torch.from_numpy(file["train/x"][:].astype(numpy.float32) / 255).permute(0, 3, 1, 2)
        y = torch.from_numpy(file["train/y"][:].astype(numpy.int64))
    training.begin(x.contiguous(), y)
    return {"losses": [training.step().item() for _ in range(request["steps"])]}


def facts(_):
    return {"torch": torch.__version__, "threads": torch.get_num_threads(),
            "onednn": torch.backends.mkldnn.is_available(),
            "mkl": torch.backends.mkl.is_available(),
            "cpu_capability": torch.backends.cpu.get_cpu_capability()}


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the script; this ends with its input
    torch.set_num_threads(int(sys.argv[1]))
    actions = {"facts": facts, "losses": losses, "time": time_steps}
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(actions[request["action"]](request)), flush=True)


if __name__ == "__main__":
    main()
