"""What a report may say of a case, and what it has to: the scores and facts, against which its statements
are held."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mmdesk.case import Modality
from mmdesk.packs.manifest import Manifest, Task
from mmdesk.pipeline import Analysis
from mmdesk.plan import SAME_WITHIN, fact_slots, section_of
from mmdesk.report import Finding, Status
from mmdesk.training.extract import Statement

_SAID = re.compile(
    r"(?P<word>under|over|about|fewer than|more than)?\s*(?:(?P<percent>[\d.]+)%|(?P<of>\d+) in (?P<all>\d+))"
)
_THRESHOLDS = re.compile(r"(upper|lower|between the) thresholds? of (.+?%)(?: and (.+?%))?[,.]")
_RESTS = re.compile(r"rests on the (.+?)\.")
_INPUTS = {"image": Modality.IMAGE, "heart sound": Modality.AUDIO, "record": Modality.RECORD}


@dataclass(frozen=True, slots=True)
class Truth:
    """By name: scored findings, also those that a task's abnormal ones are together; the status and value
    of facts; the first and the last score of pictures to compare. `wanted` are names that the asked
    sections have to state."""

    findings: Mapping[str, Finding]
    facts: Mapping[str, tuple[str, str]]
    changes: Mapping[str, tuple[Finding, Finding]]
    wanted: frozenset[str]

    def mistake(self, statement: Statement) -> str | None:
        """`hallucinated` for what was not scored or is not in the record; `wrong` for another status or
        figure, for what is unclear, and for calling unknown what is known; else None."""
        known = self._known(statement.kind)
        if statement.status == "unsaid":
            return "wrong" if statement.name in known else None
        if statement.name not in known:
            return "hallucinated"
        if statement.kind == "change":
            return None if self._changed(statement) else "wrong"
        if statement.kind == "finding":
            finding = self.findings[statement.name]
            right = statement.status == finding.status and states(statement.value, finding.probability)
        else:
            right = (statement.status, statement.value) == self.facts[statement.name]
        return None if right else "wrong"

    def _known(self, kind: str) -> Mapping[str, object]:
        return {"finding": self.findings, "change": self.changes}.get(kind, self.facts)

    def _changed(self, statement: Statement) -> bool:
        first, last = self.changes[statement.name]
        said = statement.value.split(",")
        rise = last.probability - first.probability
        direction = {
            "appeared": (first.status, last.status) == (Status.ABSENT, Status.PRESENT) and rise > SAME_WITHIN,
            "gone": (first.status, last.status) == (Status.PRESENT, Status.ABSENT) and -rise > SAME_WITHIN,
            "more likely": rise > SAME_WITHIN,
            "less likely": -rise > SAME_WITHIN,
            "unchanged": abs(rise) <= SAME_WITHIN,
        }
        figures = len(said) == 2 and states(said[0], first.probability) and states(said[1], last.probability)
        return figures and direction.get(statement.status or "", False)

    def reason_holds(self, sentence: str, name: str) -> bool:
        """Whether the thresholds that a sentence compares a finding with are the finding's own."""
        found = _THRESHOLDS.search(sentence)
        finding = self.findings.get(name)
        if found is None or finding is None:
            return False
        if found[1] == "between the":
            return states(found[2], finding.low) and states(found[3] or "", finding.high)
        return states(found[2], finding.high if found[1] == "upper" else finding.low)


def states(said: str, probability: float) -> bool:
    """Whether the figure in `said` is the probability, as nearly as it is written; so is none at all."""
    found = _SAID.search(said)
    if found is None:
        return not said
    figure = float(found["percent"]) / 100 if found["percent"] else int(found["of"]) / int(found["all"])
    if found["word"] in ("under", "fewer than"):
        return probability < figure
    if found["word"] in ("over", "more than"):
        return probability > figure
    decimals = len((found["percent"] or "").partition(".")[2])
    within = 0.05 if found["word"] == "about" else 0.005 / 10**decimals
    return abs(probability - figure) <= within + 1e-6


def rests_on(sentence: str) -> frozenset[Modality] | None:
    """The inputs that an answer says it rests on, None where the sentence says nothing of it."""
    found = _RESTS.search(sentence)
    return frozenset(_INPUTS[name] for name in found[1].split(" and the ")) if found else None


def truth_of(analysis: Analysis, manifest: Manifest) -> Truth:
    findings = {finding.name: finding for finding in analysis.findings}
    for task in manifest.tasks:
        if task.abnormal and task.findings[0].name in findings:
            findings[task.abnormal.label] = _together(task, findings)
    facts = {
        slot.name: (slot.status, slot.text.removeprefix(slot.label).strip())
        for slot in fact_slots(analysis.facts, manifest.vocabulary).values()
    }
    changes = {
        first.name: (first, last)
        for alone in analysis.alone.values()
        if len(alone) > 1
        for first, last in zip(alone[0][1], alone[-1][1], strict=True)
        if not first.normal
    }
    wanted: set[str] = set()
    for section in analysis.prompt.sections:
        wanted |= _wanted(section, analysis, manifest, findings, facts)
    return Truth(findings, facts, changes, frozenset(wanted | (changes.keys() if changes else set())))


def _together(task: Task, findings: Mapping[str, Finding]) -> Finding:
    """What the task's findings without the normal one are together: it holds where that does not."""
    assert task.abnormal is not None
    normal = next(findings[spec.name] for spec in task.findings if spec.normal)
    return Finding(
        task.abnormal.label, task.abnormal.label, task.name, 1 - normal.probability,
        1 - normal.high, 1 - normal.low, normal.inputs,
    )  # fmt: skip


def _wanted(
    section: str, analysis: Analysis, manifest: Manifest, findings: Mapping[str, Finding],
    facts: Mapping[str, tuple[str, str]],
) -> set[str]:  # fmt: skip
    # A normal finding that is absent is said by what is present instead.
    instead = {f.task for f in analysis.findings if f.status == Status.PRESENT}
    told = {
        f.name
        for f in analysis.findings
        if not (f.normal and f.status == Status.ABSENT and f.task in instead)
    }
    if section == "impression":
        return {f.name for f in analysis.findings if f.status != Status.ABSENT}
    if section == "plain":
        return _wanted_plain(manifest, findings, told) | {
            name for name, (status, _) in facts.items() if status in ("high", "low", "normal")
        }
    if section == "answer":
        return _wanted_answer(analysis, manifest, findings, facts)
    own = {f.name for f in analysis.findings if section_of(manifest.task(f.task).carriers) == section}
    return (own & told) | (set(facts) if section == Modality.RECORD else set())


def _wanted_plain(manifest: Manifest, findings: Mapping[str, Finding], told: set[str]) -> set[str]:
    """Where a task's abnormal findings are told together, their kinds count only if that is not absent."""
    wanted = set()
    for task in manifest.tasks:
        kinds = {spec.name for spec in task.findings} & told
        together = findings.get(task.abnormal.label) if task.abnormal else None
        if together is not None:
            wanted.add(together.name)
            kinds -= {spec.name for spec in task.findings if spec.normal}
        if together is None or together.status != Status.ABSENT:
            wanted |= kinds
    return wanted


def _wanted_answer(
    analysis: Analysis, manifest: Manifest, findings: Mapping[str, Finding],
    facts: Mapping[str, tuple[str, str]],
) -> set[str]:  # fmt: skip
    wanted = set()
    for named in analysis.asked.about:
        together = [
            task.abnormal.label for task in manifest.tasks if task.name in named.tasks and task.abnormal
        ]
        wanted |= {name for name in (*together, *named.findings) if name in findings}
        wanted |= {name for name in named.facts if name in facts}
    return wanted
