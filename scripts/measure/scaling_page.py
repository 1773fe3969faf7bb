"""The page of scripts/scaling: what was measured, in words, plots and tables."""

from . import page, plots
from .figures import figure_text, threads_text
from .steps import PARTS


def percent(share):
    return f"{100 * share:.0f} %"


def facts(result):
    """The machine, and how it was measured."""
    machine, settings = result["machine"], result["settings"]
    pinned = "each run pinned to as many cores" if settings["pin"] else "not pinned"
    return page.section("What was measured, and where", page.facts([
        ["CPU", machine["cpu"]],
        ["cores this process may use", machine["cores"]],
        ["vector sets", " ".join(machine["vector_sets"])],
        ["kernels", f"{machine['kernels']}; {machine['blas']} with {machine['blas_core']} kernels"],
        ["network", settings["model"]],
        ["data", settings["data"] or "random, of the shape that the network was made for"],
        ["training", settings["training"]],
        ["threads", f"{', '.join(map(str, settings['threads']))}; {pinned}"],
        ["when", result["when"]],
        ["command", result["command"]]]))


def warnings(result):
    text = ""
    if result["load"] > 0.5:
        text += page.paragraph(f"The machine was busy: {result['load']:.1f} processes wanted to "
                               "run before this one began. These figures are worth little.",
                               "warning")
    if result["interrupted"]:
        text += page.paragraph("The run was interrupted: this is what it had measured until then.",
                               "warning")
    return text


def lead(strong):
    """The result in a sentence or two."""
    last = strong[-1]
    rate = figure_text(last["samples_per_second"]["median"])
    if len(strong) == 1:
        return page.paragraph(
            f"On {threads_text(last['threads'])} it trains <b>{rate} samples a second</b>. With "
            "one number of threads there is nothing to compare.", "lead")
    n = last["threads"] / strong[0]["threads"]
    return page.paragraph(
        f"With batches of {last['batch_size']}, {threads_text(last['threads'])} train "
        f"<b>{rate} samples a second, {last['speedup']['median']:.2f} times as many</b> as "
        f"{threads_text(strong[0]['threads'])}. {n:g} times would be ideal; "
        f"the machine itself gives {last['machine']:.2f} times the multiply-adds on as many cores, "
        f"so that {percent(last['efficiency_of_machine'])} of what is possible is reached.", "lead")


def laws_text(laws):
    sentences = []
    if laws["amdahl"] is not None:
        sentences.append(f"Amdahl's law fits best with {100 * laws['amdahl']:.1f} % of the work "
                         "serial.")
    if laws["usl"] is not None:
        sentences.append("The Universal Scalability Law, S = n / (1 + α(n − 1) + βn(n − 1)), "
                         f"fits best with α = {laws['usl'][0]:.4f} (waiting for one another) and "
                         f"β = {laws['usl'][1]:.5f} (exchange between all).")
    elif laws["amdahl"] is not None:
        sentences.append("The Universal Scalability Law has two unknowns and needs three numbers "
                         "of threads.")
    return page.paragraph(" ".join(sentences))


def series_table(series):
    rows = []
    for point in series:
        rates = point["samples_per_second"]
        speedups = ([f"{point['speedup']['median']:.2f}", f"{point['machine']:.2f}",
                     percent(point["efficiency"]), percent(point["efficiency_of_machine"])]
                    if "speedup" in point else [])
        rows.append([point["threads"], point["batch_size"], point["shards"],
                     figure_text(rates["median"]),
                     f"{figure_text(rates['min'])} to {figure_text(rates['max'])}",
                     figure_text(point["milliseconds"]["median"]), *speedups,
                     percent(point["share_of_peak"]["median"])])
    header = ["threads", "batch", "shards", "samples/s", "range", "ms a step"]
    if "speedup" in series[0]:
        header += ["speedup", "machine", "efficiency", "of machine"]
    return page.table(header + ["share of FMA peak"], rows)


def split_table(series):
    rows = [[point["threads"], *(figure_text(point["thread_milliseconds"][part]) for part in PARTS),
             figure_text(sum(point["thread_milliseconds"].values()))] for point in series]
    return page.table(["threads", *(plots.PART_NAMES[part] for part in PARTS), "all"], rows)


def strong_section(strong, laws):
    shards = strong[-1]["shards"]
    starved = strong[-1]["threads"] > shards
    return page.section(
        "Strong scaling: the same batch on more threads",
        page.paragraph(
            f"Every batch of {strong[0]['batch_size']} samples is cut into {shards} shards, "
            "whatever the number of threads, so that every run computes the same bits."
            + (f" <b>More than {shards} threads find no shard to run</b>: --shards makes more."
               if starved else "")),
        page.plots(plots.speedup_plot(strong, "Speedup", laws, "strong-speedup"),
                   plots.efficiency_plot(strong, "Efficiency", "strong-efficiency"),
                   plots.rate_plot(strong, "Samples a second", "strong-rate"),
                   plots.split_plot(strong, "What the threads' time goes to", "strong-split")),
        laws_text(laws), series_table(strong),
        page.paragraph("Milliseconds of thread time a step (all threads together):"),
        split_table(strong))


def weak_section(weak):
    each = weak[0]["batch_size"] // weak[0]["threads"]
    return page.section(
        "Weak scaling: the batch grows with the threads",
        page.paragraph(f"{each} samples a thread in every batch; speedup is in samples a second."),
        page.plots(plots.speedup_plot(weak, "Speedup", {}, "weak-speedup"),
                   plots.efficiency_plot(weak, "Efficiency", "weak-efficiency")),
        series_table(weak))


def batch_section(sweeps):
    return page.section(
        "Batch sizes",
        page.plots(plots.batch_plot(sweeps, "Samples a second over batch sizes", "batch")),
        *(series_table(series) for series in sweeps.values()))


HOW = """Each point was measured once in every round, one after another, so that what changes on the
machine meets all alike; the figures are medians over rounds, and the bars on them reach from the
lowest to the highest. A step is a whole one, from gathering its samples to the new θ. "Machine" is
how many times the multiply-adds of one core as many cores reach at the same time, measured in the
same runs: where cores share power, caches or a hyperthread, it is less than their number. The time
split comes from steps with clocks in them; waiting is the time of all threads less what they were
seen to do."""


def scaling_page(result):
    """The page for the result of a scaling run, as HTML."""
    parts = [lead(result["strong"]), warnings(result)]
    if len(result["strong"]) > 1:
        parts.append(strong_section(result["strong"], result["laws"]))
    else:
        parts.append(page.section(
            "One number of threads", series_table(result["strong"]),
            page.plots(plots.split_plot(result["strong"], "What the threads' time goes to",
                                        "strong-split")), split_table(result["strong"])))
    if len(result["weak"]) > 1:
        parts.append(weak_section(result["weak"]))
    if result["batches"]:
        parts.append(batch_section(result["batches"]))
    parts += [facts(result), page.paragraph(HOW, "note")]
    return page.document(f"How {result['settings']['model']} scales over threads", *parts)


def accuracy_lead(result):
    runs = [run for run in result["runs"] if run["seconds"] is not None]
    target = f"{100 * result['target']:g} %"
    if not runs:
        best = max(epoch["accuracy"] for epoch in result["runs"][0]["epochs"])
        return page.paragraph(f"{target} was not reached: the best epoch has {100 * best:.2f} %. "
                              "More --epochs may.", "lead")
    text = (f"<b>{target} of the test samples</b> are classified rightly after "
            f"{runs[-1]['epoch']} epoch{'' if runs[-1]['epoch'] == 1 else 's'}: "
            f"<b>{runs[-1]['seconds']:.1f} s</b> of training on "
            f"{threads_text(runs[-1]['threads'])}")
    if len(runs) > 1:
        text += (f", {runs[0]['seconds'] / runs[-1]['seconds']:.2f} times as fast as the "
                 f"{runs[0]['seconds']:.1f} s on {threads_text(runs[0]['threads'])}")
    same = len({tuple(epoch["accuracy"] for epoch in run["epochs"]) for run in runs}) == 1
    return page.paragraph(text + ". " + (
        "The accuracy after each epoch is the same on any number of threads, to the last bit."
        if same else "<b>The accuracies differ between numbers of threads</b>, which they must "
        "not."), "lead")


def accuracy_page(result):
    """The page for the times to an accuracy, as HTML."""
    runs = result["runs"]
    rows = [[run["threads"], run["epoch"] or "–",
             f"{run['seconds']:.2f}" if run["seconds"] is not None else "not reached",
             f"{run['epochs'][-1]['seconds']:.2f}",
             f"{100 * run['epochs'][-1]['accuracy']:.2f} %", run["trainings"]] for run in runs]
    drawn = [plots.accuracy_plot(runs, result["target"], "Accuracy over time", "accuracy")]
    if any(run["seconds"] is not None for run in runs):
        drawn.append(plots.target_plot(runs, "Time to the target", "target"))
    return page.document(
        f"Time to {100 * result['target']:g} % with {result['settings']['model']}",
        accuracy_lead(result), warnings(result), page.plots(*drawn),
        page.table(["threads", "epochs to target", "seconds to target", "seconds of all epochs",
                    "accuracy at the end", "trainings"], rows),
        facts(result),
        page.paragraph("Seconds are those of the training alone, without evaluations; medians over "
                       "trainings.", "note"))
