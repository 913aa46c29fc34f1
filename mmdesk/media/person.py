"""Age and sex of the person a record is about: "4-year-old boy", "58M", "F/61".

These are read apart from other terms, since a value stands before its name, the two stick together,
and a record names other people too. A vocabulary without the terms `age` and `sex` has no such person.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from mmdesk.media.assertions import Context
from mmdesk.media.mentions import Stated
from mmdesk.media.quantities import unit_pattern
from mmdesk.media.text import matches
from mmdesk.vocabulary import Scale, Term, Vocabulary

# Behind these an age is that of an event: "at 12 years of age".
_EVENT = re.compile(r"\b(?:at|since|until|till|from|by|when|for|last)\s(?:about\s|the\s)?$", re.IGNORECASE)
_NEAR = 40  # characters between an age and the sex that goes with it


class PersonReader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        terms = {term.name: term for term in vocabulary.terms}
        self._age, self._sex = terms.get("age"), terms.get("sex")
        self._behind = [(term, _value_first(term), _scales(term)) for term in vocabulary.terms if term.after]
        if self._age and self._sex:
            self._values = _sex_words(self._sex)
            words = "|".join(
                re.escape(word) if len(word) == 1 else f"(?i:{re.escape(word)})"
                for word in sorted(self._values, key=len, reverse=True)
            )
            self._letter = re.compile(rf"[ \t,/-]{{0,3}}(?P<sex>{words})(?![\w'-])")
            start = r"(?:^[ \t]{0,3}|[.;][ \t]{1,3}|\(|\b(?i:an?|patient|pt):?[ \t]{1,3})"
            self._joined = (
                re.compile(
                    rf"{start}(?P<age>\d{{1,3}})[ \t-]?(?i:yrs?|years?|y)?[ \t/,-]{{0,3}}"
                    rf"(?P<sex>{words})(?![\w-]| (?:FDG|Foley|French|catheter))",
                    re.M,
                ),
                re.compile(
                    rf"{start}(?P<sex>{words})[ \t]?[/,]?[ \t]?(?i:aged[ \t])?(?P<age>\d{{1,3}})"
                    r"(?=[ \t]?(?i:yrs?|years?|y)\b|[ \t]{0,3}(?:$|[,;:)]|\.(?!\d)))",
                    re.M,
                ),
            )

    def read(self, text: str) -> Iterator[Stated]:
        """Values that stand before their names, and ages and sexes joined to each other."""
        for term, pattern, scales in self._behind:
            for found in matches(pattern, text):
                if stated := self._value(text, term, found, scales):
                    yield stated
        if self._age and self._sex:
            for found in (found for pattern in self._joined for found in matches(pattern, text)):
                if _within(self._age, age := float(found["age"])):
                    yield Stated(self._age, age, found.span("age"), sure=True)
                    yield self._sex_at(self._sex, found)

    def choose(self, text: str, context: Context, stated: Sequence[Stated]) -> list[Stated]:
        """`stated` with one age and one sex, those of the patient, and the sex said in one letter."""
        if self._age is None or self._sex is None:
            return list(stated)
        people = [item for item in stated if item.term is self._age or item.term is self._sex]
        own = [item for item in people if not context.is_relative(*item.span)]
        ages = [item for item in own if item.term is self._age]
        sexes = [item for item in own if item.term is self._sex]
        letters = (self._letter.match(text, age.span[1]) for age in ages)
        sexes += [self._sex_at(self._sex, found) for found in letters if found]
        sexes.sort(key=lambda item: (not (item.sure or _near(text, item, ages[:1])), item.span))
        others = [item for item in stated if item.term is not self._age and item.term is not self._sex]
        return others + ages[:1] + sexes[:1]

    def _sex_at(self, sex: Term, found: re.Match[str]) -> Stated:
        return Stated(sex, self._values[_cased(found["sex"])], found.span("sex"), sure=True)

    def _value(self, text: str, term: Term, found: re.Match[str], scales: dict[str, Scale]) -> Stated | None:
        if term is self._age and _EVENT.search(text, max(0, found.start() - 16), found.start()):
            return None
        value = 0.0
        for number, words in (("first", "unit"), ("number", "after")):
            if found[number]:
                scale = scales.get(_squeezed(found[words]))
                if scale is None:
                    return None
                value += float(found[number].replace(",", ".")) * scale.factor + scale.offset
        value = round(value, term.decimals)
        return Stated(term, value, found.span(), sure=True) if _within(term, value) else None


def _value_first(term: Term) -> re.Pattern[str]:
    """A number and the words that name it from behind, perhaps after a larger unit: 3 years 4 months old."""
    after = _alternatives(term.after or {})
    units = _alternatives({term.unit or "": Scale(1.0), **(term.units or {})})
    return re.compile(
        rf"(?<![\w.,/·-])(?:(?P<first>\d{{1,3}})[ \t-]?(?P<unit>{units})[ \t,-]{{1,3}}(?:and )?)?"
        rf"(?P<number>\d{{1,3}}(?:[.,]\d{{1,2}})?)[ \t\n-]{{0,2}}(?P<after>{after})(?!\w)",
        re.IGNORECASE,
    )


def _scales(term: Term) -> dict[str, Scale]:
    spellings = {term.unit or "": Scale(1.0), **(term.units or {}), **(term.after or {})}
    return {_squeezed(words): scale for words, scale in spellings.items()}


def _alternatives(spellings: Mapping[str, Scale]) -> str:
    return "|".join(unit_pattern(words) for words in sorted(spellings, key=len, reverse=True))


def _squeezed(words: str) -> str:
    return re.sub(r"[\s-]", "", words).lower()


def _sex_words(sex: Term) -> dict[str, str]:
    """Word → value: single capitals as they are, longer words in lower case."""
    pairs = [(word, value) for value, words in (sex.answers or {}).items() for word in words]
    return {_cased(word): value for word, value in pairs if len(word) > 1 or word.isupper()}


def _cased(word: str) -> str:
    return word if len(word) == 1 else word.lower()


def _within(term: Term, value: float) -> bool:
    low, high = term.limits or (value, value)
    return low <= value <= high


def _near(text: str, sex: Stated, ages: Sequence[Stated]) -> bool:
    gaps = (text[age.span[1] : sex.span[0]] for age in ages if 0 <= sex.span[0] - age.span[1] <= _NEAR)
    return any(not re.search(r"[.;\n]", gap) for gap in gaps)
