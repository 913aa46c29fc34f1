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


def _find(text: str) -> str | None:
    """A sentence that begins with what varies may take a name for it: the name is looked for before."""
    closed, open_ = _patterns()
    return _filled(text, closed) or _of_a_thing(text) or _filled(text, open_) or _glued(text)


@cache
def _patterns() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], ...]:
    """SENTENCES as patterns: those that begin with a word, and the others; the most exact ones first."""
    exact_first = sorted(SENTENCES, key=lambda sentence: -len(sentence.replace("{}", "")))
    made = [
        (sentence, re.compile(re.escape(sentence).replace(r"\{\}", "(.+?)"), re.DOTALL))
        for sentence in exact_first
    ]
    closed = tuple(item for item in made if not item[0].startswith("{}"))
    return closed, tuple(item for item in made if item[0].startswith("{}"))


def _filled(text: str, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    for sentence, pattern in patterns:
        if match := pattern.fullmatch(text):
            parts = [said(part) for part in match.groups()]
            return QCoreApplication.translate("said", sentence).format(*parts)
    return None


def _of_a_thing(text: str) -> str | None:
    """NAME: sentence. A name may hold a colon, too."""
    for colon in re.finditer(": ", text):
        name, sentence = text[: colon.start()], _find(text[colon.end() :])
        if sentence:
            name = said(name) if name in _OWN_NAMES else name
            return QCoreApplication.translate("said", "{}: {}").format(name, sentence)
    return None


def _glued(text: str) -> str | None:
    """A problem that was given a full stop, or two of them."""
    if text.endswith(".") and (sentence := _find(text[:-1])):
        return QCoreApplication.translate("said", "{}.").format(sentence)
    first, _, second = text.partition("; ")
    if second and (_find(first) or _find(second)):
        return QCoreApplication.translate("said", "{}; {}").format(said(first), said(second))
    return None
