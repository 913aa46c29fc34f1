"""Several cases read side by side by one pack: pictures are encoded, and reports written, in batches."""

from collections.abc import Iterator, Sequence

import torch

from mmdesk import records
from mmdesk.case import Case
from mmdesk.errors import PromptProblem
from mmdesk.events import Event, Failed, InputFailed, Stage
from mmdesk.packs.reader import PackReader
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.plan import SectionPlan
from mmdesk.questions import choose_prompt
from mmdesk.reading import Read
from mmdesk.report import Report, Sentence
from mmdesk.sections import said, sentences

Under = tuple[Analysis, list[Read]]  # a case under way


class Together:
    def __init__(self, reader: PackReader) -> None:
        self._reader = reader

    def read(self, cases: Sequence[Case]) -> list[Report | Failed]:
        """What came of each case, in their order; the reports show no maps, and no sweeps. Nothing is kept of
        cases that were read before, so that a report does not depend on which they were."""
        self._pipeline = Pipeline(self._reader)
        self._reader.writer.forget()
        begun = [self._begin(case) for case in cases]
        under = [one for one in begun if not isinstance(one, Failed)]
        self._pipeline.encode_ahead([read for _, reads in under for read in reads])
        for analysis, reads in under:
            for stage in (
                self._pipeline.encode(analysis, reads, _go_on),
                self._pipeline.score(analysis, _go_on),
                self._pipeline.weigh(analysis, _go_on),
            ):
                _all_of(stage)
        self._write([analysis for analysis, _ in under])
        return [one if isinstance(one, Failed) else self._pipeline.report(one[0]) for one in begun]

    def _begin(self, case: Case) -> Under | Failed:
        try:
            asked = choose_prompt(self._reader.manifest, case.prompt)
        except PromptProblem as problem:
            return Failed(None, f"{problem.name}: {problem.problem}", problem.remedy)
        analysis, reads = Analysis(case, asked), list[Read]()
        told = _all_of(self._pipeline.read(analysis, reads, _go_on))
        if reads:
            return analysis, records.joined(reads)
        problems = [event for event in told if isinstance(event, InputFailed)]
        if not problems:
            return Failed(Stage.READ, "there is nothing to read", "Put a file into the case.")
        text = "; ".join(f"{event.name}: {event.problem}" for event in problems)
        return Failed(Stage.READ, text, problems[0].remedy)

    def _write(self, analyses: Sequence[Analysis]) -> None:
        reader = self._reader
        wanted = [(own, *said_there) for own in analyses for said_there in sentences(own, reader.manifest)]
        planned = [(own, part) for own, _, part in wanted if isinstance(part, SectionPlan)]
        if planned:
            fused = torch.cat([own.fused for own, _ in planned])
            written = dict(reader.write(fused, [plan for _, plan in planned], _go_on))
        numbers = iter(range(len(planned)))
        for own, section, part in wanted:
            if isinstance(part, Sentence):
                own.sentences.append(part)
            else:
                own.sentences += [said(own, section, part, one) for one in written[next(numbers)]]


def _all_of(stage: Iterator[Event]) -> list[Event]:
    return list(stage)


def _go_on() -> None:
    """Cases that are read together are not stopped in the middle."""
