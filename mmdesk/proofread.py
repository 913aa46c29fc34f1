"""Proofreader: reads one sentence template and says whether it may stand in the report.

It knows nothing of the phrasings the decoder learned from. It reads cue words, negation and hedges,
because it judges sentences that a decoder mixed together, and in doubt it reads nothing: a sentence
that is refused is replaced by a plain one, a sentence with the wrong polarity would mislead.
"""

import re
from collections.abc import Callable

from mmdesk.plan import EXAM, SLOT, SectionPlan

MAX_WORDS = 60

LIST = re.compile(rf"{SLOT.pattern}(?:(?:, {SLOT.pattern})* (and|or) {SLOT.pattern})?")
# What reading works on: lower case, the list of slots as "@", the examination as "#".
SLOTS_HERE, EXAM_HERE = "@", "#"


def _words(*cues: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(cues)})\b", re.IGNORECASE)


NEGATION = _words(
    r"no|not|cannot|nothing|none|never|without|neither|nor|nobody|nowhere|hardly|barely|scarcely|little|\w+n't"
)
# Turns "nothing fits" into "nothing but this fits": what is left of the polarity is not worth guessing.
EXCEPTION = _words(r"but|except\w*|apart|besides|unless|only|instead|(?:other|rather) than|if")
CLAUSE = re.compile(r"[,;]|\b(?:but|though|although|while|whereas|however|yet|which)\b")

_FOR = r"confirm\w*|support\w*|for|yes|favou?r\w*|accept\w*"
_AGAINST = r"exclud\w*|refut\w*|against|no|ruled? out|reject\w*|dismiss\w*"
_CERTAIN = r"certain|clear|sure|firm|safe|conclusive"
_DECIDE = r"(?:confirm|exclud|settl|decid|answer|determin|resolv|establish)(?:e|ed)?|(?:be )?ruled? out"
HEDGE = _words(
    rf"(?:answer\w* )?neither (?:(?:{_FOR}) nor (?:{_AGAINST})|(?:{_AGAINST}) nor (?:{_FOR})|way)",
    rf"no (?:(?:{_CERTAIN})(?: answer)?|decision|answer)",
    rf"(?:not|cannot)(?: (?:be|been|yet|quite|fully)){{0,2}} (?:{_CERTAIN}|{_DECIDE})"
    rf"(?:(?: (?!not?\b)[\w#]+)*, nor (?:{_DECIDE}))?",
    r"un(?:certain\w*|clear|sure|decided|settled|resolved|determined|known)",
    r"inconclusive|indeterminate|equivocal|ambiguous|borderline|possibl[ey]|perhaps|questionable",
    r"whether|in doubt|open|may|might|(?:c|w)ould(?! not)|withheld|reserved|between the thresholds",
    r"too (?:weak|faint|close|vague) (?:to|for)(?: an?)?(?: decision| answer)?",
    r"maybe|unsettled|no sure answer",
    r"short of certainty|certainty \w+ not",
)
# A hedge and a claim of certainty ("possible, and confirmed") leave a sentence unclear.
CERTAINTY = _words(r"certain\w*", _CERTAIN, _DECIDE, r"decision|answers?")
AFFIRMATION = _words(
    r"fit|fits|fitted|fitting|match\w*|consistent|compatible|agree[sd]?|accord|accords|correspond\w*|present",
    r"support\w*|suggest\w*|favou?r\w*|points?|pointed|resembl\w*|likely|in keeping|in line|explained",
    r"signs?|trace|indicat\w*|confirm\w*|found|recognised|argue[sd]? for|looks?(?:ed)? like|seen",
    r"reads?(?: [\w#]+)* as",
)
REJECTION = _words(
    r"in(?:consistent|compatible)|disagree\w*|mismatch\w*|unlike|unlikely|improbable|unsupported|against",
    r"below|under|poor\w*|contradict\w*|refut\w*|exclud\w*|fail\w*",
    r"rul(?:e[sd]?|ing) out|reject\w*|dismiss\w*|away from|far from|contrary|negative|den(?:y|ies|ied)",
)
# "Support for it is lacking", "lacked any trace": may stand beside an affirmation, in any order.
LACK = _words(r"absent|absence|lack\w*|missing")

# "neither above nor below" and "not out of range" are the two ways to say normal with a negation.
_HIGH = r"above|over|exceed\w*|excess|raised|elevated|high\w*|upper|top"
_LOW = r"below|under|beneath|reduced|low|lower|short of|less|bottom"
NEGATED_NORMAL = _words(
    rf"neither (?:{_HIGH}) nor (?:{_LOW})",
    rf"neither (?:{_LOW}) nor (?:{_HIGH})",
    r"(?:no|not|nothing|without) (?:outside|out of|departure|deviation)",
)
FACT_CUES = {
    "high": _words(_HIGH),
    "low": _words(_LOW),
    "normal": _words(r"within|in (?:the )?(?:\w+ )?range|inside|normal|unremarkable|between the limits"),
    "reported": _words(
        r"report\w*|complain\w*|symptoms?|present(?:s|ed|ing)?(?: with)?|suffer\w*|describ\w*|troubled|"
        r"bothered|tell|tells of|affirm\w*"
    ),
    "denied": _words(r"den(?:y|ies|ied|ial)|free|negative"),
    "stated": _words(
        r"state[sd]?|record\w*|gives?|given|note[sd]?|list(?:s|ed)|enter(?:s|ed)|entries|document\w*|on file|"
        r"background|details|known|contains?"
    ),
}

# "Yes, …" and "No, …": what follows has to say the same.
ANSWER = re.compile(r"(yes|no)[,:] ")
MEANT = {"yes": ("present", "reported"), "no": ("absent", "denied")}

# Two pictures of an examination. What negates here is part of a fixed phrase.
UNCHANGED = _words(
    r"unchanged|(?:the )?same|steady|remain\w* alike|nothing changed|no (?:clear )?(?:change|difference)",
    r"(?:do|does|did) not (?:clearly )?(?:change|differ)",
)
NO_LONGER = _words(r"no longer")
CHANGE_CUES = {
    "appeared": _words(r"appear(?:s|ed)?|new|newly|emerge[sd]?|for the first time"),
    "gone": _words(r"gone|disappear(?:s|ed)?|vanish(?:es|ed)?"),
    "more likely": _words(
        r"more likely|likelier|rose|risen|rises|higher|increase[sd]?|went up|gained|gains", r"up"
    ),
    "less likely": _words(
        r"less likely|fell|fallen|falls|lower|decrease[sd]?|went down|dropped|declined", r"down"
    ),
}

# Missing from a record is not the same as denied, and a range has nothing to do with a complaint.
UNSAID = _words(
    rf"(?:not|nothing|none|never)(?: be| been)? {FACT_CUES['stated'].pattern}", r"no (?:record|entry|mention)"
)
RANGE = _words(r"range|limits?|bounds?|outside")

# What a sentence may not say outside its slots, because no label or record stands behind it.
FORBIDDEN = {
    "a side or place": _words(
        r"left(?! open)|right|bilateral\w*|unilateral\w*|upper(?! limit| bound| side)|lobes?|lobar|basal|"
        r"lower(?! limit| bound| side| than| score)|apical|apex|anterior|posterior|lateral|medial|central|"
        r"peripheral|frontal|temporal|occipital|hilar|lungs?|chest|hearts?|cardiac|valves?|liver|brain|thorax|zones?"
    ),
    "a degree or size": _words(
        r"mild\w*|moderate\w*|severe\w*|marked|markedly|slight\w*|massive\w*|large|small|big|tiny|extensive|"
        r"minimal|very|strong\w*|grade|stage|size[ds]?|acute\w*|chronic\w*|diffuse|focal|multiple|several"
    ),
    "a course": _words(
        r"old|prior|previous\w*|history|improv\w*|worse\w*|progress\w*|resolv\w*|heal\w*|clear(?:ed|ing)|"
        r"stable|since"
    ),
    "a cause or advice": _words(
        r"due to|cause[sd]?|because|recommend\w*|advis\w*|treat\w*|therapy|follow-up|urgent\w*"
    ),
    "a certainty": _words(r"diagnos\w*|pro(?:of|ven?|ves)|definite\w*|certainly|unequivocal\w*|undoubtedly"),
    "a number": _words(
        r"\w*\d\w*|half|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|percent|per cent"
    ),
    "a fact": _words(
        r"age|aged|years?|sex|males?|females?|man|woman|boy|girl|child|temperature|pulse|pressure|saturation|"
        r"oxygen|weight|height|cells?|counts?|rate|smok\w*|fever\w*|cough\w*|pain\w*"
    ),
    "an examination": _words(
        r"radiogra\w*|x-?rays?|films?|mri|ct|scans?|slices?|images?|imaging|recordings?|ultrasound|echo\w*|"
        r"sounds?|ecg|auscultation|phonocardiogra\w*|tomogra\w*|laborator\w*|lab|blood"
    ),
    "a finding": _words(
        r"\w{3,}(?:itis|osis|oma|omas|a?emia|pathy|megaly|algia|penia|thorax|ectasis)|pneumonia\w*|tumou?rs?|"
        r"gliomas?|stenos\w*|regurgitation|prolapse|murmurs?|effusions?|fractures?|consolidation\w*|healthy|"
        r"opacit\w*|nodul\w*|mass|masses|lesions?|infiltrat\w*|infect\w*|disease\w*|cancer\w*|abnormal\w*|"
        r"bacterial|viral|pituitary|aortic|mitral"
    ),
}
# The same for sentences with slots of one kind, and for all but those that compare pictures.
NOT_WITH_FINDINGS = {
    "a finding": _words(r"normal\w*"),
    "an examination": _words(r"record(?:s|ed)?"),
}
WITH_CHANGES_ONLY = {"a course": _words(r"new|newly|unchanged|(?:dis)?appeared|gone|no longer|pictures?")}


def read_status(template: str) -> str | None:
    """Which of plan.STATUSES the words around the slots express; None where they are unclear."""
    tokens = SLOT.findall(template)
    if not tokens:
        return None
    text = LIST.sub(SLOTS_HERE, template).replace(EXAM, EXAM_HERE).lower()
    if tokens[0].startswith("<change"):
        return _change_status(text)
    reading = _finding_status if tokens[0].startswith("<finding") else _fact_status
    answer = ANSWER.match(text)
    if answer is None:
        return reading(text)
    status = reading(text[answer.end() :])
    return status if status in MEANT[answer.group(1)] else None


def _finding_status(text: str) -> str | None:
    hedges = list(HEDGE.finditer(text))
    rest = HEDGE.sub("", text)
    negations = list(NEGATION.finditer(rest))
    rejections = list(REJECTION.finditer(rest))
    if hedges:
        negated = sum(NEGATION.search(hedge.group()) is not None for hedge in hedges)
        unclear = negations or rejections or negated > 1 or CERTAINTY.search(rest)
        return None if unclear else "not sure"
    affirmations = list(AFFIRMATION.finditer(rest))
    lacks = list(LACK.finditer(rest))
    turns = negations + rejections + lacks
    if EXCEPTION.search(rest) or len(turns) > 1:
        return None
    if not turns:
        return "present" if affirmations else None
    # What is affirmed has to be what is turned round: in the same clause, and behind a negation.
    if any(CLAUSE.search(_between(rest, turns[0], found)) for found in affirmations):
        return None
    if negations:
        behind = all(found.start() > turns[0].start() for found in affirmations)
        return "absent" if affirmations and behind else None
    return "absent" if lacks or not affirmations else None


def _change_status(text: str) -> str | None:
    rest, same = UNCHANGED.subn("", text)
    rest, gone = NO_LONGER.subn("", rest)
    cues = [status for status, pattern in CHANGE_CUES.items() if pattern.search(rest)]
    cues += ["unchanged"] * same + ["gone"] * gone  # "no longer gone" is two of them
    unclear = NEGATION.search(rest) or HEDGE.search(rest) or EXCEPTION.search(rest)
    return None if unclear or len(cues) != 1 else cues[0]


def _between(text: str, one: re.Match[str], other: re.Match[str]) -> str:
    first, last = sorted((one.span(), other.span()))
    return text[first[1] : last[0]]


def _fact_status(text: str) -> str | None:
    rest, normals = NEGATED_NORMAL.subn("", text)
    if HEDGE.search(rest) or EXCEPTION.search(rest) or UNSAID.search(rest):
        return None
    cues = {status for status, pattern in FACT_CUES.items() if pattern.search(rest)}
    if normals:
        cues.add("normal")
    negations = len(NEGATION.findall(rest))
    if negations:
        complaint = cues <= {"reported", "stated"} and not RANGE.search(rest)
        return "denied" if negations == 1 and complaint else None
    # "The record states that the patient denies": the narrower word says what is meant.
    decisive = cues - {"stated"}
    if "denied" in decisive:
        decisive -= {"reported"}
    if len(decisive) > 1 or not cues:
        return None
    status = decisive.pop() if decisive else "stated"
    return None if status in ("stated", "reported", "denied") and RANGE.search(rest) else status


def fault(template: str, section: SectionPlan) -> str | None:
    """Why `template` may not stand in `section`, in one line; None if it may."""
    return next((why for check in CHECKS if (why := check(template, section))), None)


def _slot_fault(template: str, section: SectionPlan) -> str | None:
    tokens = SLOT.findall(template)
    statuses = {slot.token: slot.status for slot in section.slots}
    if re.search(r"[<>{}]", SLOT.sub("", template).replace(EXAM, "")):
        return "a slot is broken"
    if not tokens:
        return "states nothing: no slots"
    if unknown := [token for token in tokens if token not in statuses]:
        return f"{unknown[0]} is not in this section"
    if len(set(tokens)) < len(tokens):
        return "states a slot twice"
    if len({(token.split(":")[0], statuses[token]) for token in tokens}) > 1:
        return "slots of different status in one sentence"
    return None


def _list_fault(template: str, section: SectionPlan) -> str | None:
    lists = list(LIST.finditer(template))
    if len(lists) != 1:
        return "the slots are not one list"
    status = section.slot(SLOT.findall(template)[0]).status
    joiner = "or" if status in ("absent", "denied") else "and"
    if lists[0].group(1) not in (None, joiner):
        return f"what is {status} is joined with {joiner!r}"
    return None


def _form_fault(template: str, section: SectionPlan) -> str | None:
    if not template.endswith("."):
        return "no final period"
    if re.search(r"[.?!]", template[:-1]):
        return "more than one sentence"
    if re.search(r"(?:^|\s)[,;:.]|[,;:]\s*[,;:.]|\s\s|: .*: |.[A-Z]", SLOT.sub(SLOTS_HERE, template)):
        return "broken punctuation or capitals"
    if len(template.split()) > MAX_WORDS:
        return f"longer than {MAX_WORDS} words"
    if re.search(r"\b(\w+) \1\b", template, re.IGNORECASE):
        return "a word twice in a row"
    return None


def _word_fault(template: str, section: SectionPlan) -> str | None:
    words = SLOT.sub(SLOTS_HERE, template).replace(EXAM, EXAM_HERE)
    for what, pattern in FORBIDDEN.items():
        if found := pattern.search(words):
            return f"states {what} outside its slots: {found.group()!r}"
    more = WITH_CHANGES_ONLY if "<change" not in template else NOT_WITH_FINDINGS
    for patterns in (more, NOT_WITH_FINDINGS if "<finding" in template else {}):
        for what, pattern in patterns.items():
            if found := pattern.search(words):
                return f"states {what} outside its slots: {found.group()!r}"
    for slot in section.slots:
        if _words(re.escape(slot.label)).search(words):
            return f"states {slot.label!r} outside its slot"
    return None


def _status_fault(template: str, section: SectionPlan) -> str | None:
    status = section.slot(SLOT.findall(template)[0]).status
    read = read_status(template)
    if read != status:
        return f"reads as {read or 'unclear'}, but its slots are {status}"
    return None


CHECKS: tuple[Callable[[str, SectionPlan], str | None], ...] = (
    _slot_fault, _list_fault, _form_fault, _word_fault, _status_fault,
)  # fmt: skip
