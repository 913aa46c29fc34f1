"""Which slice of each stack is looked at, and which one is read."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.report import Finding, Sweep
from mmdesk.ui.background import Background
from mmdesk.ui.pictures import Key, key_of
from mmdesk.ui.slice_bar import SliceBar
from mmdesk.ui.slices import Place, Slices

if TYPE_CHECKING:  # imports numpy
    from mmdesk.media.picture import Picture

LATE = 300  # ms that decoding may take before it is said


class Browser(QObject):
    """`bar` is to be shown below the picture. `moved` says that another slice is looked at, or that it is
    there now."""

    moved = Signal()

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self.bar = SliceBar()
        self.bar.hide()
        self._slices = Slices(background, self)
        self._places: dict[Key, Place] = {}
        self._sweeps: dict[Key, Sweep] = {}
        self._labels: dict[str, str] = {}
        self._normal: set[str] = set()
        self._finding = ""
        self._item: Input | None = None
        self._base: Picture | None = None
        self._failed: InputProblem | None = None
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self._show_loading)
        self._slices.arrived.connect(self._arrived)
        self._slices.opened_not.connect(self._fail)
        self.bar.slice_chosen.connect(self._choose)
        self.bar.plane_chosen.connect(self._choose_plane)
        self.bar.finding_chosen.connect(self._choose_finding)
        self.bar.cancelled.connect(self._cancel)

    # ---- for the panel

    def show(self, item: Input | None, base: "Picture | None") -> "Picture | InputProblem | None":
        """What is to be seen of an input, of which `base` is the slice that was decoded first; None while it
        is decoded."""
        if item is None or base is None or sum(base.planes.values()) < 2:
            self._item, self._base = None, None
            self._slices.want(None, None, 0, ("", 0), None)
            self.bar.hide()
            return base
        if self._item is None or key_of(item) != key_of(self._item):
            self._failed = None
            self._late.start()
        self._item, self._base = item, base
        place = self.place
        self._slices.want(key_of(item), item, base.planes[place[0]], place, base)
        self.bar.show_stack(base.planes, *place, self.read)
        self._show_sweep()
        self._show_loading()
        self.bar.show()
        return self._failed or self._slices.at(place)

    @property
    def is_stack(self) -> bool:
        return self._item is not None

    @property
    def place(self) -> Place:
        """Plane and slice that are looked at; of no stack, nowhere."""
        if self._item is None or self._base is None:
            return "", 0
        plane, index = self._places.get(key_of(self._item), (self._base.plane, self._base.index))
        if index < self._base.planes.get(plane, 0):
            return plane, index
        return self._base.plane, self._base.index  # the file is another than it was

    @property
    def read(self) -> Place:
        """Plane and slice that are read."""
        if self._item is None or self._base is None:
            return "", 0
        from mmdesk.media.stack import read_place

        return read_place(self._item, self._base.planes)

    @property
    def shape(self) -> tuple[int, int] | None:
        """Which slice of how many, counted from 1."""
        if self._base is None:
            return None
        plane, index = self.place
        return index + 1, self._base.planes[plane]

    def step(self, where: str) -> None:
        """previous, next, first or last."""
        assert self._base is not None  # the panel steps in a stack
        plane, index = self.place
        last = self._base.planes[plane] - 1
        self._choose({"previous": index - 1, "next": index + 1, "first": 0, "last": last}[where])

    def look_at_read(self) -> None:
        """The slice that is read is looked at."""
        self._go(self.read)

    def keep(self, items: Iterable[Input]) -> None:
        """What is known of other inputs than these is forgotten."""
        keys = {key_of(item) for item in items}
        self._places = {key: place for key, place in self._places.items() if key in keys}
        self._sweeps = {key: sweep for key, sweep in self._sweeps.items() if key in keys}

    # ---- scores of all slices

    def name(self, findings: Mapping[str, Finding]) -> None:
        self._labels = {name: finding.label for name, finding in findings.items()}
        self._normal = {name for name, finding in findings.items() if finding.normal}

    def take_sweep(self, item: Input, sweep: Sweep) -> None:
        self._sweeps[key_of(item)] = sweep
        if self._item is not None and key_of(item) == key_of(self._item):
            self._show_sweep()

    def _show_sweep(self) -> None:
        if self._item is None:
            return
        sweep = self._sweeps.get(key_of(self._item))
        wanted = self._item.every and sweep is not None and sweep.plane == self.place[0]
        scores = sweep.probabilities if wanted and sweep is not None else {}
        name = self._finding if self._finding in scores else self._most(scores)
        self.bar.show_sweep(scores, self._labels, name, self._item.every)

    def _most(self, scores: Mapping[str, tuple[float | None, ...]]) -> str:
        """The finding that is most probable somewhere, of those that are none of health."""
        tops = {name: max((s for s in own if s is not None), default=0.0) for name, own in scores.items()}
        return max(tops, key=lambda name: (name not in self._normal, tops[name]), default="")

    def _choose_finding(self, name: str) -> None:
        self._finding = name

    # ---- slices

    def _choose(self, index: int) -> None:
        if self._base is not None:
            plane, _ = self.place
            self._go((plane, max(0, min(self._base.planes[plane] - 1, index))))

    def _choose_plane(self, plane: str) -> None:
        if self._base is not None:
            self._go((plane, (self._base.planes[plane] - 1) // 2))

    def _go(self, place: Place) -> None:
        if self._item is not None and place != self.place:
            self._places[key_of(self._item)] = place
            self.moved.emit()

    def _arrived(self) -> None:
        self._show_loading()
        self.moved.emit()

    def _fail(self, problem: InputProblem) -> None:
        self._failed = problem
        self.moved.emit()

    def _cancel(self) -> None:
        self._slices.cancel()
        self._show_loading()

    def _show_loading(self) -> None:
        loading = self._slices.is_loading and not self._late.isActive()
        self.bar.show_loading(self._slices.done, loading)
