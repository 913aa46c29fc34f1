"""The cases of a work list as rows of a list: which of them are shown, in which order, and what is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from mmdesk.batch.events import State
from mmdesk.report import Finding, Status
from mmdesk.ui.findings_model import FindingsModel, capital
from mmdesk.ui.readings import NAME, STATE, WORST, Entry, Reading, key
from mmdesk.ui.wording import said_line

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
_TONES = {Status.PRESENT: "accent", Status.UNSURE: "warning", Status.ABSENT: "muted"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a row shows: the case and how it stands, and below what was found, how sure that is, and of how
    much else. Tones are tokens of the theme."""

    name: str
    state: str = ""
    state_tone: str = "muted"
    words: str = ""
    status: str = ""
    figure: str = ""
    tone: str = "muted"

    @property
    def spoken(self) -> str:
        return ", ".join(filter(None, (self.name, self.state, self.words, self.status, self.figure)))


class WorkList(QAbstractListModel):
    """`entries` are in the order of the list, `shown` are places among them. What is new is shown at once
    where the row stands; rows move when they are arranged."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()
        self.shown: list[int] = []
        self.order, self.filter = NAME, ""
        self.reading = ""  # the name of the case that is read on the desk
        self.findings: Mapping[str, Finding] = {}  # of the pack, with its words and thresholds
        self._places: dict[str, int] = {}
        self._scores = FindingsModel()  # it has the words for them
        self._problems: dict[str, str] = {}  # in the language of the window

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries, self.reading = entries, ""
        self._places = {entry.name: place for place, entry in enumerate(entries)}
        self.shown = self._arranged()
        self.endResetModel()

    def take(self, readings: Mapping[str, Reading]) -> None:
        """What came out, by the name of a case. Nothing is kept of other cases than those of the list, nor of
        what another pack read."""
        for name, reading in readings.items():
            if name in self._places and reading.scores.keys() <= self.findings.keys():
                self.entries[self._places[name]].reading = reading
        self._tell()

    def set_reading(self, name: str) -> None:
        """Which case is read on the desk, "" for none."""
        if name != self.reading:
            self.reading = name
            self._tell()

    def arrange(self) -> None:
        """Filter and sort again; the model is reset where that changes anything."""
        shown = self._arranged()
        if shown != self.shown:
            self.beginResetModel()
            self.shown = shown
            self.endResetModel()

    def _arranged(self) -> list[int]:
        text = self.filter.strip().lower()
        states = {state for state, (word, _) in self._states().items() if text in word.lower()}
        findings = {name for name, finding in self.findings.items() if text in finding.label.lower()}
        shown = [
            place
            for place, entry in enumerate(self.entries)
            if entry.state in states or entry.fits(text, findings)
        ]
        if self.order != NAME:
            shown.sort(key=lambda place: key(self.entries[place], self.order))
        return shown

    def entry(self, row: int) -> Entry:
        return self.entries[self.shown[row]]

    def find(self, name: str) -> Entry | None:
        place = self._places.get(name)
        return None if place is None else self.entries[place]

    def row_of(self, name: str) -> int:
        """-1 where it is not shown."""
        place = self._places.get(name, -1)
        return self.shown.index(place) if place in self.shown else -1

    def _tell(self) -> None:
        if self.shown:
            self.dataChanged.emit(self.index(0), self.index(len(self.shown) - 1))

    # ---- for the view

    def rowCount(self, parent: Index = NO_PARENT) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.said(self.entry(index.row())).spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(self.entry(index.row()))
        return None

    # ---- words

    def said(self, entry: Entry) -> Said:
        state, tone = self.state_of(entry)
        reading = entry.reading
        if entry.name == self.reading or reading is None:
            return Said(entry.name, words=state, tone=tone)
        if reading.state is State.FAILED:
            return Said(entry.name, state, tone, self._problem(reading))
        shown = (state, tone) if reading.state is State.PARTLY else ("", tone)
        found = self._told(reading)
        if found is None:
            scored = self.tr("nothing present") if reading.scores else self.tr("no finding scored")
            return Said(entry.name, *shown, scored)
        more = len(reading.top) - 1 if self.order in (NAME, STATE, WORST) else 0
        words = capital(found.label) + (f" +{more}" if more > 0 else "")
        status = "" if found.status is Status.PRESENT else self._scores.status(found)
        return Said(entry.name, *shown, words, status, self._scores.share(found), _tone(found))

    def _told(self, reading: Reading) -> Finding | None:
        """The finding by which rows are sorted, or the surest one, or the one of health that is present."""
        if self.order in reading.scores:
            return self._finding(reading, self.order)
        if reading.top:
            return self._finding(reading, reading.top[0])
        scored = (self._finding(reading, name) for name in reading.scores)
        return next((f for f in scored if f.normal and f.status is Status.PRESENT), None)

    def _finding(self, reading: Reading, name: str) -> Finding:
        return replace(self.findings[name], probability=reading.scores[name])

    def state_of(self, entry: Entry) -> tuple[str, str]:
        """How a case stands, in a word, and its tone."""
        if entry.name == self.reading:
            return self.tr("reading…"), "accent"
        return self._states()[entry.state]

    def _states(self) -> dict[State | None, tuple[str, str]]:
        return {
            None: (self.tr("waiting"), "muted"),
            State.READ: (self.tr("read"), "muted"),
            State.PARTLY: (self.tr("partly read"), "warning"),
            State.FAILED: (self.tr("failed"), "problem"),
        }

    def retranslate(self) -> None:
        self._problems.clear()
        self._tell()

    def _problem(self, reading: Reading) -> str:
        """It is asked for at every painting, and finding the words takes a while."""
        if reading.problem not in self._problems:
            self._problems[reading.problem] = said_line(reading.problem)
        return self._problems[reading.problem]

    def _tip(self, entry: Entry) -> str:
        """All of it, a line each."""
        state, _ = self.state_of(entry)
        lines = [entry.name, state]
        if entry.reading is not None:
            lines += [self._problem(entry.reading)] if entry.reading.problem else []
            share, status = self._scores.share, self._scores.status
            top = [self._finding(entry.reading, name) for name in entry.reading.top]
            lines += [f"{capital(f.label)} {share(f)}, {status(f)}" for f in top]
        return "\n".join(lines)


def _tone(finding: Finding) -> str:
    return "good" if finding.normal else _TONES[finding.status]
