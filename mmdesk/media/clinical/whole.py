"""All that a record states: its texts, and the values of its sheets that a person confirmed, as one."""

from collections.abc import Sequence
from dataclasses import replace

from mmdesk.case import Fact
from mmdesk.media.clinical.parts import Part, Taken, Whole, counts
from mmdesk.media.clinical.terms import ranged, take
from mmdesk.media.record import find_facts
from mmdesk.vocabulary import Vocabulary


def together(parts: Sequence[Part], vocabulary: Vocabulary) -> Whole:
    """Facts in the order of the parts, so that of several statements of a thing the last part's counts; but
    those with a date trade places, so that of these the newest counts, whatever sheet it is from."""
    taken = tuple(tuple(take(value, vocabulary, part.name) for value in part.values) for part in parts)
    imported = [_counted(part, own) for part, own in zip(parts, taken, strict=True)]
    facts: list[Fact] = []
    text = ""
    for part, own in zip(parts, imported, strict=True):
        if part.text:
            start = len(text) + 2 if text else 0
            text = f"{text}\n\n{part.text}" if text else part.text
            found = find_facts(part.text, vocabulary)
            facts += [replace(f, span=(f.span[0] + start, f.span[1] + start)) for f in found]
        facts += own
    facts = _by_date(facts)
    person = {fact.name: fact.value for fact in facts if fact.name in ("sex", "age")}
    sex, age = person.get("sex"), person.get("age")
    facts = ranged(
        facts, vocabulary, sex if isinstance(sex, str) else None, age if isinstance(age, float) else None
    )
    return Whole(text, tuple(facts), taken)


def _counted(part: Part, taken: Sequence[Taken]) -> list[Fact]:
    """Of those without a date nobody knows that they are newer: they come first."""
    facts = [fact for n, own in enumerate(taken) if counts(part, n, own) for fact in own.facts]
    return sorted(facts, key=lambda fact: fact.date or "")


def _by_date(facts: Sequence[Fact]) -> list[Fact]:
    made = list(facts)
    for name in {fact.name for fact in facts if fact.date}:
        places = [n for n, fact in enumerate(facts) if fact.name == name and fact.date]
        dated = sorted((facts[n] for n in places), key=lambda fact: fact.date or "")
        for place, fact in zip(places, dated, strict=True):
            made[place] = fact
    return made
