"""Whether a record says that a thing is there, denies it, or says it of somebody else.

Rules in the manner of NegEx (Chapman et al. 2001): words before and behind the thing, in its sentence.
"""

import re
from bisect import bisect_right

from mmdesk.media.text import matches

_WINDOW = 200  # characters looked at before a word; a longer sentence has lost its negation by then

_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n(?=[ \t]*(?:[^a-z\s]|\n))")
# A bare "not" reaches a few words; with the verbs in _NEGATION it begins a list, as "denies" does.
_NOT = re.compile(r"(?:\bnot|n't)\b(?! only)", re.IGNORECASE)
_NEAR = re.compile(r"(?:\W+\w+){0,5}\W*")
_NEGATION = re.compile(
    r"\b(?:no(?! (?:change|improvement|relief|increase|decrease|doubt|medication))|denie[sd]|deny(?:ing)?|"
    r"without|w/o|negatives?|never|neither|nor|absence of|absent|free of|lack(?:s|ed|ing)?|nil)\b"
    r"|(?:\bnot|n't)\b(?: (?:been|currently|recently|really))?"
    r" (?:have|had|having|report|reporting|reported|complain|complaining|experienc(?:e|ing|ed)|any)\b",
    re.IGNORECASE,
)
# Ends the reach of a negation: "no cough, but fever", "no rash and he has fever".
_CONTRAST = re.compile(
    r"\b(?:but|however|except|although|though|yet|apart from|other than|aside from|positive|"
    r"(?:presents|presented|presenting|complain\w*) (?:with|of)|due to|because|caused by)\b"
    r"|(?:,|\band\b|\bwho\b|(?<!that )\b(?:he|she|patient)\b)\s+(?:\w+\s+)?"
    r"(?:has|had|is|was|reports|reported|admits?|endorses|notes|noted|states|stated|developed|experienced)\b"
    r"(?! (?:not|never|no)\b)",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|in case of|should (?:he|she|you|they|there)|returns? (?:for|with)|risk (?:of|for)|"
    r"(?:watch|monitor|screen|screening|call|concern|looking|prn|as needed) for|to prevent|prevention of|"
    r"rule out|past (?:medical )?history|such as)\b",
    re.IGNORECASE,
)
_RELATIVE = (
    r"(?:mother|father|mom|mum|dad|parents?|brothers?|sisters?|siblings?|sons?|daughters?|wife|husband|spouse|"
    r"partner|uncle|aunt|cousin|grand(?:mother|father|parents?|son|daughter)|niece|nephew|family members?|"
    r"relatives?|roommate|coworkers?)(?:'s)?"
)
# A relative who has it; a relative who tells of it ("mother has noticed a fever") is a witness.
_FAMILY = re.compile(
    rf"\bfamily (?:medical )?history\b|\b{_RELATIVE}(?:,? (?:who|also|both))?,? "
    r"(?:has|had|have|with|is|was|were|died|suffer(?:s|ed)|developed|smokes)\b"
    r"(?! (?:also |been |being )?(?:notic|noted|not(?:es|ing)|report|observ|brought|giv|tried|concern|worr|"
    r"seen|said|stat|told|describ|measur|call|present|the historian))",
    re.IGNORECASE,
)
_RELATIVE_WORD = re.compile(rf"\b{_RELATIVE}(?!\w)", re.IGNORECASE)
_OF = re.compile(r",?(?: an?)?\s*", re.IGNORECASE)
_FAMILY_NEXT = re.compile(
    rf"[ -](?:\w+[ -]){{0,2}}{_RELATIVE}(?!\w)"
    r"|[^.;\n]{0,30}\b(?:maternal|paternal|mother's|father's) side\b",
    re.IGNORECASE,
)
_YES = re.compile(r"[ \t]{0,9}[:=|\t(][ \t]{0,9}(?:yes|y|present|positive|\+{1,3})(?!\w)", re.IGNORECASE)
_NO = re.compile(
    r"[ \t]{0,9}[:=|\t(-][ \t:=|-]{0,9}"
    r"(?:no(?! (?:change|improvement))|none|nil|absent|denie[sd]|negative|neg|n|-)(?!\w)"
    r"|[ \t]{0,3}\([ \t]?-"
    r"|[ \t](?:(?:is|was|were|are)[ \t])?(?:absent|denied|negative|ruled out|nil)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r",?[ \t](?:(?:has|have|had|is|was)[ \t])?(?:now |completely )?(?:resolved|subsided|gone)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(r"[ \t](?:\w+[ \t]){0,2}?(?:for|since|x)[ \t]", re.IGNORECASE)


class Context:
    """The words of one text that deny, doubt or attribute, found once; then asked about places in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.end() for found in matches(_SENTENCE_END, text)]
        self._nots = [found.end() for found in matches(_NOT, text)]
        self._negations = [found.end() for found in matches(_NEGATION, text)]
        self._contrasts = [found.end() for found in matches(_CONTRAST, text)]
        self._hypotheticals = [found.end() for found in matches(_HYPOTHETICAL, text)]
        self._families = [found.end() for found in matches(_FAMILY, text)]
        self._relatives = [found.end() for found in matches(_RELATIVE_WORD, text)]

    def is_negated(self, start: int, lists: bool = True) -> bool:
        """Whether the words before `start` deny what begins there.

        `lists`: a negation reaches over commas, as in "no cough, fever or chills".
        """
        floor = max(self._sentence(start), _last(self._contrasts, start))
        if not lists:
            floor = max(floor, self._text.rfind(",", floor, start))
        if _last(self._negations, start) > floor:
            return True
        bare = _last(self._nots, start)
        return bare > floor and _NEAR.fullmatch(self._text, bare, start) is not None

    def is_other(self, start: int, end: int) -> bool:
        """Whether text[start:end] is said of a relative, or of what might happen, not of the patient."""
        return _last(self._hypotheticals, start) > self._sentence(start) or self.is_relative(start, end)

    def is_relative(self, start: int, end: int) -> bool:
        """Whether text[start:end] is said of a relative: "mother has", "his 7-year-old son"."""
        sentence = self._sentence(start)
        if _last(self._families, start) > sentence:
            return True
        relative = _last(self._relatives, start)
        if relative > sentence and _OF.fullmatch(self._text, relative, start):
            return True
        return _FAMILY_NEXT.match(self._text, end) is not None

    def assertion(self, start: int, end: int) -> bool | None:
        """True where text[start:end] is stated of the patient, False where denied, None where neither."""
        if _YES.match(self._text, end):
            return True
        if _NO.match(self._text, end):
            return False
        if self.is_other(start, end) or _OVER.match(self._text, end):
            return None
        if not self.is_negated(start):
            return True
        # "No fever, cough for 3 days": a duration behind a comma speaks of what is there.
        return _DURATION.match(self._text, end) is not None and not self.is_negated(start, lists=False)

    def _sentence(self, place: int) -> int:
        """Where the sentence around `place` begins, or the window where it is too long."""
        return max(_last(self._ends, place), place - _WINDOW, 0)


def _last(places: list[int], limit: int) -> int:
    """The last of the sorted `places` up to `limit`, -1 where there is none."""
    index = bisect_right(places, limit)
    return places[index - 1] if index else -1
