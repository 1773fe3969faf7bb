#!/usr/bin/env python3
"""Compares how fast dtheta and PyTorch train the same networks, in one run."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from measure.figures import (figure_text, geometric_mean, markdown_table, numbers_of,  # noqa: E402
                             spread, threads_text)
from measure.program import Dtheta, MeasurementError, give_up  # noqa: E402

# Network → batch size; SGD with momentum, float32.
WORKLOADS = {"mlp": 128, "lenet5": 128, "mnist-cnn": 128, "cifar-vgg": 128, "cats": 209}
CHECKED_STEPS = 20
TOLERANCE = 1e-4
BUSY = 0.5  # processes that wanted to run, on average, before the comparison began
TCMALLOC = "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4"

DESCRIPTION = """
Trains five networks in dtheta and in PyTorch, with the same batch, optimizer (SGD with momentum),
precision (float32) and numbers of threads, in turns, round after round, and compares the medians.
First it makes sure that both do the same work: from the same weights, on the same data, the losses
of the first 20 steps agree to 1e-4.

PyTorch is measured with its tensors contiguous and channels last, and the better one counts;
tcmalloc (Debian's libtcmalloc-minimal4) is preloaded for it where it is installed, which makes it
faster. Its steps are on one batch that lies ready as float32; dtheta's begin with gathering and
scaling the samples of a data set of bytes.

Needs PyTorch, h5py and matplotlib in the Python that runs it:
  python3 -m venv env
  env/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
  env/bin/pip install h5py matplotlib
  env/bin/python scripts/compare_pytorch.py

Writes a table to standard output, and compare.md, compare.json, compare.svg and compare.png."""


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/compare_pytorch.py", description=DESCRIPTION,
                                     usage="scripts/compare_pytorch.py [OPTION...]",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", metavar="N,...",
                        help="numbers of threads (default: 1 and the cores of this process)")
    parser.add_argument("--workloads", metavar="NAME,...", default=",".join(WORKLOADS),
                        help=f"which of {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", metavar="N", type=int, default=5,
                        help="rounds, in each of which everything is measured once (default: 5)")
    parser.add_argument("--seconds", metavar="S", type=float, default=2,
                        help="how long each measurement of a round takes (default: 2)")
    parser.add_argument("--compile", action="store_true",
                        help="also torch.compile (mostly slower here, and it needs a compiler)")
    parser.add_argument("--fused", action="store_true",
                        help="also PyTorch's fused optimizer, which is not its default")
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=Path("build/compare"),
                        help="where the files go (default: build/compare)")
    parser.add_argument("--dtheta", metavar="PROGRAM",
                        help="the program to measure (default: build/release/dtheta)")
    arguments = parser.parse_args()
    try:
        if arguments.threads:
            arguments.threads = numbers_of(arguments.threads, "--threads")
    except ValueError as error:
        parser.error(str(error))
    arguments.workloads = arguments.workloads.split(",")
    if unknown := [name for name in arguments.workloads if name not in WORKLOADS]:
        parser.error(f"--workloads: {unknown[0]} is none of {', '.join(WORKLOADS)}")
    if arguments.rounds < 1:
        parser.error("--rounds wants a number from 1")
    return arguments


def check_modules():
    for module in ("torch", "h5py", "matplotlib"):
        try:
            __import__(module)
        except ImportError:
            raise MeasurementError(f"this Python ({sys.executable}) has no {module}; --help says "
                                   "how to install what is needed") from None


class TorchWorker:
    """A process with PyTorch on a number of threads."""

    def __init__(self, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        self.has_tcmalloc = Path(TCMALLOC).exists()
        if self.has_tcmalloc:
            environment["LD_PRELOAD"] = TCMALLOC
        worker = Path(__file__).parent / "measure" / "torch_worker.py"
        self.process = subprocess.Popen([sys.executable, "-B", worker, str(threads)],
                                        env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, action, **request):
        self.process.stdin.write(json.dumps({"action": action, **request}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise MeasurementError("PyTorch failed; its own message stands above")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def describe_workloads(dtheta, names):
    """What a torch_worker needs to know of each network."""
    known = {model["name"]: model for model in dtheta.json("models")}
    return {name: {"workload": name, "layers": known[name]["layers"],
                   "input": [int(extent) for extent in known[name]["input"].split("x")],
                   "outputs": known[name]["outputs"], "batch_size": WORKLOADS[name]}
            for name in names}


def write_batch(file_name, workload):
    import h5py
    import numpy
    random = numpy.random.default_rng(1)
    shape = (workload["batch_size"], *workload["input"])
    with h5py.File(file_name, "w") as file:
        file["train/x"] = random.integers(0, 256, shape, dtype=numpy.uint8)
        file["train/y"] = numpy.arange(shape[0]) % max(2, workload["outputs"])


def check_losses(dtheta, worker, workload):
    """Trains both from the same weights on the same batch. Returns the largest relative difference
    of their losses, and the first and the last loss."""
    recipe = ("--batch-size", "full", "--optimizer", "momentum", "--momentum", "0.9",
              "--schedule", "constant", "--learning-rate")
    rate = 1e-4  # so small that rounding errors do not grow: a larger one makes chaos of them
    with tempfile.TemporaryDirectory() as folder:
        data, start, metrics = (Path(folder) / name for name in ("data.h5", "start.h5", "metrics"))
        write_batch(data, workload)
        # A step this small moves nothing: the file has the weights that dtheta begins with.
        dtheta.run("train", "--data", data, "--model", workload["workload"], "--epochs", 1,
                   *recipe, "1e-300", "--output", start)
        dtheta.run("train", "--data", data, "--model", start, "--epochs", CHECKED_STEPS, *recipe,
                   rate, "--output", Path(folder) / "end.h5", "--metrics", metrics)
        ours = [json.loads(line)["loss"] for line in metrics.read_text().splitlines()]
        theirs = worker.ask("losses", **workload, variant="contiguous", learning_rate=rate,
                            steps=CHECKED_STEPS, data_file=str(data),
                            model_file=str(start))["losses"]
    difference = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))
    if not difference <= TOLERANCE:
        raise MeasurementError(f"{workload['workload']}: the losses differ by {difference:.1e}, "
                               f"more than {TOLERANCE:.0e}: dtheta {ours}, PyTorch {theirs}")
    return {"difference": difference, "first": ours[0], "last": ours[-1]}


def variants_of(workload, arguments):
    has_pictures = "conv" in workload["layers"]
    variants = ["contiguous"] + (["channels_last"] if has_pictures else [])
    more = [name for name in ("compile", "fused") if getattr(arguments, name)]
    return variants + [f"{variant}+{name}" for name in more for variant in variants]


def compare(dtheta, worker, workload, threads, arguments):
    """The rounds of one workload: {"dtheta": [samples/s...], "contiguous": [...], ...}."""
    batch = workload["batch_size"]
    rates = {"dtheta": []}
    shares = []
    for _ in range(arguments.rounds):
        step = dtheta.step(workload["workload"], batch_size=batch, threads=threads,
                           seconds=arguments.seconds)
        rates["dtheta"].append(step["samples_per_second"])
        shares.append(step["share_of_peak"])
        for variant in variants_of(workload, arguments):
            times = worker.ask("time", **workload, variant=variant, learning_rate=1e-4,
                               seconds=arguments.seconds)
            rates.setdefault(variant, []).append(1000 * batch / times["milliseconds"])
    best = max((name for name in rates if name != "dtheta"),
               key=lambda name: statistics.median(rates[name]))
    return {"workload": workload["workload"], "threads": threads, "batch_size": batch,
            "shards": step["shards"], "rounds": rates,
            "samples_per_second": {name: spread(values) for name, values in rates.items()},
            "best_variant": best, "share_of_peak": statistics.median(shares),
            "fma_gflops": step["fma_gflops"],
            "ratio": spread([a / b for a, b in zip(rates["dtheta"], rates[best])])}


def table(results):
    rows = []
    for result in results:
        rates, ratio = result["samples_per_second"], result["ratio"]
        rows.append([result["workload"], result["threads"], figure_text(rates["dtheta"]["median"]),
                     figure_text(rates[result["best_variant"]]["median"]),
                     result["best_variant"].replace("_", " "),
                     f"**{ratio['median']:.2f}** ({ratio['min']:.2f}–{ratio['max']:.2f})",
                     f"{100 * result['share_of_peak']:.0f} %"])
    return markdown_table(["network", "threads", "dtheta, samples/s", "PyTorch, samples/s",
                           "its best", "ratio", "dtheta's share of FMA peak"], rows)


def report(outcome):
    """The table, and what it was measured on."""
    results, facts, machine = outcome["results"], outcome["pytorch"], outcome["machine"]
    text = table(results) + "\n"
    if outcome["load"] > BUSY:
        text += (f"**The machine was busy** (load {outcome['load']:.1f} before the run): these "
                 "figures are worth little.\n\n")
    for threads in sorted({result["threads"] for result in results}):
        ratios = [r["ratio"]["median"] for r in results if r["threads"] == threads]
        text += (f"Geometric mean of the ratios on {threads_text(threads)}: "
                 f"**{geometric_mean(ratios):.2f}**\n")
    allocator = "tcmalloc" if facts["has_tcmalloc"] else "the system's allocator"
    return text + (f"\nMeasured on {machine['cpu']}, {machine['cores']} cores; dtheta with "
                   f"{machine['kernels']} kernels and {machine['blas']} ({machine['blas_core']}); "
                   f"PyTorch {facts['torch']} ({facts['cpu_capability']}) with {allocator}. "
                   f"Medians of {len(results[0]['rounds']['dtheta'])} interleaved rounds; in "
                   "brackets the lowest and highest ratio of a round.\n")


def plot(outcome, folder):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    results, facts, machine = outcome["results"], outcome["pytorch"], outcome["machine"]
    names = list(dict.fromkeys(result["workload"] for result in results))
    threads = [n for n in sorted({result["threads"] for result in results})
               if sum(result["threads"] == n for result in results) == len(names)]
    width = 0.8 / len(threads)
    figure, axes = pyplot.subplots(figsize=(8, 4.2), layout="constrained")
    for i, count in enumerate(threads):
        bars = {r["workload"]: r["ratio"] for r in results if r["threads"] == count}
        at = [n + (i - (len(threads) - 1) / 2) * width for n in range(len(names))]
        medians = [bars[name]["median"] for name in names]
        errors = [[bars[n]["median"] - bars[n]["min"] for n in names],
                  [bars[n]["max"] - bars[n]["median"] for n in names]]
        drawn = axes.bar(at, medians, 0.92 * width, yerr=errors, capsize=3,
                         color=f"C{i}", error_kw={"alpha": 0.5},
                         label=threads_text(count))
        axes.bar_label(drawn, [f"{median:.2f}" for median in medians], label_type="center",
                       color="white", fontweight="bold")
    axes.axhline(1, color="black", linewidth=1)
    axes.text(1.01, 1, "PyTorch", transform=axes.get_yaxis_transform(), va="center")
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel(f"samples/s, times PyTorch {facts['torch']}'s best")
    axes.set_title(f"Training speed of dtheta against PyTorch: {machine['cpu']}, "
                   f"{machine['cores']} cores", fontsize=11)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    for ending in ("svg", "png"):
        figure.savefig(folder / f"compare.{ending}", dpi=150)


def measure_all(dtheta, arguments, outcome):
    """Fills `outcome`, so that an interrupt leaves what was measured until then."""
    workloads = describe_workloads(dtheta, arguments.workloads)
    for threads in arguments.threads:
        worker = TorchWorker(threads)
        outcome["pytorch"] = {**worker.ask("facts"), "has_tcmalloc": worker.has_tcmalloc}
        for name, workload in workloads.items():
            if name not in outcome["losses"]:
                outcome["losses"][name] = check_losses(dtheta, worker, workload)
                print("{}: the losses of {} steps, {first:.4f} to {last:.4f}, agree to "
                      "{difference:.1e}".format(name, CHECKED_STEPS, **outcome["losses"][name]),
                      file=sys.stderr)
            result = compare(dtheta, worker, workload, threads, arguments)
            outcome["results"].append(result)
            print(f"{name}, {threads_text(threads)}: {result['ratio']['median']:.2f} times "
                  "PyTorch", file=sys.stderr)
        worker.close()


def main():
    arguments = parse_arguments()
    check_modules()
    dtheta = Dtheta(arguments.dtheta)
    outcome = {"machine": dtheta.machine(), "load": os.getloadavg()[0], "losses": {},
               "results": []}
    arguments.threads = arguments.threads or list(dict.fromkeys((1, outcome["machine"]["cores"])))
    try:
        measure_all(dtheta, arguments, outcome)
    except KeyboardInterrupt:
        if not outcome["results"]:
            raise MeasurementError("interrupted before anything was measured") from None
    arguments.output.mkdir(parents=True, exist_ok=True)
    text = report(outcome)
    (arguments.output / "compare.md").write_text(text)
    (arguments.output / "compare.json").write_text(json.dumps(outcome, indent=1) + "\n")
    if {result["workload"] for result in outcome["results"]} >= set(arguments.workloads):
        plot(outcome, arguments.output)
    print(text, end="")


if __name__ == "__main__":
    try:
        main()
    except MeasurementError as error:
        give_up(error)
