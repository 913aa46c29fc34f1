import pytest

from mmdesk.case import Input
from mmdesk.media.auscultation import POSITIONS, UNKNOWN, position_of
from mmdesk.model import audio


def test_the_model_has_the_same_positions_in_the_same_order() -> None:
    assert audio.POSITIONS == POSITIONS


@pytest.mark.parametrize(
    ("name", "position", "found"),
    [
        ("sup_Mit.wav", None, "sup_Mit"),
        ("sit_Aor", None, "sit_Aor"),
        ("heart.wav", None, None),
        ("heart.wav", "sit_Pul", "sit_Pul"),
        ("sup_Mit.wav", "sit_Pul", "sit_Pul"),
        ("sup_Mit.wav", UNKNOWN, None),
        ("sup_Mit.old.wav", None, None),
    ],
)
def test_position(name: str, position: str | None, found: str | None) -> None:
    assert position_of(Input(name, data=b"", position=position)) == found
