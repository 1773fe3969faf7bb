"""Time to an accuracy: whole trainings, watched from epoch to epoch."""

import json
import statistics
from pathlib import Path


def train(dtheta, settings, threads, cores, folder):
    """One training: the seconds and the test accuracy after each epoch, evaluations not counted in
    the time."""
    metrics = Path(folder) / "metrics.jsonl"
    dtheta.run("train", "--data", settings["data"], "--test-data", settings["data"], "--model",
               settings["model"], "--batch-size", settings["batch_size"], "--epochs",
               settings["epochs"], "--threads", threads, "--metrics", metrics, "--output",
               Path(folder) / "model.h5", cores=cores)
    seconds, epochs = 0.0, []
    for line in metrics.read_text().splitlines():
        epoch = json.loads(line)
        seconds += epoch["seconds"]
        epochs.append({"epoch": epoch["epoch"], "seconds": seconds,
                       "accuracy": epoch["test_accuracy"]})
    return epochs


def summary(threads, trainings, target):
    """What one number of threads needs: the median over trainings, epoch by epoch, and the seconds
    at the end of the first epoch that reaches the target (None: none does)."""
    epochs = [{"epoch": same[0]["epoch"], "accuracy": same[0]["accuracy"],
               "seconds": statistics.median(epoch["seconds"] for epoch in same)}
              for same in zip(*trainings)]
    reached = [epoch for epoch in epochs if epoch["accuracy"] >= target]
    return {"threads": threads, "trainings": len(trainings), "epochs": epochs,
            "epoch": reached[0]["epoch"] if reached else None,
            "seconds": reached[0]["seconds"] if reached else None}
