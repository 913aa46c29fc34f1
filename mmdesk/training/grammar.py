"""Report grammar: writes the sentence templates of a section plan from a file of phrasings.

The report writer learns from these templates and is later compared with this class. Both get the
same plan, so what the decoder adds to a grammar can be measured.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Self

from mmdesk import codec
from mmdesk.errors import TrainingProblem
from mmdesk.plan import CHANGES, SectionPlan, Slot

PLACEHOLDER = "{slots}"
FEWEST = {"finding": 24, "fact": 20, "change": 20}
FEWEST_WITHHELD = 4
FINDING_ORDER = ("present", "not sure", "absent")
FACT_ORDER = ("stated", "reported", "denied", "high", "low", "normal")
# What has to be sayable where. Plain words leave out what the patient has said; "instead" says what fits
# better than what was asked about, which nothing absent does.
SAYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "finding": dict.fromkeys(("image", "audio", "record", "impression", "plain", "answer"), FINDING_ORDER)
    | {"instead": ("present", "not sure")},
    "fact": dict.fromkeys(("record", "impression"), FACT_ORDER)
    | {"plain": ("high", "low", "normal"), "answer": ("reported", "denied")},
    "change": {"change": CHANGES},
}


class GrammarProblem(TrainingProblem, ValueError):
    """A grammar file that the report writer cannot learn from."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sentence. `most` slots at most stand in one; `source` says what it rests on."""

    name: str
    sections: tuple[str, ...]
    status: str
    carries: str
    most: int
    joiner: str
    source: str
    phrasings: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    sentence: tuple[Kind, ...]

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Raises GrammarProblem where the file cannot be understood or breaks a rule of `check`."""
        path = Path(path)
        try:
            grammar: Self = codec.decode(cls, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, TypeError, ValueError, KeyError) as error:
            raise GrammarProblem(path.name, f"not a grammar: {error}", "Mend the file.") from error
        check(grammar)
        return grammar

    def kind(self, section: str, carries: str, status: str) -> Kind:
        """Raises GrammarProblem where no sentence may say that in this section."""
        for kind in self.sentence:
            if section in kind.sections and (kind.carries, kind.status) == (carries, status):
                return kind
        raise GrammarProblem(section, f"no sentence says that a {carries} is {status}", "Add one.")

    def write(self, plan: SectionPlan, random: Random, withheld: bool = False) -> list[str]:
        """Templates that state every slot of `plan` once, facts first in the record and last elsewhere."""
        facts = [("fact", status) for status in FACT_ORDER]
        findings = [("finding", status) for status in FINDING_ORDER]
        order = facts + findings if plan.name == "record" else findings + facts
        order += [("change", status) for status in CHANGES]
        templates = []
        for carries, status in order:
            tokens = [s.token for s in plan.slots if (_carrier(s), s.status) == (carries, status)]
            if tokens:
                kind = self.kind(plan.name, carries, status)
                templates += _sentences(kind, tokens, random, withheld)
        return templates

    def one(self, plan: SectionPlan, random: Random) -> str:
        """One template that lists all slots of a plan whose slots share a status."""
        first = plan.slots[0]
        kind = self.kind(plan.name, _carrier(first), first.status)
        listed = join([slot.token for slot in plan.slots], kind.joiner)
        return random.choice(kind.phrasings).replace(PLACEHOLDER, listed)


def _carrier(slot: Slot) -> str:
    return slot.token[1:].partition(":")[0]


def _sentences(kind: Kind, tokens: Sequence[str], random: Random, withheld: bool) -> list[str]:
    phrasings = kind.withheld if withheld else kind.phrasings
    # No phrasing comes back before all have been used: a section should not repeat itself.
    shuffled = cycle(random.sample(phrasings, len(phrasings)))
    sentences = []
    while tokens:
        # The larger of two draws: lists read better than a run of short sentences.
        size = max(random.randint(1, kind.most), random.randint(1, kind.most))
        sentences.append(next(shuffled).replace(PLACEHOLDER, join(tokens[:size], kind.joiner)))
        tokens = tokens[size:]
    return sentences


def join(tokens: Sequence[str], joiner: str) -> str:
    """("a", "b", "c") → "a, b and c"."""
    if len(tokens) == 1:
        return tokens[0]
    return f"{', '.join(tokens[:-1])} {joiner} {tokens[-1]}"


def check(grammar: Grammar) -> None:
    """Raises GrammarProblem where a kind is too poor, malformed or not separate from what is withheld."""
    for kind in grammar.sentence:
        problem = _problem(kind)
        if problem:
            raise GrammarProblem(kind.name, problem, "Mend the sentence kind.")
    said: set[tuple[str, str, str]] = set()
    for kind in grammar.sentence:
        says = {(section, kind.carries, kind.status) for section in kind.sections}
        if says & said:
            raise GrammarProblem(kind.name, "another kind says the same in the same section", "Join them.")
        said |= says
    for carries, sections in SAYS.items():
        for section, statuses in sections.items():
            for status in statuses:
                grammar.kind(section, carries, status)


def _problem(kind: Kind) -> str | None:
    if kind.carries not in FEWEST or kind.joiner not in ("and", "or") or kind.most < 1:
        return "carries, joiner or most has a value without a meaning"
    fewest = FEWEST[kind.carries]
    if len(kind.phrasings) < fewest or len(kind.withheld) < FEWEST_WITHHELD:
        return f"fewer than {fewest} phrasings or than {FEWEST_WITHHELD} withheld"
    every = [phrasing.casefold() for phrasing in kind.phrasings + kind.withheld]
    for phrasing in every:
        if phrasing.count("{") != 1 or phrasing.count(PLACEHOLDER) != 1 or not phrasing.endswith("."):
            return f"{phrasing!r} needs {PLACEHOLDER} once and a final period"
        if every.count(phrasing) > 1:
            return f"{phrasing!r} stands twice"
    return None
