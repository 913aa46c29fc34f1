"""pack.toml as types: what a pack reads, what it scores, for whom. No torch here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmdesk import codec
from mmdesk.case import Modality
from mmdesk.errors import PackProblem
from mmdesk.vocabulary import Vocabulary

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Examination:
    """Something an input can be. `noun` stands in sentences ("radiograph"), `plural` for several, and
    `plain` for any number in what a patient is told ("chest X-ray"). `accepts` are the words that a tag of
    a DICOM file may hold, by keyword; a keyword that is not there, any. `window` is the center and width of
    values that it is read through, where that is not as the file wants it shown."""

    name: str
    modality: Modality
    title: str
    noun: str
    plural: str
    plain: str = ""
    accepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    window: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Who the training data came from; ages in years, None where the data do not say."""

    text: str
    age_from: float | None = None
    age_to: float | None = None


@dataclass(frozen=True, slots=True)
class FindingSpec:
    """`low` and `high` are the thresholds on the calibrated probability; `prior` is the share in
    the training data; `temperature` and `bias` calibrate: sigmoid or softmax of logit / t + bias;
    `plain` is what a patient is told in place of the label, `words` are what a question may call it."""

    name: str
    label: str
    normal: bool = False
    prior: float = 0.5
    temperature: float = 1.0
    bias: float = 0.0
    low: float = 0.5
    high: float = 0.5
    plain: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Abnormal:
    """What all findings of an exclusive task are together, without the normal one: pneumonia, of any
    kind. It holds where the normal finding does not."""

    label: str
    plain: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One question put to a case. `exclusive`: exactly one of its findings holds (softmax), else
    each on its own (sigmoid). `carriers` are the inputs that can carry its findings, the first one
    is needed; `examination` names what that input must be; a record must state at least
    `facts_needed` of `facts`, and only those reach the task's scores. The thresholds of its findings
    were set for `sensitivity` at `low` and `specificity` at `high`, within the bounds that calibration
    sets to what counts as absent or present."""

    name: str
    question: str
    exclusive: bool
    carriers: tuple[Modality, ...]
    population: Population
    findings: tuple[FindingSpec, ...]
    examination: str | None = None
    abnormal: Abnormal | None = None
    facts: tuple[str, ...] = ()
    facts_needed: int = 0
    data: str = ""
    sensitivity: float = 0.95
    specificity: float = 0.95


@dataclass(frozen=True, slots=True)
class Prompt:
    """`sections` are written for this prompt; `asks` are the words that choose it. One that writes the
    section "answer" takes questions, and `asks` are examples of them."""

    name: str
    title: str
    sections: tuple[str, ...]
    asks: tuple[str, ...] = ()

    @property
    def is_question(self) -> bool:
        return "answer" in self.sections


@dataclass(frozen=True, slots=True)
class Measured:
    """One result as `mmdesk evaluate` printed it; the interval is 95%, by group; `topic` is the card's
    section."""

    task: str
    metric: str
    value: float
    low: float
    high: float
    groups: int
    split: str
    topic: str = "result"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`networks` holds the sizes of the parts as model/ defines them, checked when it is built."""

    format: int
    name: str
    version: str
    title: str
    intended_use: str
    licence: str
    networks: Mapping[str, Mapping[str, int | float | str]]
    examinations: tuple[Examination, ...]
    tasks: tuple[Task, ...]
    prompts: tuple[Prompt, ...]
    vocabulary: Vocabulary
    refuse_below: Mapping[Modality, float]
    measured: tuple[Measured, ...] = ()

    def examinations_of(self, modality: Modality) -> tuple[Examination, ...]:
        return tuple(item for item in self.examinations if item.modality == modality)

    def examination(self, name: str) -> Examination:
        return next(item for item in self.examinations if item.name == name)

    def task(self, name: str) -> Task:
        return next(item for item in self.tasks if item.name == name)

    @property
    def findings(self) -> tuple[FindingSpec, ...]:
        """All findings in the order of the network's outputs."""
        return tuple(finding for task in self.tasks for finding in task.findings)

    def columns(self, task: Task) -> slice:
        """Where the task's findings lie among the network's outputs."""
        start = 0
        for other in self.tasks:
            if other.name == task.name:
                break
            start += len(other.findings)
        return slice(start, start + len(task.findings))


def parse(data: Mapping[str, Any], name: str) -> Manifest:
    """Raises PackProblem where the manifest is of another format or does not fit."""
    if data.get("format") != FORMAT:
        raise PackProblem(
            name,
            f"the pack has format {data.get('format', 'none')}, this mmdesk reads format {FORMAT}",
            "Take a pack made for this version, or update mmdesk.",
        )
    try:
        manifest: Manifest = codec.decode(Manifest, dict(data))
    except (TypeError, ValueError, KeyError) as error:
        raise PackProblem(name, f"pack.toml does not fit: {error}", "Get the pack again.") from error
    return manifest


def read(folder: Path) -> Manifest:
    """The manifest of the pack in `folder`. Raises PackProblem."""
    path = folder / "pack.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = "there is no pack.toml in this folder"
        raise PackProblem(str(folder), problem, "Name the folder of a model pack.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackProblem(folder.name, f"pack.toml cannot be read: {error}", "Get the pack again.") from error
    return parse(data, folder.name)
