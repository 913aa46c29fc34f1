"""Whether a record says that a thing is there, denies it, or says it of somebody else.

Rules in the manner of NegEx (Chapman et al. 2001): words before and behind the thing, in its sentence.
"""

import re

_WINDOW = 200  # characters looked at before a word; a longer sentence has lost its negation by then

_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n(?=[ \t]*(?:[^a-z\s]|\n))")
# A bare "not" reaches a few words; with these verbs it begins a list, as "denies" does.
_NOT = r"(?:\bnot|n't)\b"
_NOT_NEAR = re.compile(rf"{_NOT}(?! only)(?:\W+\w+){{0,5}}\W*$", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:no(?! (?:change|improvement|relief|increase|decrease|doubt|medication))|denie[sd]|deny(?:ing)?|without|"
    r"w/o|negatives?|never|neither|nor|absence of|absent|free of|lack(?:s|ed|ing)?|nil)\b"
    rf"|{_NOT}(?: (?:been|currently|recently|really))?"
    r" (?:have|had|having|report|reporting|reported|complain|complaining|experience|experiencing|experienced|any)\b",
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
    r"(?! (?:also |been |being )?(?:notic|noted|not(?:es|ing)|report|observ|brought|giv|tried|concern|worr|seen|"
    r"said|stat|told|describ|measur|call|present|the historian))"
    rf"|\b{_RELATIVE},?(?: an?)?\s*$",
    re.IGNORECASE,
)
_FAMILY_NEXT = re.compile(
    rf"[ -](?:\w+[ -]){{0,2}}{_RELATIVE}(?!\w)|[^.;\n]{{0,30}}\b(?:maternal|paternal|mother's|father's) side\b",
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


def is_negated(text: str, start: int, lists: bool = True) -> bool:
    """Whether the words before `start` deny what begins there.

    `lists`: a negation reaches over commas, as in "no cough, fever or chills".
    """
    before = _sentence_before(text, start)
    reach = before[max((found.end() for found in _CONTRAST.finditer(before)), default=0) :]
    if not lists:
        reach = reach.rpartition(",")[2]
    return _NEGATION.search(reach) is not None or _NOT_NEAR.search(reach) is not None


def is_other(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is said of a relative, or of what might happen, not of the patient."""
    before = _sentence_before(text, start)
    return _HYPOTHETICAL.search(before) is not None or is_relative(text, start, end)


def is_relative(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is said of a relative: "mother has", "his 7-year-old son"."""
    before = _sentence_before(text, start)
    return _FAMILY.search(before) is not None or _FAMILY_NEXT.match(text, end) is not None


def assertion(text: str, start: int, end: int) -> bool | None:
    """True where text[start:end] is stated of the patient, False where denied, None where neither."""
    if _YES.match(text, end):
        return True
    if _NO.match(text, end):
        return False
    if is_other(text, start, end) or _OVER.match(text, end):
        return None
    if not is_negated(text, start):
        return True
    # "No fever, cough for 3 days": a duration behind a comma speaks of what is there.
    return _DURATION.match(text, end) is not None and not is_negated(text, start, lists=False)


def _sentence_before(text: str, start: int) -> str:
    window = text[max(0, start - _WINDOW) : start]
    ends = [found.end() for found in _SENTENCE_END.finditer(window)]
    return window[ends[-1] :] if ends else window
