"""The slices of one stack, decoded in the background from the one that is looked at outwards."""

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.ui.background import Background

if TYPE_CHECKING:  # these import pydicom
    from mmdesk.media.picture import Picture
    from mmdesk.media.stack import Stack

ROOM = 768 * 2**20  # bytes of decoded slices that are kept
BATCH = 0.1  # seconds of decoding between two answers

Place = tuple[str, int]  # plane and slice
Decoded = list[tuple[Place, "Picture | InputProblem"]]


class Slices(QObject):
    """One stack at a time. All slices of the plane that is looked at are decoded while there is room, unless
    that was `cancel`led: then only those that are looked at."""

    arrived = Signal()  # slices are there that were not, or it is known why not
    opened_not = Signal(object)  # the InputProblem of a stack that cannot be opened

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._key: object = None
        self._item: Input | None = None
        self._stack: Stack | None = None
        self._count = 0
        self._place: Place = ("", 0)
        self._held: dict[Place, Picture | InputProblem] = {}
        self._bytes = 0
        self._all = True
        self._number = 0  # of the stack, so that late slices of another one are dropped

    def want(
        self, key: object, item: Input | None, count: int, place: Place, known: "Picture | None"
    ) -> None:
        """The stack of `item`, which is the same as long as its `key` is; `count` slices lie in the plane of
        `place`, which is looked at; `known` is a slice of it that was decoded elsewhere."""
        if key != self._key:
            self._number += 1
            self._key, self._item, self._stack = key, item, None
            self._held.clear()
            self._bytes, self._all = 0, True
        if place[0] != self._place[0]:
            self._all = True
        self._count, self._place = count, place
        if known is not None and (known.plane, known.index) not in self._held:
            self._keep((known.plane, known.index), known)
        self._next()

    def at(self, place: Place) -> "Picture | InputProblem | None":
        """None while it is decoded."""
        return self._held.get(place)

    @property
    def done(self) -> int:
        """Slices of the plane that are there."""
        return sum(plane == self._place[0] for plane, _ in self._held)

    @property
    def is_loading(self) -> bool:
        """Whether more are coming than the one that is looked at."""
        return self._all and self._item is not None and bool(self._missing())

    def cancel(self) -> None:
        self._all = False

    def _missing(self) -> list[Place]:
        """Outwards from the slice that is looked at, as far as there is room."""
        plane, middle = self._place
        wanted = [] if self._place in self._held else [self._place]
        if self._all and self._bytes < ROOM:
            order = sorted(range(self._count), key=lambda index: abs(index - middle))
            wanted += [(plane, index) for index in order if (plane, index) not in self._held]
        return list(dict.fromkeys(wanted))

    def _next(self) -> None:
        if self._item is None or self._background.waits_for("slices"):
            return
        if missing := self._missing():
            work = partial(_decode, self._number, self._item, self._stack, missing)
            self._background.run("slices", work, self._take)

    def _take(self, answer: "tuple[int, Stack | InputProblem, Decoded]") -> None:
        number, stack, decoded = answer
        if number == self._number:
            if isinstance(stack, InputProblem):
                self._item = None
                self.opened_not.emit(stack)
            else:
                self._stack = stack
                for place, picture in decoded:
                    self._keep(place, picture)
                self.arrived.emit()
        self._next()

    def _keep(self, place: Place, picture: "Picture | InputProblem") -> None:
        """Where there is no room, the farthest goes."""
        if place in self._held:  # decoded here and elsewhere
            return
        self._held[place] = picture
        self._bytes += _bytes_of(picture)
        while self._bytes > ROOM and len(self._held) > 1:
            plane, middle = self._place
            far = max(self._held, key=lambda held: (held[0] != plane, abs(held[1] - middle)))
            if far == place:
                self._all = False
            self._bytes -= _bytes_of(self._held.pop(far))
            if far == place:
                break


def _bytes_of(picture: "Picture | InputProblem") -> int:
    return 0 if isinstance(picture, InputProblem) else picture.nbytes


def _decode(
    number: int, item: Input, stack: "Stack | None", places: Sequence[Place]
) -> "tuple[int, Stack | InputProblem, Decoded]":
    """In the background: as many of the places as BATCH allows, one at least."""
    from mmdesk.media.picture import slice_of
    from mmdesk.media.stack import open_stack

    end = time.perf_counter() + BATCH
    try:
        stack = stack or open_stack(item)
    except InputProblem as problem:
        return number, problem, []
    decoded: Decoded = []
    for place in places:
        try:
            decoded.append((place, slice_of(stack, *place)))
        except InputProblem as problem:
            decoded.append((place, problem))
        if time.perf_counter() >= end:
            break
    return number, stack, decoded
