"""What an engine does before there is a case changes no report and delays no job."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.streams import report_of

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken, child
from mmdesk.engine.direct import warm
from mmdesk.engine.local import LocalEngine
from mmdesk.report import Report

CASE = Case({Modality.RECORD: (Input.from_text("58-year-old man, ALT 60 U/L."),)})


def report(engine: LocalEngine) -> Report:
    found = report_of(list(engine.analyze(CASE, StopToken())))
    return replace(found, provenance=replace(found.provenance, created=""))


def test_a_warm_engine_writes_the_same_report(tiny_pack: Path) -> None:
    cold, warmed = LocalEngine(tiny_pack), LocalEngine(tiny_pack)
    assert len(list(warm(warmed))) > 5
    assert report(cold) == report(warmed)


def test_an_engine_need_not_know_how() -> None:
    assert list(warm(object())) == []  # type: ignore[arg-type]


class Line:
    """Of an engine's process: a job comes after `steps` of the warming."""

    def __init__(self, steps: int) -> None:
        self.jobs, self.left = self, steps

    def empty(self) -> bool:
        self.left -= 1
        return self.left > 0

    def get(self) -> None:
        raise StopAsyncIteration

    def send(self, answer: object) -> None:
        assert isinstance(answer, child.Ready)


@pytest.mark.parametrize(("steps", "done"), [(1, 1), (3, 3), (99, 7)])
def test_a_job_waits_for_one_step(monkeypatch: pytest.MonkeyPatch, steps: int, done: int) -> None:
    taken: list[int] = []

    class Seven:
        def warm(self) -> Iterator[None]:
            for step in range(7):
                taken.append(step)
                yield

    monkeypatch.setattr(child, "make", lambda *_: Seven())
    with pytest.raises(StopAsyncIteration):
        child._run(Line(steps), "", ())  # type: ignore[arg-type]
    assert len(taken) == done


def test_the_engine_keeps_no_decoder_that_only_training_needs(tiny_pack: Path) -> None:
    assert not hasattr(LocalEngine(tiny_pack)._pipeline.reader.network, "decoder")
