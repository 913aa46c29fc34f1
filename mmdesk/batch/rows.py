"""What a worker makes of some cases: a row each."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from mmdesk.batch.cases import Opened, opened
from mmdesk.batch.events import Listed, Row, State
from mmdesk.case import Case, Modality
from mmdesk.errors import UserProblem
from mmdesk.events import Failed
from mmdesk.report import Report

WORKER = "mmdesk.batch.worker:load"  # by name: naming it must not import torch
HELD = 256 * 2**20  # bytes of inputs that are in memory at once, and those of one more case


@dataclass(frozen=True, slots=True)
class Job:
    """What all workers of a run are told: the pack's folder, the prompt for cases that name none, whether the
    values of sheets are `confirmed`, and the "module:callable" that makes a Reader of `pack` and `device`."""

    pack: Path
    device: str
    prompt: str | None = None
    confirmed: bool = False
    factory: str = WORKER


class Reader(Protocol):
    """Reads cases together; a report or what went wrong for each, in their order."""

    def read(self, cases: Sequence[Case]) -> list[Report | Failed]: ...


def rows_of(reader: Reader, cases: Sequence[Listed], job: Job) -> tuple[Row, ...]:
    """In their order."""
    rows: dict[str, Row] = {}
    some: dict[str, Opened] = {}
    held = 0
    for listed in cases:
        if listed.case is None:
            rows[listed.name] = Row(listed.name, State.FAILED, listed.problem)
            continue
        try:
            case = opened(listed)
        except UserProblem as problem:
            rows[listed.name] = Row(listed.name, State.FAILED, _line(str(problem)))
            continue
        some[listed.name] = case
        held += sum(len(item.data or b"") for items in case.case.inputs.values() for item in items)
        if held > HELD:
            rows |= _read(reader, some, job)
            some, held = {}, 0
    rows |= _read(reader, some, job)
    return tuple(rows[listed.name] for listed in cases)


def _read(reader: Reader, cases: dict[str, Opened], job: Job) -> dict[str, Row]:
    wished = [_wished(case.case, job) for case in cases.values()]
    outcomes = reader.read(wished)
    pairs = zip(cases.items(), outcomes, strict=True)
    return {name: _row(name, case, outcome) for (name, case), outcome in pairs}


def _wished(case: Case, job: Job) -> Case:
    inputs = dict(case.inputs)
    if job.confirmed and Modality.RECORD in inputs:
        inputs[Modality.RECORD] = tuple(replace(item, confirmed=True) for item in inputs[Modality.RECORD])
    return replace(case, inputs=inputs, prompt=case.prompt or job.prompt)


def _row(name: str, case: Opened, outcome: Report | Failed) -> Row:
    if isinstance(outcome, Failed):
        if outcome.detail:  # a mistake in the program: what a bug report needs
            print(outcome.detail, file=sys.stderr)
        problem = f"{outcome.problem}. {outcome.remedy}"
        return Row(name, State.FAILED, _line("; ".join((*case.problems, problem))))
    left_out = [*case.problems, *_left_out(outcome)]
    skipped = [f"files of a kind that mmdesk does not read were skipped: {case.skipped}"]
    problem = "; ".join(left_out + skipped * bool(case.skipped))
    return Row(name, State.PARTLY if left_out else State.READ, _line(problem), outcome)


def _left_out(report: Report) -> Iterator[str]:
    for source in report.provenance.sources:
        if source.problem:
            yield f"{source.name}: {source.problem}"


def _line(text: str) -> str:
    return " ".join(text.split())
