"""The slices of a stack, decoded in the background: in which order, how many of them, and what is dropped."""

import threading
import time

import nibabel
import numpy as np
import pytest
from support.slices import marked, multi_frame, number_of

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media import picture
from mmdesk.ui import slices as module
from mmdesk.ui.background import Background
from mmdesk.ui.slices import Slices

COUNT = 9
BYTES = 20 * 20 * 2  # of a slice
FLAT = ""


def stack(name="a", count=COUNT):
    return Input(name, data=multi_frame([marked(n) for n in range(count)]))


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 0.0)


@pytest.fixture
def gate(monkeypatch):
    return Gate(monkeypatch)


class Gate:
    """Decoding waits for it; `begun` are the slices, in order."""

    def __init__(self, monkeypatch):
        self.begun, self._free, self._real = [], threading.Semaphore(0), picture.slice_of
        monkeypatch.setattr(picture, "slice_of", self._slow)

    def _slow(self, stack, plane, index):
        assert threading.current_thread() is not threading.main_thread()
        self.begun.append((stack.name, plane, index))
        assert self._free.acquire(timeout=5)
        return self._real(stack, plane, index)

    def let(self, count=1):
        self._free.release(count)


class Held:
    """`arrived` counts the signals."""

    def __init__(self, qtbot):
        self.qtbot, self.background = qtbot, Background()
        self.slices = Slices(self.background, None)
        self.arrived, self.problems = 0, []
        self.slices.arrived.connect(self._count)
        self.slices.opened_not.connect(self.problems.append)

    def _count(self):
        self.arrived += 1

    def want(self, item, index=4, plane=FLAT, count=COUNT, known=None):
        key = None if item is None else id(item.data)
        self.slices.want(key, item, count, (plane, index), known)

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.background.busy)

    def numbers(self, plane=FLAT, count=COUNT):
        found = [self.slices.at((plane, n)) for n in range(count)]
        return [n for n, one in enumerate(found) if one is not None]


@pytest.fixture
def held(qtbot):
    held = Held(qtbot)
    yield held
    held.background.close()


def value_of(shown):
    return number_of(shown.low + shown.step * shown.levels[0].astype(float))


def test_outwards_from_the_one_that_is_looked_at(held, gate):
    gate.let(COUNT)
    held.want(stack())
    assert held.slices.is_loading and held.slices.at((FLAT, 4)) is None
    held.settle()
    assert [index for _, _, index in gate.begun] == [4, 3, 5, 2, 6, 1, 7, 0, 8]
    assert [value_of(held.slices.at((FLAT, n))) for n in range(COUNT)] == list(range(COUNT))
    assert held.slices.done == COUNT and held.arrived == COUNT and not held.slices.is_loading


def test_several_at_once(held, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 60.0)
    held.want(stack())
    held.settle()
    assert held.slices.done == COUNT and held.arrived == 1


def test_a_look_elsewhere_comes_next(held, gate):
    item = stack()
    held.want(item, 0)
    held.qtbot.waitUntil(lambda: len(gate.begun) == 1)
    held.want(item, 7)
    gate.let(COUNT)
    held.settle()
    assert [index for _, _, index in gate.begun] == [0, 7, 6, 8, 5, 4, 3, 2, 1]


def test_what_was_decoded_elsewhere_is_not_decoded_again(held, gate):
    item = stack()
    known = picture.read_picture(item)
    gate.let(COUNT)
    for _ in range(3):
        held.want(item, known=known)
    assert held.slices.at((FLAT, 4)) is known and held.slices._bytes == BYTES
    held.settle()
    assert len(gate.begun) == COUNT - 1 and held.slices._bytes == COUNT * BYTES


def test_another_stack_in_the_middle(held, gate):
    first, second = stack("first"), stack("second", 3)
    held.want(first)
    held.qtbot.waitUntil(lambda: len(gate.begun) == 1)
    held.want(second, 1, count=3)
    gate.let(4)
    held.settle()
    assert [name for name, *_ in gate.begun] == ["first", "second", "second", "second"]
    assert held.numbers() == [0, 1, 2] and held.slices._bytes == 3 * BYTES
    assert all(held.slices.at((FLAT, n)).name == "second" for n in range(3))
    assert held.arrived == 3  # nothing was said of the late one


def test_no_stack_in_the_middle(held, gate):
    held.want(stack())
    held.qtbot.waitUntil(lambda: len(gate.begun) == 1)
    held.want(None, 0, count=0)
    gate.let()
    held.settle()
    assert held.numbers() == [] and held.arrived == 0 and not held.slices.is_loading


def test_cancelled_it_decodes_what_is_looked_at(held, gate):
    item = stack()
    held.want(item)
    held.qtbot.waitUntil(lambda: len(gate.begun) == 1)
    held.slices.cancel()
    assert not held.slices.is_loading
    gate.let(99)
    held.settle()
    assert held.numbers() == [4]
    held.want(item, 8)
    held.settle()
    assert held.numbers() == [4, 8]
    held.want(stack("other"))  # another stack is decoded whole
    held.settle()
    assert held.slices.done == COUNT


def test_planes(held):
    volume = np.arange(17 * 18 * 19, dtype=np.int16).reshape(17, 18, 19)
    item = Input("brain.nii", data=nibabel.Nifti1Image(volume, np.eye(4), dtype=np.int16).to_bytes())
    held.want(item, 9, "axial", 19)
    held.slices.cancel()
    held.settle()
    assert held.slices.done < 19
    held.want(item, 8, "coronal", 18)  # another plane is decoded whole
    held.settle()
    assert held.numbers("coronal", 18) == list(range(18)) and held.slices.done == 18
    held.want(item, 9, "axial", 19)
    held.settle()
    assert held.slices.done == 19 and held.numbers("coronal", 18) == list(range(18))


def test_a_damaged_slice_is_told_and_not_tried_again(held, gate, monkeypatch):
    gate.let(99)
    real = gate._real

    def damaged(stack, plane, index):
        if index == 5:
            raise InputProblem(stack.name, "the picture in it is damaged", "")
        return real(stack, plane, index)

    gate._real = damaged
    item = stack()
    held.want(item)
    held.settle()
    held.want(item, 5)
    held.settle()
    assert isinstance(held.slices.at((FLAT, 5)), InputProblem)
    assert len(gate.begun) == COUNT and held.slices.done == COUNT and held.slices._bytes == 8 * BYTES


def test_a_stack_that_cannot_be_opened_is_tried_once(held):
    item = Input("gone", path="/nowhere", slices=("a", "../b"))
    for index in (0, 1):
        held.slices.want("gone", item, 2, (FLAT, index), None)
        held.settle()
    assert [problem.name for problem in held.problems] == ["gone"] and held.arrived == 0
    held.want(stack())
    held.settle()
    assert held.slices.done == COUNT


def test_where_there_is_no_room_the_farthest_goes(held, gate, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 3 * BYTES)
    gate.let(99)
    item = stack()
    held.want(item)
    held.settle()
    assert held.numbers() == [3, 4, 5] and held.slices._bytes == 3 * BYTES and not held.slices.is_loading
    for index in (8, 0, 6):
        held.want(item, index)
        held.settle()
        assert index in held.numbers() and held.slices._bytes <= 3 * BYTES
    assert len(gate.begun) < 20  # it does not go round in circles


def test_a_slice_larger_than_the_room_is_shown(held, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 10)
    item = stack()
    for index in (4, 0, 8):
        held.want(item, index)
        held.settle()
        assert held.numbers() == [index]


def test_the_end_waits_for_one_slice_alone(held, gate):
    held.want(stack())
    held.qtbot.waitUntil(lambda: len(gate.begun) == 1)
    gate.let(COUNT)
    begun = time.perf_counter()
    held.background.close()
    assert time.perf_counter() - begun < 1 and len(gate.begun) == 1 and held.arrived == 0
