"""What a text says of findings and facts, read as a stranger would read it.

The reader knows labels and words of the language. It knows nothing of slots, plans and phrasings, and
shares no rule with the proofreader that let the sentence pass: words that deny or doubt, anywhere in the
clause of a label, in the manner of NegEx (Chapman et al. 2001). What it cannot read it gives as None.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mmdesk.packs.manifest import Manifest
from mmdesk.vocabulary import Term

MENTION = "@"
PROBABILITY = r"(?:\([^)]*\)|: (?:under |over )?[\d.]+%)"


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)


_SETTLE = r"(?:certain|sure|clear|conclusive|(?:confirm|exclud|settl|decid|answer|determin)\w*|ruled? out)"
DOUBT = _any(
    r"neither (?:way|\w+ nor \w+)",
    rf"(?:cannot|not|\w+n't)(?: \w+){{0,2}} {_SETTLE}(?:[^,]*, nor {_SETTLE})?",
    r"no (?:firm|clear|certain|final|safe|sure) \w+|no (?:decision|answer|conclusion)",
    r"inconclusive|equivocal|un(?:decided|certain|clear|settled|sure|resolved)|indeterminate|ambiguous",
    r"borderline|questionable|doubt\w*|possibl[ey]|perhaps|maybe|may|might|could|whether|open",
    r"withheld|reserved|between the thresholds|too (?:weak|faint|close|vague)",
    r"short of certainty|certainty \w+ not \w+",
)
# Reach forward only: "cardiomegaly without effusion" denies the effusion.
FORWARD = _any(r"no(?= [\w@])|without|(?:free|clear|negative) (?:of|for)")
_NEGATION = (
    r"no|not|\w+n't|never|none|nothing|nobody|neither|nor|cannot|without|little|hardly|barely|scarcely"
)
NEGATION = _any(_NEGATION)
DENIAL = _any(
    _NEGATION,
    r"lack\w*|absent|absence|missing|negative|den(?:y|ies|ied|ial)|(?:free|clear) of|against",
    r"away from|far from|unlike|unlikely|improbable|unsupported|in(?:consistent|compatible)|mismatch\w*",
    r"exclud\w*|ruled? out|rul(?:es|ing) out|reject\w*|refut\w*|contradict\w*|disagree\w*",
    r"(?:below|under) the (?:lower )?thresholds?(?: of [^,]+, so it counts as absent)?",
)
INSIDE = _any(
    r"neither \w+ nor \w+(?: the range)?",
    r"(?:no|not|without) (?:out of|outside|departure from|deviation from)(?: \w+){0,2} range",
    r"within|inside|normal|unremarkable|in (?:the )?(?:reference |normal |usual )?range|between the limits",
)
ABOVE = _any(r"above|over|upper|top|beyond|raised|elevated|increased|high|higher|exceed\w*|excess")
BELOW = _any(r"below|under|beneath|lower|bottom|reduced|decreased|low|short of|less")
# Two pictures compared. "No longer" goes before what denies.
SAME = _any(
    r"unchanged|(?:the )?same|steady|alike|no (?:clear )?(?:change|difference)|nothing changed",
    r"not (?:clearly )?(?:change|differ)",
)
LESS = _any(r"less likely|lower|fell|fallen|falls|decreas\w*|declin\w*|drop\w*|down")
MORE = _any(r"(?:more likely|likelier)|higher|rose|risen|rises|increas\w*|gain\w*|up")
GONE = _any(r"gone|disappear\w*|vanish\w*|no longer")
NEW = _any(r"new|newly|appear\w*|emerg\w*|for the first time")
COMPARED = {"unchanged": SAME, "less likely": LESS, "more likely": MORE, "gone": GONE, "appeared": NEW}
ANSWER = re.compile(r"(yes|no)[,:]\s", re.IGNORECASE)
UNSAID = _any(r"nothing can be said", r"does not state", r"not told")
CONTRAST = re.compile(r";|,(?= no\b)|,? \b(?:but|however|although|though|yet|whereas|while)\b")
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z@])")


@dataclass(frozen=True, slots=True)
class Words:
    """The words for one finding or fact. `kind` is `finding` or the kind of its term; `value` is a
    pattern of what may stand behind, as a number and its unit."""

    name: str
    kind: str
    texts: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a text says of `name`. `kind` as of its words, or `change` where two scores are compared;
    `status` is one of plan.STATUSES, `unsaid` where the text says that nothing is known, or None where it
    is unclear; `value` is what stands behind the name: "38.9 °C", "(97%)", or nothing."""

    name: str
    kind: str
    status: str | None
    value: str


class Extractor:
    def __init__(self, known: Sequence[Words]) -> None:
        self._known = known
        parts = [(text, index) for index, words in enumerate(known) for text in words.texts]
        longest_first = sorted(parts, key=lambda part: -len(part[0]))
        self._pattern = re.compile(
            "|".join(
                rf"(?P<w{place}_{index}>(?<![\w-]){re.escape(text)}(?![\w-])(?:\s*{known[index].value})?)"
                for place, (text, index) in enumerate(longest_first)
            ),
            re.IGNORECASE,
        )
        self._lengths = {f"w{place}_{i}": (i, len(text)) for place, (text, i) in enumerate(longest_first)}

    def mask(self, text: str) -> str:
        """The text with MENTION for every name and what stands behind it."""
        return self._pattern.sub(MENTION, text)

    def read(self, text: str) -> list[Statement]:
        """Every mention in `text`, in order."""
        mentions = map(self._mention, self._pattern.finditer(text))
        return [
            Statement(words.name, kind, _status(clause, place.start(), kind), value)
            for sentence in SENTENCE.split(self.mask(text))
            for clause in _clauses(sentence)
            for place, (words, value) in zip(re.finditer(MENTION, clause), mentions, strict=False)
            for kind in (_kind(words, value),)
        ]

    def _mention(self, match: re.Match[str]) -> tuple[Words, str]:
        index, length = self._lengths[str(match.lastgroup)]
        return self._known[index], match.group()[length:].strip()


def words_of(manifest: Manifest) -> list[Words]:
    """The words of a pack's findings and terms, for doctors and for patients, with what may stand behind
    each."""
    named = [(f.name, (f.label, f.plain)) for f in manifest.findings]
    together = [task.abnormal for task in manifest.tasks if task.abnormal]
    named += [(abnormal.label, (abnormal.label, abnormal.plain)) for abnormal in together]
    terms = [(term, (term.label, term.plain)) for term in manifest.vocabulary.terms]
    return [
        *(Words(name, "finding", tuple(filter(None, texts)), PROBABILITY) for name, texts in named),
        *(Words(t.name, t.kind, tuple(filter(None, texts)), _value_pattern(t)) for t, texts in terms),
    ]


def _kind(words: Words, value: str) -> str:
    """Where two probabilities stand behind a finding, two pictures are compared."""
    return "change" if words.kind == "finding" and value.count("%") > 1 else words.kind


def _value_pattern(term: Term) -> str:
    if term.kind == "number":
        unit = rf"(?:\s*{re.escape(term.unit)})?" if term.unit else ""
        return rf"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?{unit}"
    if term.kind == "category":
        values = sorted(term.categories or {}, key=len, reverse=True)
        return rf"(?:{'|'.join(map(re.escape, values))})(?!\w)"
    return "(?!)"


def _clauses(sentence: str) -> list[str]:
    """The parts between contrasts, where more than one speaks of something; else the whole."""
    parts = CONTRAST.split(sentence)
    return parts if sum(MENTION in part for part in parts) > 1 else [sentence]


def _status(clause: str, place: int, kind: str) -> str | None:
    if UNSAID.search(clause):
        return "unsaid"
    if kind == "change":
        return _change(clause)
    if kind == "number":
        return _level(clause)
    answer = ANSWER.match(clause)
    if answer:
        status = _status(clause[answer.end() :], place - answer.end(), kind)
        agrees = status in (("present", "reported") if answer[1].lower() == "yes" else ("absent", "denied"))
        return status if agrees else None
    rest, doubts = DOUBT.subn(_blank, clause)
    denials = len(DENIAL.findall(rest)) - len(FORWARD.findall(rest, place))
    if kind != "finding":
        return None if doubts or denials > 1 else _stated(kind, denials)
    if doubts:
        return None if denials else "not sure"
    return None if denials > 1 else ("present", "absent")[denials]


def _blank(match: re.Match[str]) -> str:
    """As many characters, so that places stay the same."""
    return " " * len(match.group())


def _stated(kind: str, denials: int) -> str | None:
    if kind == "complaint":
        return ("reported", "denied")[denials]
    return None if denials else "stated"


def _level(clause: str) -> str | None:
    rest, inside = INSIDE.subn(" ", clause)
    levels = [level for level, cue in (("high", ABOVE), ("low", BELOW)) if cue.search(rest)] + [
        "normal"
    ] * bool(inside)
    if len(levels) > 1 or NEGATION.search(rest) or DOUBT.search(rest):
        return None
    return levels[0] if levels else "stated"


def _change(clause: str) -> str | None:
    rest = clause
    said = []
    for status, cue in COMPARED.items():
        rest, count = cue.subn(" ", rest)
        said += [status] * bool(count)
    return said[0] if len(said) == 1 and not DENIAL.search(rest) and not DOUBT.search(rest) else None
