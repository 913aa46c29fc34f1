"""What a sentence or a finding rests on, lit up in the inputs; and what rests on a place in a picture.

It holds no widget: it knows where each finding rests, and tells the panels.
"""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QPointF, Signal

from mmdesk.case import Modality
from mmdesk.events import Event, FindingsScored, Located, ReportReady, Stopped
from mmdesk.report import Finding, Grid, Report, Saliency, Sentence, Status

HOT = 128  # of 255: a place that weighs at least half as much as the strongest one

Places = dict[int, list[Saliency]]  # by the place of the input among those of its modality


class Evidence(QObject):
    """Shown are names of findings and of facts: those of the sentence that was chosen, or one finding."""

    image_lit = Signal(object, str, bool)  # Grid by place, words, whether it was asked for now; {}: nothing
    sound_lit = Signal(object, str, bool)  # Saliency by place, the same
    facts_lit = Signal(object)  # what each fact adds by name, None of one that is stated as it is

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._findings: dict[str, Finding] = {}
        self._saliencies: list[Saliency] = []
        self._changed: set[Modality] = set()  # inputs that are others now than when they were read
        self._names: tuple[str, ...] = ()
        self._facts: tuple[str, ...] = ()
        self._lit: tuple[tuple[object, ...], ...] = (({}, ""), ({}, ""), ({},))

    # ---- what is known

    def begin(self) -> None:
        """Another analysis reads the case as it is now; what is chosen lights up when its places come."""
        self._changed.clear()
        self._findings, self._saliencies = {}, []
        self._light()

    def clear(self) -> None:
        """Another case lies on the desk."""
        self._names, self._facts = (), ()
        self.begin()

    def retranslate(self) -> None:
        """The same in the language of now."""
        self._light()

    def show_event(self, event: Event) -> None:
        match event:
            case FindingsScored(findings=findings):
                self._findings = {finding.name: finding for finding in findings}
            case Located(saliencies):
                self._take(saliencies)
            case ReportReady(report) | Stopped(report=Report() as report):
                self._know(report)

    def show_report(self, report: Report) -> None:
        """A report that was saved with its case."""
        self.clear()
        self._know(report)

    def input_changed(self, modality: Modality) -> None:
        """What was found in the inputs of this kind is no longer in what is on the desk."""
        self._changed.add(modality)
        self._saliencies = [known for known in self._saliencies if known.modality != modality]
        self._light()

    # ---- what is asked for

    def choose_sentence(self, sentence: Sentence | None) -> None:
        self._show(*((sentence.findings, sentence.facts) if sentence else ((), ())))

    def choose_finding(self, name: str) -> None:
        self._show((name,), ())

    def resting_on(self, place: int, point: QPointF, sentences: Iterable[Sentence]) -> set[Sentence]:
        """The sentences that rest on this point of the picture at `place`, in shares of its sides."""
        hot = {
            known.finding
            for known in self._saliencies
            if known.modality == Modality.IMAGE and known.place == place and known.grid is not None
            if _value(known.grid, point) >= HOT
        }
        return {s for s in sentences if hot.intersection(self._leading(s.findings, Modality.IMAGE))}

    # ---- inside

    def _know(self, report: Report) -> None:
        self._findings = {finding.name: finding for finding in report.findings}
        self._saliencies = []
        self._take(report.saliencies)

    def _take(self, saliencies: Sequence[Saliency]) -> None:
        self._saliencies += [known for known in saliencies if known.modality not in self._changed]
        self._light()

    def _show(self, names: tuple[str, ...], facts: tuple[str, ...]) -> None:
        self._names, self._facts = names, facts
        self._light(asked=True)

    def _leading(self, names: Iterable[str], modality: Modality) -> list[str]:
        """Of the findings that a sentence lumps together and that rest on inputs of this kind, those that
        it affirms; all if it denies all."""
        placed = {known.finding for known in self._saliencies if known.modality == modality}
        known = [self._findings[name] for name in names if name in placed and name in self._findings]
        affirmed = [finding.name for finding in known if finding.status != Status.ABSENT]
        return affirmed or [finding.name for finding in known]

    def _light(self, asked: bool = False) -> None:
        """Tell the panels what is new to them."""
        of = {modality: self._leading(self._names, modality) for modality in Modality}
        seen, heard = self._places(Modality.IMAGE, of), self._places(Modality.AUDIO, of)
        heat = {place: _together([s.grid for s in own if s.grid]) for place, own in seen.items()}
        sound = {place: _one(own) for place, own in heard.items()}
        facts = self._stated(self._places(Modality.RECORD, of))
        lit = (heat, self._words(of[Modality.IMAGE])), (sound, self._words(of[Modality.AUDIO])), (facts,)
        for signal, before, now in zip(
            (self.image_lit, self.sound_lit, self.facts_lit), self._lit, lit, strict=True
        ):
            if now != before:
                signal.emit(*now, *([] if signal is self.facts_lit else [asked]))
        self._lit = lit

    def _places(self, modality: Modality, names: Mapping[Modality, Sequence[str]]) -> Places:
        places: Places = {}
        for known in self._saliencies:
            if known.modality == modality and known.finding in names[modality]:
                places.setdefault(known.place, []).append(known)
        return places

    def _stated(self, found: Places) -> dict[str, float | None]:
        stated: dict[str, float | None] = {}
        for saliency in (one for place in found.values() for one in place):
            for name, share in saliency.facts.items():
                stated[name] = max((stated.get(name) or 0.0, share), key=abs)
        return stated | dict.fromkeys(() if Modality.RECORD in self._changed else self._facts)

    def _words(self, names: Sequence[str]) -> str:
        if not names:
            return ""
        labels = ", ".join(self._findings[name].label for name in names)
        if self._findings[names[0]].status == Status.ABSENT:
            return self.tr("Speaks against: {}").format(labels)
        return self.tr("Speaks for: {}").format(labels)


def _value(grid: Grid, point: QPointF) -> int:
    row = min(int(point.y() * grid.rows), grid.rows - 1)
    column = min(int(point.x() * grid.columns), grid.columns - 1)
    return grid.values[row * grid.columns + column]


def _together(grids: Sequence[Grid]) -> Grid:
    """The mean of maps of one picture, over its largest value."""
    sums = [sum(values) for values in zip(*(grid.values for grid in grids), strict=True)]
    largest = max(*sums, 1)
    return Grid(grids[0].rows, grids[0].columns, bytes(round(255 * value / largest) for value in sums))


def _one(found: Sequence[Saliency]) -> Saliency:
    """The same of a sound."""
    first = found[0]
    grids = [one.grid for one in found if one.grid]
    curves = [one.curve for one in found if one.curve]
    return Saliency(
        first.finding, first.modality, first.place, _together(grids), _together(curves),
        first.seconds, first.hertz,
    )  # fmt: skip
