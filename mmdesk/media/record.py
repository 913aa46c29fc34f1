"""The record: text to facts and to words."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mmdesk.case import Fact, Flag
from mmdesk.media.assertions import Context
from mmdesk.media.mentions import NAME, UNLIKE, Lexicon, Mention, Stated, Word
from mmdesk.media.person import PersonReader
from mmdesk.media.quantities import NumberReader
from mmdesk.vocabulary import Term, Vocabulary

NUMBER_WORD = "<number>"

_WORD = re.compile(r"(?P<number>\d+(?:[.,·]\d+)*)|[^\W\d_]\w*")
# Character for character, so that places stay the same.
_PLAIN = str.maketrans(
    dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    | dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
    | {
        "\u2018": "'",
        "\u2019": "'",
        "\u00d7": "x",
        "\u2715": "x",
        "\u03bc": "µ",
        "\u00ba": "°",
        "\u02da": "°",
    }
)


def words(text: str) -> list[str]:
    """Words in lower case; every number is NUMBER_WORD, since its value goes another way, as a fact."""
    return [NUMBER_WORD if found["number"] else found.group() for found in _WORD.finditer(text.lower())]


def find_facts(text: str, vocabulary: Vocabulary) -> tuple[Fact, ...]:
    """What the text states of the vocabulary's terms, in order of place; of age and sex, the patient's."""
    parser = _parser(vocabulary)
    text = text.translate(_PLAIN)
    context = Context(text)
    stated = parser.person.choose(text, context, _apart(parser.stated(text, context)))
    known = {item.term.name: item.value for item in stated if item.term.name in ("age", "sex")}
    sex, age = known.get("sex"), known.get("age")
    return tuple(
        _fact(item, sex if isinstance(sex, str) else None, age if isinstance(age, float) else None)
        for item in sorted(stated, key=lambda item: item.span)
    )


def _fact(item: Stated, sex: str | None, age: float | None) -> Fact:
    if not isinstance(item.value, float):
        return Fact(item.term.name, item.value, span=item.span)
    limits = item.range
    if limits is None and (usual := item.term.range_for(sex, age)):
        limits = (usual.low, usual.high)
    flag = flag_of(item.value, limits) if limits else None
    return Fact(item.term.name, item.value, item.term.unit, limits, flag, item.span)


def flag_of(value: float, limits: tuple[float | None, float | None]) -> Flag:
    """Where a value lies against (low, high), both within."""
    low, high = limits
    if low is not None and value < low:
        return Flag.LOW
    return Flag.HIGH if high is not None and value > high else Flag.NORMAL


def _apart(stated: Iterable[Stated]) -> list[Stated]:
    """In order of place, without what overlaps an earlier statement of the same term."""
    kept: list[Stated] = []
    ends: dict[str, int] = {}
    for item in sorted(stated, key=lambda item: item.span):
        if item.span[0] >= ends.get(item.term.name, 0):
            kept.append(item)
            ends[item.term.name] = item.span[1]
    return kept


class _Parser:
    """The patterns of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.person = PersonReader(vocabulary)
        self._lexicon = Lexicon(vocabulary)
        self._terms = {term.name: term for term in vocabulary.terms}
        self._numbers = {term.name: NumberReader(term) for term in vocabulary.terms if term.kind == "number"}
        self._answers = {term.name: _answer_pattern(term) for term in vocabulary.terms if term.answers}

    def stated(self, text: str, context: Context) -> Iterator[Stated]:
        yield from self.person.read(text)
        for mention in self._lexicon.mentions(text):
            for word in mention.words:
                if word.role == UNLIKE:
                    continue
                if word.term.kind == "number":
                    yield from self._number(text, mention, word)
                elif word.term.kind == "category":
                    yield from self._category(text, context, mention, word)
                else:
                    yield from _complaint(context, mention, word)

    def _number(self, text: str, mention: Mention, word: Word) -> Iterator[Stated]:
        term, reader = word.term, self._numbers[word.term.name]
        if term.pair and (pair := reader.pair(text, mention.end)):
            values, other = pair, self._terms[term.pair]
            for part, value in ((term, values[0]), (other, values[1])):
                if part.limits is None or part.limits[0] <= value <= part.limits[1]:
                    yield Stated(part, value, (mention.start, values[2]))
            return
        found = reader.behind(text, mention.end)
        # One letter is too little to name a bare integer: "K 4.1", not "T 12".
        if found and (found.sure or len(word.text) > 1):
            yield Stated(term, found.value, (mention.start, found.end), found.range)

    def _category(self, text: str, context: Context, mention: Mention, word: Word) -> Iterator[Stated]:
        term, span = word.term, (mention.start, mention.end)
        yes, no = _value_of(term, "yes"), _value_of(term, "no")
        named = word.role == NAME
        answers = self._answers.get(term.name) if named or word.value == yes else None
        if answers and (answer := answers.match(text, mention.end)):
            value = _value_of(term, answer["wide"] or answer["narrow"])
            yield Stated(term, value, (mention.start, answer.end()), sure=True)
            return
        if context.is_other(*span):
            return
        # A thing is denied in a list ("denies alcohol, tobacco"), a person is not ("no alcohol, smoker").
        deniable = bool(no) and (named or word.value == yes)
        if deniable and context.is_negated(mention.start, lists=named):
            yield Stated(term, no, span)
        elif not named:
            yield Stated(term, word.value, span)


def _complaint(context: Context, mention: Mention, word: Word) -> Iterator[Stated]:
    span = (mention.start, mention.end)
    there = context.assertion(*span)
    if word.role == NAME and there is not None:
        yield Stated(word.term, there, span)
    elif word.role != NAME and there:
        yield Stated(word.term, False, span)


def _value_of(term: Term, answer: str) -> str:
    """The category that an answer stands for, or ""."""
    for value, texts in (term.answers or {}).items():
        if answer.lower() in (text.lower() for text in texts):
            return value
    return ""


def _answer_pattern(term: Term) -> re.Pattern[str]:
    """An answer behind a colon or in the next column; a single capital also behind a blank ("Sex F")."""
    texts = sorted({text for group in (term.answers or {}).values() for text in group}, key=len, reverse=True)
    wide = "|".join(map(re.escape, texts))
    capitals = "|".join(text for text in texts if len(text) == 1 and text.isupper()) or "(?!)"
    return re.compile(
        rf"[ \t]{{0,30}}+(?:[:=|(\t-][ \t|:=-]{{0,30}}+(?P<wide>(?i:{wide}))"
        rf"|(?<=[ \t])(?P<narrow>{capitals}))(?![\w-])"
    )


@lru_cache(maxsize=8)
def _parser(vocabulary: Vocabulary) -> _Parser:
    return _Parser(vocabulary)
