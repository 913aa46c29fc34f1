"""What a pack takes imported values for: facts of its vocabulary, or why a value does not count."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from mmdesk.case import Fact
from mmdesk.media.clinical.parts import Taken
from mmdesk.media.clinical.units import to_term
from mmdesk.media.clinical.values import UNKNOWN, LabValue, is_iso
from mmdesk.media.record import find_facts, flag_of
from mmdesk.vocabulary import Term, Vocabulary

TEXT = "it is no number"
BOUND = "it is a bound, not a value"
NO_UNIT = "it has no unit"
NO_ANSWER = "it says neither yes nor no"
NOTE = "the pack finds nothing in it"

_PAIR = re.compile(r"(\d{2,3})\s?/\s?(\d{2,3})")
_BRACKETS = re.compile(
    r"\[[^\[\]]*\]|\((?:[^()]{0,20}/[^()]{0,20}|serum|plasma|blood|total|blut|finding|disorder|situation)\)"
)
_TWO_NAMES = re.compile(r"(.{1,60}?) ?\((.{1,60})\)")
_ABSOLUTE = re.compile(r"^abs(?:olute|olut|\.)? |[, ]+\(?(?:abs(?:olute?|olut|\.)?|#)\)?(?: count)?$")
_BLOOD = re.compile(
    r"(?:,| -)? (?:in |im )?(?:serum(?: or plasma)?|plasma|blood|blut)(?: by automated count)?$"
    r"|^(?:serum|plasma|blood)[ -]"
)
_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "present", "positive", "active", "ja", "+", "1"), True),
    **dict.fromkeys(("recurrence", "relapse"), True),
    **dict.fromkeys(("no", "n", "false", "absent", "negative", "none", "denied", "nein", "-", "0"), False),
}  # fmt: skip
_CATEGORIES = {"männlich": "male", "weiblich": "female", "w": "female", "homme": "male", "femme": "female"}
# German, French and abbreviated names of tests that the words of a record do not hold, by LOINC.
_OTHER_NAMES = {
    "leukozyten": "6690-2", "leuko": "6690-2", "leukos": "6690-2", "weiße blutkörperchen": "6690-2",
    "thrombozyten": "777-3", "thrombo": "777-3", "thrombos": "777-3", "hämoglobin": "718-7",
    "haemoglobin": "718-7", "neutrophile": "751-8", "neutrophile granulozyten": "751-8",
    "lymphozyten": "731-0", "natrium": "2951-2", "kalium": "2823-3", "kreatinin": "2160-0",
    "krea": "2160-0", "harnstoff": "22664-7", "glukose": "2345-7", "blutzucker": "2345-7",
    "cholesterin": "2093-3", "gesamtcholesterin": "2093-3", "cholinesterase": "2098-2",
    "bilirubin gesamt": "1975-2", "gesamtbilirubin": "1975-2", "bilirubin ges.": "1975-2",
    "gesamteiweiß": "2885-2", "gesamteiweiss": "2885-2", "eiweiß gesamt": "2885-2", "gesamtprotein": "2885-2",
    "alkalische phosphatase": "6768-6", "ap": "6768-6", "c-reaktives protein": "1988-5",
    "ggt (gamma-gt)": "2324-2", "γ-gt": "2324-2", "gamma gt": "2324-2", "körpertemperatur": "8310-5",
    "temperatur": "8310-5", "puls": "8867-4", "herzfrequenz": "8867-4", "atemfrequenz": "9279-1",
    "sauerstoffsättigung": "59408-5", "gewicht": "29463-7", "körpergewicht": "29463-7",
    "geschlecht": "46098-0", "alter": "30525-0", "alk. phosphatase": "6768-6", "alk.phosphatase": "6768-6",
    "alkal. phosphatase": "6768-6", "phosphatases alcalines": "6768-6", "leucocytes": "6690-2",
    "hémoglobine": "718-7", "plaquettes": "777-3", "créatinine": "2160-0", "urée": "22664-7",
    "glycémie": "2345-7", "cholestérol total": "2093-3", "bilirubine totale": "1975-2", "tgo": "1920-8",
    "tgp": "1742-6", "albumine": "1751-7", "protéines totales": "2885-2", "lymphocytes": "731-0",
    "polynucléaires neutrophiles": "751-8",
}  # fmt: skip


def take(value: LabValue, vocabulary: Vocabulary, name: str) -> Taken:
    """`name` is that of the file. Ranges that the file does not print are left to `ranged`."""
    origin = f"{name}, {value.place}" if value.place else name
    date = value.date if is_iso(value.date) else None
    if value.doubt:
        return Taken(value, reason=value.doubt)
    if value.note:
        found = find_facts(value.text, vocabulary)
        facts = tuple(replace(fact, span=(0, 0), date=date, origin=origin) for fact in found)
        return Taken(value, facts, "" if facts else NOTE)
    term, reason = _term_of(value, vocabulary)
    if term is None:
        return Taken(value, reason=reason)
    read, reason = _facts_of(value, term, vocabulary)
    return Taken(value, tuple(replace(fact, date=date, origin=origin) for fact in read), reason)


def _facts_of(value: LabValue, term: Term, vocabulary: Vocabulary) -> tuple[tuple[Fact, ...], str]:
    if term.kind != "number":
        return _said(value, term, vocabulary)
    pair = _PAIR.fullmatch(value.text)
    if pair and term.pair:
        parts = ((term, float(pair[1])), (vocabulary[term.pair], float(pair[2])))
        made = [_number(replace(value, low=None, high=None), number, part) for part, number in parts]
        reason = next((reason for _, reason in made if reason), "")
        return tuple(fact for fact, _ in made if fact) if not reason else (), reason
    if value.number is None:
        return (), TEXT
    if value.sign:
        return (), BOUND
    fact, reason = _number(value, value.number, term)
    return ((fact,) if fact else ()), reason


def _number(value: LabValue, number: float, term: Term) -> tuple[Fact | None, str]:
    if value.unit or term.unit is None:
        converted = to_term(number, value.unit, term) if term.unit else number
        if converted is None:
            return None, f"{value.unit} cannot be converted to {term.unit}"
    else:
        low, high = term.unitless or term.limits or (number, number)
        if not low <= number <= high:
            return None, NO_UNIT
        converted = number
    low, high = term.limits or (converted, converted)
    if not low <= converted <= high:
        impossible = f"{converted:g} {term.unit or ''}".strip()
        return None, f"{impossible} is not possible"
    printed = _range(value, term)
    flag = flag_of(converted, printed) if printed else None
    return Fact(term.name, converted, term.unit, printed, flag), ""


def _range(value: LabValue, term: Term) -> tuple[float | None, float | None] | None:
    """The printed range in the term's unit."""
    bounds = []
    for bound in (value.low, value.high):
        moved = bound if bound is None or not value.unit else to_term(bound, value.unit, term)
        bounds.append(moved)
    return None if bounds == [None, None] else (bounds[0], bounds[1])


def _said(value: LabValue, term: Term, vocabulary: Vocabulary) -> tuple[tuple[Fact, ...], str]:
    """A category in the words that a record would use; of a complaint, whether it is there."""
    if term.kind == "complaint":
        there = _ANSWERS.get(value.text.lower().strip(" ."))
        return (() if there is None else (Fact(term.name, there),)), "" if there is not None else NO_ANSWER
    said = _CATEGORIES.get(value.text.lower().strip(" ."), value.text)
    for text in (*(f"{word}: {said}" for word in term.words[:1]), said):
        found = [fact for fact in find_facts(text, vocabulary) if fact.name == term.name]
        if found:
            return (replace(found[-1], span=(0, 0)),), ""
    return (), f"“{value.text[:40]}” is no {term.label}"


def _term_of(value: LabValue, vocabulary: Vocabulary) -> tuple[Term | None, str]:
    """By code, else by name. A name whose code is another than those that the pack knows for it may be that
    of another test, such as glucose in urine."""
    names, codes = _index(vocabulary)
    if value.code in codes:
        return codes[value.code], ""
    term = _named(value.test, names, codes)
    if term is None and (both := _TWO_NAMES.fullmatch(value.test.strip())):  # "GPT (ALAT)"
        first, second = (_named(name, names, codes) for name in both.groups())
        term = first if first is second else None
    if term is None:
        return None, UNKNOWN
    if value.code and term.codes:
        return None, f"its code {value.code} is none that the pack knows for {term.label}"
    return term, ""


def _named(test: str, names: Mapping[str, Term], codes: Mapping[str, Term]) -> Term | None:
    keys = tuple(_keys(test))
    known = next((names[key] for key in keys if key in names), None)
    return known or next((codes.get(_OTHER_NAMES[key]) for key in keys if key in _OTHER_NAMES), None)


def _keys(test: str) -> Iterator[str]:
    """The name of a test, and without what only says that it is of the blood, or counted in numbers and not
    in percent, which its unit tells; "protein, total" is "protein total"."""
    name = " ".join(unicodedata.normalize("NFC", test).lower().split())
    yield name
    bare = " ".join(_BRACKETS.sub(" ", name).split())
    yield bare
    bare = _BLOOD.sub("", bare).strip(" ,")
    yield bare
    yield " ".join(bare.replace(",", " ").split())
    yield _ABSOLUTE.sub("", bare).strip(" ,")


@lru_cache(maxsize=8)
def _index(vocabulary: Vocabulary) -> tuple[dict[str, Term], dict[str, Term]]:
    """Terms by their names in lower case, and by their codes. A name of two terms is that of the first."""
    names: dict[str, Term] = {}
    codes: dict[str, Term] = {}
    for term in vocabulary.terms:
        for name in (term.label, term.name.replace("_", " "), *term.words):
            names.setdefault(name.lower(), term)
        for code in term.codes:
            codes.setdefault(code, term)
    return names, codes


def ranged(facts: Sequence[Fact], vocabulary: Vocabulary, sex: str | None, age: float | None) -> list[Fact]:
    """Facts without a range get the one that their term has for the person."""
    made = []
    for fact in facts:
        usual = None
        if isinstance(fact.value, float) and fact.range is None:
            usual = vocabulary[fact.name].range_for(sex, age)
        if usual and isinstance(fact.value, float):
            limits = (usual.low, usual.high)
            fact = replace(fact, range=limits, flag=flag_of(fact.value, limits))
        made.append(fact)
    return made
