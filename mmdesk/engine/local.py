"""The engine in this thread."""

import importlib
import traceback
from collections.abc import Iterator
from pathlib import Path

import torch

from mmdesk.case import Case
from mmdesk.engine import StopRequested, StopToken
from mmdesk.errors import UserProblem
from mmdesk.events import Event, Failed, ReportReady, Stage, Stopped
from mmdesk.media.record import find_facts
from mmdesk.packs.reader import PackReader
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.questions import choose_prompt


class LocalEngine:
    """Loads the pack at once. Raises PackProblem, and UserProblem where the device is not there."""

    def __init__(self, pack: Path, device: str = "auto") -> None:
        # For networks this small a second thread gains little, and where another program wants its core
        # the two wait for each other. That core belongs to the window.
        torch.set_num_threads(1)
        reader = PackReader(pack, device)
        reader.let_go_of_training()
        self._pipeline = Pipeline(reader)

    @property
    def device(self) -> str:
        """ "cpu" or "cuda"."""
        return self._pipeline.reader.device.type

    def warm(self) -> Iterator[None]:
        """Steps of some tens of milliseconds at most, after which the first case is as quick as others."""
        for reader in ("raster", "audio"):
            importlib.import_module(f"mmdesk.media.{reader}")
            yield
        find_facts("", self._pipeline.reader.manifest.vocabulary)  # its patterns are compiled
        yield
        yield from self._pipeline.reader.warm()

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        """Raises PromptProblem here, before the first event."""
        asked = choose_prompt(self._pipeline.reader.manifest, case.prompt)
        return stream(self._pipeline, Analysis(case, asked), stop)


def stream(pipeline: Pipeline, analysis: Analysis, stop: StopToken) -> Iterator[Event]:
    """The pipeline's events, with a last one whatever happens. The one place with a broad except."""
    try:
        yield from pipeline.analyze(analysis, stop.check)
    except StopRequested:
        if analysis.stage in (Stage.LOCATE, Stage.SWEEP):  # the report is whole
            yield ReportReady(pipeline.report(analysis))
            return
        yield Stopped(analysis.stage, pipeline.report(analysis) if analysis.sources else None)
    except UserProblem as error:
        yield Failed(analysis.stage, f"{error.name}: {error.problem}", error.remedy)
    except Exception as error:
        problem = f"the program made a mistake while it tried to {analysis.stage} ({type(error).__name__})"
        remedy = "Please report it with its details."
        yield Failed(analysis.stage, problem, remedy, traceback.format_exc())
