"""Where the words of a vocabulary occur in a text, and what is read at such a place."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from mmdesk.vocabulary import Term, Vocabulary

NAME, VALUE, UNLIKE = "name", "value", "unlike"
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a term. role: NAME, VALUE (of the category `value`) or UNLIKE (means something else)."""

    text: str
    term: Term
    role: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    end: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text states of a term at a place; `sure` where that can hardly be said of another person."""

    term: Term
    value: float | bool | str
    span: tuple[int, int]
    range: tuple[float | None, float | None] | None = None
    sure: bool = False


class Lexicon:
    """Finds words by a look-up of the letters they begin with, so that time grows with the text alone."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words: dict[str, list[Word]] = defaultdict(list)
        for word in (word for term in vocabulary.terms for word in _words(term)):
            self._words[_key(word.text)].append(word)
        by_start: dict[str, list[str]] = defaultdict(list)
        for key in sorted(self._words, key=len, reverse=True):
            by_start[_LETTERS.findall(key)[0]].append(_flexible(key))
        self._patterns = {
            start: re.compile(rf"(?:{'|'.join(parts)})(?![^\W\d_])", re.IGNORECASE)
            for start, parts in by_start.items()
        }

    def mentions(self, text: str) -> Iterator[Mention]:
        """Mentions in order, the longest at each place, none inside another."""
        done = 0
        for letters in _LETTERS.finditer(text):
            start = letters.start()
            pattern = self._patterns.get(letters.group().lower())
            if start < done or pattern is None or _inside_word(text, start):
                continue
            if found := pattern.match(text, start):
                done = found.end()
                words = self._words.get(_key(found.group()), [])
                yield Mention(start, done, tuple(word for word in words if _fits(word, text, found)))


def _words(term: Term) -> Iterator[Word]:
    yield from (Word(text, term, NAME) for text in term.words)
    yield from (Word(text, term, UNLIKE) for text in term.unlike)
    for value, texts in (term.categories or {}).items():
        yield from (Word(text, term, VALUE, value) for text in texts)


def _key(text: str) -> str:
    return re.sub(r"[\s-]+", " ", text).lower()


def _flexible(key: str) -> str:
    return re.escape(key).replace(r"\ ", r"[ \t\n-]{1,3}")


def _inside_word(text: str, start: int) -> bool:
    before = text[max(0, start - 5) : start]
    return before.lower().endswith(("non-", "anti-")) or before[-1:].isalnum() or before[-1:] == "_"


def _fits(word: Word, text: str, found: re.Match[str]) -> bool:
    """Digits may stick to the name of a number ("HR87"); "Mr" is not "MR", and "K" is not "k"."""
    if word.term.kind == "number":
        return len(word.text) > 1 or found.group() == word.text
    alone = not text[found.end() : found.end() + 1].isalnum()
    return alone and (len(word.text) > 2 or found.group() == word.text)
