"""Plots as SVG text, to stand in a page."""

import io
import re

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

from . import fits  # noqa: E402
from .figures import threads_text  # noqa: E402
from .steps import PARTS  # noqa: E402

BLUE, ORANGE, GREY = "#2b6cb0", "#c05621", "#8a8f98"
PART_NAMES = {"gather": "gather", "prepare": "prepare θ", "forward": "forward", "loss": "loss",
              "backward": "backward", "dtheta": "dense dθ", "update": "reduce + update",
              "waiting": "waiting"}
PART_COLOURS = {"gather": "#6b46c1", "prepare": "#b794f4", "forward": "#63b3ed", "loss": "#f6ad55",
                "backward": "#2b6cb0", "dtheta": "#2a4365", "update": "#2f855a",
                "waiting": "#d9dce1"}


def begin(title, x_label, y_label):
    figure, axes = pyplot.subplots(figsize=(5.6, 3.9), layout="constrained")
    axes.set_title(title, fontsize=11, loc="left")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    return figure, axes


def svg_of(figure, salt):
    """The figure as an <svg> element; `salt` keeps its ids apart from those of other plots."""
    with matplotlib.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    svg = text.getvalue()
    return re.sub(r'( id="|url\(#|href="#)', rf"\1{salt}-", svg[svg.index("<svg"):])


def ticks(axes, numbers):
    axes.set_xticks(numbers, [str(number) for number in numbers])


def thousands(axes):
    axes.yaxis.set_major_formatter(matplotlib.ticker.StrMethodFormatter("{x:,.0f}"))
    axes.set_ylim(bottom=0)


def error_bars(axes, x, spreads, **style):
    medians = [value["median"] for value in spreads]
    errors = [[value["median"] - value["min"] for value in spreads],
              [value["max"] - value["median"] for value in spreads]]
    axes.errorbar(x, medians, errors, marker="o", capsize=3, **style)


def speedup_plot(series, title, laws, salt):
    """Measured speedups, the ideal line, what the machine gives, and the fitted laws."""
    threads = [point["threads"] for point in series]
    figure, axes = begin(title, "threads", "speedup over 1 thread")
    axes.plot(threads, threads, color=GREY, linestyle="--", label="ideal: as many as threads")
    axes.plot(threads, [point["machine"] for point in series], color=ORANGE, marker="s",
              markersize=4, label="machine: multiply-adds alone")
    curve = [threads[0] + (threads[-1] - threads[0]) * i / 100 for i in range(101)]
    if laws.get("amdahl") is not None:
        axes.plot(curve, [fits.amdahl(laws["amdahl"], n) for n in curve], color=BLUE, alpha=0.8,
                  linewidth=1, label=f"Amdahl, {100 * laws['amdahl']:.1f} % serial")
    if laws.get("usl") is not None:
        axes.plot(curve, [fits.usl(*laws["usl"], n) for n in curve], color=BLUE, alpha=0.8,
                  linewidth=1, linestyle=":", label="Universal Scalability Law")
    error_bars(axes, threads, [point["speedup"] for point in series], color=BLUE,
               linestyle="none", label="measured")
    ticks(axes, threads)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure, salt)


def efficiency_plot(series, title, salt):
    threads = [point["threads"] for point in series]
    figure, axes = begin(title, "threads", "efficiency")
    axes.axhline(100, color=GREY, linestyle="--")
    axes.plot(threads, [100 * point["efficiency"] for point in series], color=BLUE, marker="o",
              label="speedup ÷ threads")
    axes.plot(threads, [100 * point["efficiency_of_machine"] for point in series], color=ORANGE,
              marker="s", markersize=4, label="speedup ÷ what the machine gives")
    ticks(axes, threads)
    axes.set_ylim(0, 115)
    axes.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(decimals=0))
    axes.legend(frameon=False, fontsize=9, loc="lower left")
    return svg_of(figure, salt)


def rate_plot(series, title, salt):
    """Samples a second over threads."""
    threads = [point["threads"] for point in series]
    figure, axes = begin(title, "threads", "samples a second")
    error_bars(axes, threads, [point["samples_per_second"] for point in series], color=BLUE)
    ticks(axes, threads)
    thousands(axes)
    return svg_of(figure, salt)


def batch_plot(sweeps, title, salt):
    """Samples a second over batch sizes, a line for each number of threads."""
    figure, axes = begin(title, "samples in a batch", "samples a second")
    for i, (threads, series) in enumerate(sweeps.items()):
        error_bars(axes, [point["batch_size"] for point in series],
                   [point["samples_per_second"] for point in series], color=(GREY, BLUE)[i],
                   label=threads_text(threads))
    axes.set_xscale("log", base=2)
    ticks(axes, [point["batch_size"] for point in series])
    axes.minorticks_off()
    thousands(axes)
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure, salt)


def split_plot(series, title, salt):
    """What the threads' time goes to, as shares of it."""
    figure, axes = begin(title, "threads", "share of all threads' time")
    names = [str(point["threads"]) for point in series]
    bottom = [0.0] * len(series)
    for part in PARTS:
        shares = [100 * point["thread_milliseconds"][part] /
                  sum(point["thread_milliseconds"].values()) for point in series]
        axes.bar(names, shares, 0.6, bottom=bottom, color=PART_COLOURS[part],
                 label=PART_NAMES[part])
        bottom = [a + b for a, b in zip(bottom, shares)]
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(decimals=0))
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], frameon=False, fontsize=9, loc="center left",
                bbox_to_anchor=(1, 0.5))
    return svg_of(figure, salt)


def accuracy_plot(runs, target, title, salt):
    """Accuracy over seconds of training, a line for each number of threads."""
    figure, axes = begin(title, "seconds of training", "accuracy on the test samples")
    axes.axhline(100 * target, color=GREY, linestyle="--", label=f"target: {100 * target:g} %")
    shades = pyplot.cm.viridis([0.85 * i / max(1, len(runs) - 1) for i in range(len(runs))])
    for run, colour in zip(runs, shades):
        axes.plot([epoch["seconds"] for epoch in run["epochs"]],
                  [100 * epoch["accuracy"] for epoch in run["epochs"]], marker="o", markersize=4,
                  color=colour, label=threads_text(run["threads"]))
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(decimals=1))
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure, salt)


def target_plot(runs, title, salt):
    """Seconds to the target over threads."""
    reached = [run for run in runs if run["seconds"] is not None]
    figure, axes = begin(title, "threads", "seconds to the target")
    bars = axes.bar([str(run["threads"]) for run in reached],
                    [run["seconds"] for run in reached], 0.6, color=BLUE)
    axes.bar_label(bars, [f"{run['seconds']:.1f} s" for run in reached])
    return svg_of(figure, salt)
