"""Several cases read together by one pack."""

from collections.abc import Iterator, Sequence

from mmdesk import events
from mmdesk.case import Case
from mmdesk.engine import StopToken
from mmdesk.engine.local import stream
from mmdesk.errors import PromptProblem
from mmdesk.events import Failed, InputFailed, ReportWritten, Stage
from mmdesk.packs.reader import PackReader
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.questions import choose_prompt
from mmdesk.report import Report


class Together:
    def __init__(self, reader: PackReader) -> None:
        self._pipeline = Pipeline(reader)

    def read(self, cases: Sequence[Case]) -> list[Report | Failed]:
        """What came of each case, in their order; the reports show no maps."""
        return [self._read(case) for case in cases]

    def _read(self, case: Case) -> Report | Failed:
        try:
            asked = choose_prompt(self._pipeline.reader.manifest, case.prompt)
        except PromptProblem as problem:
            return Failed(None, f"{problem.name}: {problem.problem}", problem.remedy)
        return _outcome(stream(self._pipeline, Analysis(case, asked), StopToken()))


def _outcome(stream: Iterator[events.Event]) -> Report | Failed:
    broken = ""
    for event in stream:
        match event:
            case ReportWritten(report):
                return report
            case InputFailed(name=name, problem=problem):
                broken += f"{name}: {problem}; "
            case Failed(Stage.READ, problem, remedy, None):
                return Failed(Stage.READ, broken + problem, remedy)
            case Failed():
                return event
    raise RuntimeError("the analysis ended without a report")
