"""Patterns that are looked for a piece of the text at a time find what they find in all of it."""

import re

from hypothesis import given
from hypothesis import strategies as st
from support.notes import note

from mmdesk.media import text as texts
from mmdesk.media.identifiers import find_identifiers
from mmdesk.media.text import PIECE, REACH, matches

PATTERNS = (r"b+", r"(?<=a)b", r"\bab?\b", r"^a.*$", r"b(?=\s*a)", r"a\s+b")


def spans(found: object) -> list[tuple[int, int]]:
    return [match.span() for match in found]  # type: ignore[attr-defined]


@given(st.text("ab \n", max_size=80), st.sampled_from(PATTERNS), st.integers(1, 9))
def test_pieces_change_nothing(text: str, pattern: str, piece: int) -> None:
    compiled = re.compile(pattern, re.MULTILINE)
    before = texts.PIECE
    texts.PIECE = piece
    try:
        assert spans(matches(compiled, text)) == spans(compiled.finditer(text))
    finally:
        texts.PIECE = before


def test_what_lies_across_two_pieces_is_found_once() -> None:
    word = "x" * REACH
    text = " " * (PIECE - 3) + word + " " * PIECE + word
    assert spans(matches(re.compile("x+"), text)) == [
        (PIECE - 3, PIECE - 3 + REACH), (len(text) - REACH, len(text)),
    ]  # fmt: skip


def test_what_tells_of_a_person_is_the_same_in_pieces(monkeypatch) -> None:
    text = "\n".join(note(number).text for number in range(12))
    monkeypatch.setattr(texts, "PIECE", 200)
    pieces = find_identifiers(text)
    monkeypatch.setattr(texts, "PIECE", len(text))
    assert pieces == find_identifiers(text)
    assert len(pieces) > 30
