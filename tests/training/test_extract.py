"""The strange reader: every template of the grammar is read right, and so is English that it has not seen."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.packs.files import find
from mmdesk.packs.manifest import read
from mmdesk.plan import EXAM
from mmdesk.training.extract import Extractor, Words, words_of
from mmdesk.training.grammar import PLACEHOLDER, Grammar, Kind, join
from mmdesk.vocabulary import Term

RECIPES = Path(__file__).parents[2] / "recipes"
GRAMMAR = Grammar.load(RECIPES / "clinic.grammar.toml")
MANIFEST = read(find("clinic"))
EXTRACTOR = Extractor(words_of(MANIFEST))
FIGURES = {"finding": "({}%)", "change": "(first {}%, last 7%)"}
PHRASINGS = [(kind, text) for kind in GRAMMAR.sentence for text in (*kind.phrasings, *kind.withheld)]


def may_carry(term: Term, status: str) -> bool:
    if status in ("reported", "denied"):
        return term.kind == "complaint"
    return term.kind == "number" or (status == "stated" and term.kind == "category")


def said(kind: Kind, item: object, number: int) -> tuple[str, str, str]:
    """Name, words and value of what a sentence of `kind` lists."""
    if isinstance(item, Term):
        values = {
            "number": f"{number} {item.unit}",
            "complaint": "",
            "category": next(iter(item.categories or [""])),
        }
        value = values[item.kind]
        return item.name, f"{item.label} {value}".strip(), value
    finding = item
    value = FIGURES[kind.carries].format(number)
    return finding.name, f"{finding.label} {value}", value  # type: ignore[attr-defined]


@given(st.data())
def test_any_template_is_read_right(data: st.DataObject) -> None:
    kind, phrasing = data.draw(st.sampled_from(PHRASINGS))
    among = (
        [term for term in MANIFEST.vocabulary.terms if may_carry(term, kind.status)]
        if kind.carries == "fact"
        else list(MANIFEST.findings)
    )
    items = data.draw(
        st.lists(st.sampled_from(among), min_size=1, max_size=kind.most, unique_by=lambda i: i.name)
    )
    numbers = data.draw(st.lists(st.integers(2, 98), min_size=len(items), max_size=len(items)))
    listed = [said(kind, item, number) for item, number in zip(items, numbers, strict=True)]
    text = phrasing.replace(PLACEHOLDER, join([words for _, words, _ in listed], kind.joiner))
    text = text.replace(EXAM, data.draw(st.sampled_from(("radiograph", "recordings", "case"))))
    text = text[:1].upper() + text[1:]
    read_ = [(s.name, s.status, s.value) for s in EXTRACTOR.read(f"Seen today. {text}")]
    assert read_ == [(name, kind.status, value) for name, _, value in listed]


PLAIN = Extractor(
    [
        Words("effusion", "finding", ("effusion", "pleural effusion"), r"\([^)]*\)"),
        Words("mass", "finding", ("mass",), r"\([^)]*\)"),
        Words("cough", "complaint", ("cough",), "(?!)"),
        Words("crp", "number", ("CRP",), r"\d+(?: mg/L)?"),
    ]
)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("There is a pleural effusion.", ["present"]),
        ("No effusion or mass.", ["absent", "absent"]),
        ("Effusion without mass.", ["present", "absent"]),
        ("The lungs are clear of effusion.", ["absent"]),
        ("A mass, no effusion.", ["present", "absent"]),
        ("The mass fits, but an effusion is unlikely.", ["present", "absent"]),
        ("Effusion cannot be excluded.", ["not sure"]),
        ("An effusion is not unlikely.", [None]),
        ("No doubt of an effusion.", [None]),
        ("Yes, the findings fit effusion.", ["present"]),
        ("Yes, no sign of effusion.", [None]),
        ("No, the findings do not fit effusion.", ["absent"]),
        ("No, the findings fit effusion.", [None]),
        ("Nothing can be said about effusion: no image was given.", ["unsaid"]),
        ("Effusion: 3% is below the lower threshold of 9%, so it counts as absent.", ["absent"]),
        ("Effusion: 97% reaches the upper threshold of 60%, so it counts as present.", ["present"]),
        ("Effusion (first 9%, last 80%) appeared.", ["appeared"]),
        ("More likely, and gone: effusion (first 9%, last 80%).", [None]),
        ("Denies cough.", ["denied"]),
        ("Cough is not denied.", [None]),
        ("CRP 12 mg/L lies above the range.", ["high"]),
        ("CRP 12 mg/L is not above the range.", [None]),
        ("Neither high nor low: CRP 12 mg/L.", ["normal"]),
        ("Nothing of note.", []),
    ],
)
def test_english(text: str, statuses: list[str | None]) -> None:
    assert [statement.status for statement in PLAIN.read(text)] == statuses


def test_a_figure_is_read_with_its_name() -> None:
    stated = PLAIN.read("Mass (about 3 in 10). CRP 12 mg/L. No mass.")
    assert [(s.name, s.value) for s in stated] == [
        ("mass", "(about 3 in 10)"),
        ("crp", "12 mg/L"),
        ("mass", ""),
    ]


def test_names_within_longer_words_are_not_read() -> None:
    assert PLAIN.read("Massive, re-effusion, mass_12.png.") == []
