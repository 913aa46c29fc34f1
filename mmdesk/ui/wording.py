"""What cards and notices say, in the language of the window.

The engine and the readers of files know no Qt and speak English. Cards and notices keep those words, and
ask `said` for them again when the language changes: whatever they are given is English.
"""

import re
from functools import cache

from PySide6.QtCore import QCoreApplication

from mmdesk.ui.sentences import SENTENCES

_OWN_NAMES = ("typed text", "pasted text")  # of records that are no files; others stay as they are
_ENDS = (".", "…", "?", "!")


def said(text: str) -> str:
    """One of SENTENCES, or "NAME: sentence", in the language of the window; anything else as it came."""
    return _find(text) or text


def said_together(text: str, remedy: str) -> str:
    """What is wrong and what to do, as sentences of one line."""
    if not remedy:
        return said(text)
    first = text if text.endswith(_ENDS) else f"{text}."
    return QCoreApplication.translate("said", "{} {}").format(said(first), said(remedy))


def said_line(text: str) -> str:
    """What is said of a case of a list: problems behind each other, each perhaps with what to do."""
    return "; ".join(map(_said_problem, text.split("; ")))


def _said_problem(text: str) -> str:
    problem, _, remedy = text.rpartition(". ")
    return said_together(problem, remedy) if problem and _find(remedy) else said(text)


def _find(text: str) -> str | None:
    """A sentence that begins with what varies may take a name for it, and one that ends with it another
    sentence: what is surer is tried before."""
    whole, begun, open_ = _kinds()
    return (
        _filled(text, whole)
        or _two(text)
        or _filled(text, begun)
        or _of_a_thing(text)
        or _filled(text, open_)
        or _stopped(text)
    )


@cache
def _kinds() -> tuple[list[str], list[str], list[str]]:
    """SENTENCES from their first word to a full stop, those that only begin with a word, and the others;
    the most exact ones first."""
    whole: list[str] = []
    begun: list[str] = []
    open_: list[str] = []
    for sentence in sorted(SENTENCES, key=lambda sentence: -len(sentence.replace("{}", ""))):
        kind = open_ if sentence.startswith("{}") else whole if sentence.endswith(".") else begun
        kind.append(sentence)
    return whole, begun, open_


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """A full stop belongs to the sentence, not to what varies."""
    pattern = re.escape(sentence).replace(r"\{\}", "(.+?)")
    return re.compile(pattern if sentence.endswith(".") else rf"{pattern}(?<!\.)", re.DOTALL)


def _filled(text: str, sentences: list[str]) -> str | None:
    """A pattern is made only where it may fit: all of them together take longer than a frame."""
    for sentence in sentences:
        if text.startswith(sentence.partition("{}")[0]) and (match := _pattern(sentence).fullmatch(text)):
            parts = [said(part) for part in match.groups()]
            return QCoreApplication.translate("said", sentence).format(*parts)
    return None


def _of_a_thing(text: str) -> str | None:
    """NAME: sentence. A name may hold a colon, too."""
    for colon in reversed(list(re.finditer(": ", text))):
        name, sentence = text[: colon.start()], _find(text[colon.end() :])
        if sentence:
            name = said(name) if name in _OWN_NAMES else name
            return QCoreApplication.translate("said", "{}: {}").format(name, sentence)
    return None


def _stopped(text: str) -> str | None:
    """A problem that was given a full stop."""
    if text.endswith(".") and (sentence := _find(text[:-1])):
        return QCoreApplication.translate("said", "{}.").format(sentence)
    return None


def _two(text: str) -> str | None:
    first, _, second = text.partition("; ")
    if second and (one := _find(first)) and (other := _find(second)):
        return QCoreApplication.translate("said", "{}; {}").format(one, other)
    return None
