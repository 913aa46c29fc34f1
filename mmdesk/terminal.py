"""The events of an analysis as lines in a terminal."""

import re
from collections.abc import Iterable, Mapping

from rich.console import Console

from mmdesk import bars
from mmdesk.bars import MARK
from mmdesk.case import Fact
from mmdesk.events import (
    Contributed,
    Encoded,
    Event,
    FactsFound,
    FindingsScored,
    Located,
    OutOfDistribution,
    ReportReady,
    ReportWritten,
    SentenceWritten,
    StageFinished,
    StageStarted,
    Stopped,
    Swept,
    TextDelta,
)
from mmdesk.packs.manifest import Manifest, Task
from mmdesk.plan import TITLES
from mmdesk.report import RESEARCH_USE, Contribution, Finding, Report, Status, Sweep, percent

_STYLES = {Status.PRESENT: "bold red", Status.UNSURE: "yellow", Status.ABSENT: "dim"}


class Terminal:
    """Shows one analysis, event by event. What went wrong with an input is the caller's to say."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._section: str | None = None
        self._shown = ""  # of the section, without the spaces that wrapping changes
        self._prose = Prose(console)
        self._scored: tuple[Finding, ...] = ()

    def show(self, event: Event) -> None:
        match event:
            case TextDelta(section, text):
                self._write(section, text)
            case SentenceWritten(sentence):
                # Fixed sentences, and those that stand in for a withheld one, may come without text.
                if sentence.section != self._section or _packed(sentence.text) not in self._shown:
                    self._write(sentence.section, f" {sentence.text}")
            case ReportWritten() | StageStarted() | Located():
                pass
            case Swept(sweep, done) if any(done < len(column) for column in sweep.probabilities.values()):
                pass
            case _:
                self._end_section()
                self._show_block(event)

    def _show_block(self, event: Event) -> None:
        match event:
            case StageFinished(stage, milliseconds):
                self._line(f"{stage:<11}{milliseconds:6.0f} ms", "dim")
            case Encoded():
                self._line(_encoded(event), "dim")
            case FactsFound(facts=facts) if facts:
                self._line("The record states: " + "; ".join(map(_fact, facts)))
            case OutOfDistribution(name=name, reason=reason):
                self._notices((f"{name} is not scored: {reason}",))
            case FindingsScored(findings, notices):
                self._notices(notices)
                self._findings(findings)
            case Swept(sweep, done):
                self._swept(sweep, done)
            case Contributed(contributions):
                self._contributions({item.finding: item for item in contributions})
            case ReportReady(report):
                self._close(report)
            case Stopped(report=report):
                written = "What was written until then is kept." if report else "Nothing was written yet."
                self._line(f"\nStopped. {written}", "bold")
                self._close(report)

    def _write(self, section: str, text: str) -> None:
        if section != self._section:
            self._end_section()
            self._line(f"\n{TITLES.get(section, section.capitalize())}", "bold")
            self._section = section
        self._shown += _packed(text)
        self._prose.write(text)

    def _end_section(self) -> None:
        if self._section is not None:
            self._prose.end()
            self._section, self._shown = None, ""

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    def _notices(self, notices: Iterable[str]) -> None:
        for notice in notices:
            self._line(f"! {notice}", "bold yellow")

    def _findings(self, findings: tuple[Finding, ...]) -> None:
        self._scored = findings
        if not findings:
            return
        width = max(len(finding.label) for finding in findings)
        self._line(f"\nFindings  ({MARK} absent below the first mark, present from the second on)", "bold")
        for finding in findings:
            share = percent(finding.probability)
            line = f"{finding.label:<{width}}  {bars.of_probability(finding)} {share:>8}  {finding.status}"
            calm = finding.normal and finding.status is Status.PRESENT
            self._line(line, "green" if calm else _STYLES[finding.status])

    def _contributions(self, given: Mapping[str, Contribution]) -> None:
        rows = [(finding, given[finding.name]) for finding in self._scored if finding.name in given]
        if not rows:
            return
        self._line("\nWhat each input adds  (percentage points, from the share in the training data)", "bold")
        for text, quiet in bars.of_contributions(rows, self._console.width):
            self._line(text, "dim" if quiet else "")

    def _swept(self, sweep: Sweep, done: int) -> None:
        labels = {finding.name: finding.label for finding in self._scored}
        plane = f", {sweep.plane}" if sweep.plane else ""
        self._line(f"\nEach slice scored alone  ({done} slices{plane})", "bold")
        if not sweep.probabilities:
            self._line("None of them could be scored.")
        width = max((len(labels.get(name, name)) for name in sweep.probabilities), default=0)
        for name, column in sweep.probabilities.items():
            cells = self._console.width - width - 30
            strip, top = bars.of_slices(column, cells), bars.strongest(column)
            said = f"most in slice {top + 1}: {percent(column[top] or 0.0)}"
            self._line(f"{labels.get(name, name):<{width}}  {strip}  {said}")

    def _close(self, report: Report | None) -> None:
        withheld = report.provenance.withheld if report else ()
        self._notices(f"Withheld, it failed its check: {text}" for text in withheld)
        self._line(f"\n{RESEARCH_USE}", "bold")


class Prose:
    """Words to the console as they come, wrapped at its width; a word is written when it is whole."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._column = 0
        self._word = ""

    def write(self, text: str) -> None:
        *words, self._word = re.split(r"\s+", self._word + text)
        for word in words:
            self._put(word)

    def end(self) -> None:
        self._put(self._word)
        self._console.print()
        self._column, self._word = 0, ""

    def _put(self, word: str) -> None:
        if not word:
            return
        if self._column and self._column + 1 + len(word) > self._console.width:
            gap, self._column = "\n", len(word)
        else:
            gap = " " if self._column else ""
            self._column += len(gap) + len(word)
        self._console.print(gap + word, end="", markup=False, highlight=False, soft_wrap=True)


def print_pack(console: Console, manifest: Manifest) -> None:
    """What a pack reads, scores, for whom, and how well it was measured to do so."""

    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    line(f"{manifest.name} {manifest.version}: {manifest.title}", "bold")
    line(f"Intended use: {manifest.intended_use}")
    line(f"Licence: {manifest.licence}")
    line("\nReads", "bold")
    for examination in manifest.examinations:
        line(f"  {examination.modality}: {examination.title}")
        if says := "; ".join(f"{key} {', '.join(words)}" for key, words in examination.accepts.items()):
            line(f"    DICOM files that say otherwise are not scored: {says}")
        if examination.window:
            line("    read through the window C {:g} W {:g}".format(*examination.window))
    line("\nScores", "bold")
    for task in manifest.tasks:
        line(f"  {task.question} From {_carriers(task)}. {task.population.text}")
        line(f"    {', '.join(finding.label for finding in task.findings)}")
        line(f"    Thresholds: sensitivity {task.sensitivity:.0%}, specificity {task.specificity:.0%}")
    line("\nPrompts", "bold")
    for prompt in manifest.prompts:
        line(f"  {prompt.title}: {', '.join(prompt.asks)}")
    results = [m for m in manifest.measured if m.topic == "result"]
    if results:
        line("\nMeasured, with 95% intervals; the rest stands in CARD.md", "bold")
    for m in results:
        interval = f"{m.low:.3f} to {m.high:.3f}"
        line(f"  {m.task}, {m.metric}, {m.split}: {m.value:.3f} ({interval}), n = {m.groups}")


def _carriers(task: Task) -> str:
    needed, *others = task.carriers
    return " with ".join([needed, *([" and ".join(others)] if others else [])])


def _encoded(event: Encoded) -> str:
    taken_for = (event.examination or event.modality).replace("_", " ")
    how = "reused" if event.reused else f"{event.milliseconds:.0f} ms"
    seen = f" ({event.seen})" if event.seen else ""
    return f"{', '.join(event.names)}: {taken_for}, {how}{seen}"


def _fact(fact: Fact) -> str:
    name = fact.name.replace("_", " ")
    if isinstance(fact.value, bool):
        said = name if fact.value else f"no {name}"
        return f"{said} ({fact.origin})" if fact.origin else said
    value = f"{fact.value:g}" if isinstance(fact.value, float) else fact.value
    flag = str(fact.flag) if fact.flag in ("low", "high") else ""
    beside = "; ".join(filter(None, (flag, fact.origin, fact.date)))
    return f"{name} {value}{' ' + fact.unit if fact.unit else ''}{f' ({beside})' if beside else ''}"


def _packed(text: str) -> str:
    return re.sub(r"\s+", "", text)
