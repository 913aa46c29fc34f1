"""Vocabulary: the terms a pack understands in a record, with their units, ranges and words."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Reference range in the term's unit, None where open; the first that fits the person counts."""

    low: float | None = None
    high: float | None = None
    sex: str | None = None
    age_from: float = 0.0
    age_to: float = 200.0


@dataclass(frozen=True, slots=True)
class Scale:
    """value in the term's unit = value × factor + offset."""

    factor: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a record may state; `plain` is what a patient may call it, where the label is no word for
    patients.

    kind: `number` (value and unit), `category` (one of `categories`, a mapping from value to the
    words for it) or `complaint` (there or denied). `words` are what a record may call it, `unlike`
    longer phrases with such a word that mean something else ("birth weight"); `codes` are LOINC codes of it
    in laboratory files.

    Numbers: `units` are other units and how to convert them; a number outside `limits` is not taken,
    nor is one without a unit outside `unitless`; `after` are words that name a value from behind
    ("4-year-old"); `pair` is the term which takes the number behind a slash ("120/80").
    Categories: `answers` are words for a value which count only behind the term's own ("sex: M").
    Complaints: the category `denied` has words which deny it by themselves ("afebrile").
    """

    name: str
    label: str
    kind: str
    words: tuple[str, ...] = ()
    unit: str | None = None
    units: Mapping[str, Scale] | None = None
    ranges: tuple[Range, ...] = ()
    limits: tuple[float, float] | None = None
    unitless: tuple[float, float] | None = None
    after: Mapping[str, Scale] | None = None
    pair: str | None = None
    categories: Mapping[str, tuple[str, ...]] | None = None
    answers: Mapping[str, tuple[str, ...]] | None = None
    unlike: tuple[str, ...] = ()
    plain: str = ""
    decimals: int = 1
    codes: tuple[str, ...] = ()

    def range_for(self, sex: str | None, age: float | None) -> Range | None:
        """The first range that fits; one that asks for sex or age fits nobody of unknown sex or age."""
        for item in self.ranges:
            bounded = item.age_from > 0.0 or item.age_to < 200.0
            if item.sex is not None and item.sex != sex:
                continue
            if bounded and (age is None or not item.age_from <= age < item.age_to):
                continue
            return item
        return None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    terms: tuple[Term, ...]

    def __hash__(self) -> int:
        return hash(tuple(term.name for term in self.terms))  # a term holds mappings, which have no hash

    def __getitem__(self, name: str) -> Term:
        return next(term for term in self.terms if term.name == name)
