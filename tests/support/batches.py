"""Readers of a batch that run no model: what a case's record says is what happens to its worker."""

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmdesk.case import Case, Input, Modality
from mmdesk.errors import PackProblem
from mmdesk.events import Failed, Stage
from mmdesk.report import Report
from support.sample import sample_report
from support.scripted import pass_gate


class Obedient:
    """Of a case's record: "die" kills the worker, "die NAME" where no file NAME is yet beside the folder
    of the cases, "gate NAME" waits there, "mistake" raises, "fail" fails. Then comes the sample's report."""

    def __init__(self, pack: Path, device: str) -> None:
        self._device = device

    def read(self, cases: Sequence[Case]) -> list[Report | Failed]:
        return list(map(self._read, cases))

    def _read(self, case: Case) -> Report | Failed:
        for item in case.inputs.get(Modality.RECORD, ()):
            folder, (word, *names) = _told(item)
            match word:
                case "die" if not names or not (folder / names[0]).exists():
                    if names:
                        (folder / names[0]).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
                case "gate":
                    pass_gate(folder, names[0], lambda: None)
                case "mistake":
                    raise ValueError("shapes do not fit")
                case "fail":
                    return Failed(Stage.READ, "none of the inputs could be read", "Mend one.")
        return sample_report(case)


def _told(item: Input) -> tuple[Path, list[str]]:
    if item.path is None:
        return Path(), (item.data or b"").decode().split()
    return Path(item.path).parent.parent, Path(item.path).read_text(encoding="utf-8").split()


def broken_pack(pack: Path, device: str) -> Obedient:
    raise PackProblem(pack.name, "the weights do not match SHA256SUMS", "Get the pack again.")


def dies_loading(pack: Path, device: str) -> Obedient:
    os._exit(3)


class Telling(Obedient):
    """Reports that say as their prompt what was asked, and whether the records' values are confirmed."""

    def read(self, cases: Sequence[Case]) -> list[Report | Failed]:
        return [replace(sample_report(case), prompt=_asked(case)) for case in cases]


def _asked(case: Case) -> str:
    (record,) = case.inputs[Modality.RECORD]
    return f"{case.prompt} {record.confirmed}"


class Slow(Obedient):
    """Takes a moment for each case, so that a run can be cut off."""

    def _read(self, case: Case) -> Report | Failed:
        threading.Event().wait(0.02)
        return super()._read(case)
