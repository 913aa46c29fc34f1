"""Curves of a run: one panel a stage, one line a metric."""

from collections import defaultdict

from matplotlib.figure import Figure

from mmdesk.training.run import Run


def plot_metrics(run: Run) -> None:
    """Write metrics.png beside metrics.csv."""
    series: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in run.metrics():
        series[row["stage"].split(".")[0]][row["name"]].append(float(row["value"]))
    if not series:
        return
    figure = Figure(figsize=(4 * len(series), 3), layout="constrained")
    for number, (stage, lines) in enumerate(series.items(), start=1):
        axes = figure.add_subplot(1, len(series), number)
        for name, values in lines.items():
            axes.plot(range(1, len(values) + 1), values, label=name)
        axes.set_title(stage)
        axes.set_xlabel("epoch")
        axes.legend(fontsize="small")
    figure.savefig(run.folder / "metrics.png", dpi=120)
