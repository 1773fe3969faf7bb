"""Measurements of training steps over threads and batch sizes, kept as they come in."""

import csv
import statistics
from dataclasses import dataclass

from .figures import spread

PARTS = ("gather", "prepare", "forward", "loss", "backward", "dtheta", "update", "waiting")
COLUMNS = ("round", "threads", "batch_size", "shards", "samples_per_second", "milliseconds",
           "milliseconds_min", "milliseconds_max", "fma_gflops", "share_of_peak",
           *(f"{part}_thread_milliseconds" for part in PARTS))


@dataclass(frozen=True, order=True)
class Point:
    """What is measured once in every round."""
    threads: int
    batch_size: int


def row_of(number, step):
    """A measurement as a row of the CSV file."""
    split = step["thread_milliseconds"]
    milliseconds = step["milliseconds"]
    return dict(zip(COLUMNS, (
        number, step["threads"], step["batch_size"], step["shards"], step["samples_per_second"],
        milliseconds["median"], milliseconds["min"], milliseconds["max"],
        step["fma_gflops"]["median"], step["share_of_peak"], *(split[part] for part in PARTS))))


class Measurements:
    """The rows so far; each is in the file as soon as it is measured."""

    def __init__(self, file):
        self.rows = []
        self.writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        self.writer.writeheader()
        self.file = file

    def add(self, number, step):
        self.rows.append(row_of(number, step))
        self.writer.writerow(self.rows[-1])
        self.file.flush()

    def at(self, point):
        """The summary over rounds of one point, or None if it has not been measured."""
        rows = [row for row in self.rows
                if (row["threads"], row["batch_size"]) == (point.threads, point.batch_size)]
        if not rows:
            return None
        summary = {"threads": point.threads, "batch_size": point.batch_size, "rounds": len(rows),
                   "shards": rows[0]["shards"]}
        for name in ("samples_per_second", "milliseconds", "fma_gflops", "share_of_peak"):
            summary[name] = spread([row[name] for row in rows])
        summary["thread_milliseconds"] = {
            part: statistics.median(row[f"{part}_thread_milliseconds"] for row in rows)
            for part in PARTS}
        return summary

    def series(self, points):
        """The summaries of those points that have been measured."""
        return [summary for point in points if (summary := self.at(point))]


def add_speedups(series):
    """Puts beside each summary of a series how many times the samples a second of its first it
    has, how many times the multiply-adds of it the machine gives (`machine`), and the efficiency:
    speedup over threads, and over what the machine gives."""
    first = series[0]
    for summary in series:
        def times_first(name):
            return summary[name]["median"] / first[name]["median"]

        n = summary["threads"] / first["threads"]
        low, high = (summary["samples_per_second"][end] for end in ("min", "max"))
        base = first["samples_per_second"]["median"]
        summary["speedup"] = {"median": times_first("samples_per_second"),
                              "min": low / base, "max": high / base}
        summary["machine"] = times_first("fma_gflops")
        summary["efficiency"] = summary["speedup"]["median"] / n
        summary["efficiency_of_machine"] = summary["speedup"]["median"] / summary["machine"]
    return series
