"""What a DICOM file says of itself against what the clinic pack reads."""

import tomllib
from pathlib import Path

import pytest

from mmdesk.case import Modality
from mmdesk.packs.manifest import Examination
from mmdesk.packs.tags import fitting, spoken

RECIPE = Path(__file__).parents[2] / "recipes" / "clinic.pack.toml"
CHEST, BRAIN = "chest_radiograph", "brain_mri"


@pytest.fixture(scope="module")
def images() -> list[Examination]:
    return [
        Examination(
            item["name"], Modality.IMAGE, item["title"], item["noun"], item["plural"], item["plain"],
            {key: tuple(words) for key, words in item.get("accepts", {}).items()},
        )
        for item in tomllib.loads(RECIPE.read_text(encoding="utf-8"))["examinations"]
        if item["modality"] == "image"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ({}, [CHEST, BRAIN]),
        ({"Modality": "DX"}, [CHEST]),
        ({"Modality": "DX", "BodyPartExamined": "CHEST", "ViewPosition": "PA"}, [CHEST]),
        ({"Modality": "cr ", "BodyPartExamined": "Thorax", "ViewPosition": "AP SUPINE"}, [CHEST]),
        ({"Modality": "CR", "BodyPartExamined": "CHEST", "ViewPosition": "LL"}, []),
        ({"ViewPosition": "LATERAL"}, [BRAIN]),
        ({"Modality": "CT", "BodyPartExamined": "CHEST"}, []),
        ({"Modality": "DX", "BodyPartExamined": "HAND"}, []),
        ({"Modality": "MR"}, [BRAIN]),
        ({"Modality": "MR", "BodyPartExamined": "HEAD_NECK"}, [BRAIN]),
        ({"Modality": "MR", "BodyPartExamined": "KNEE"}, []),
        ({"Modality": "MR", "Weighting": "T1"}, [BRAIN]),
        ({"Modality": "MR", "Weighting": "FLAIR"}, []),
        ({"Modality": "OT", "BodyPartExamined": "UNKNOWN", "ViewPosition": ""}, [CHEST, BRAIN]),
        ({"Modality": "SC", "PhotometricInterpretation": "RGB"}, [CHEST, BRAIN]),
    ],
)  # fmt: skip
def test_what_the_tags_do_not_speak_against(
    images: list[Examination], tags: dict[str, str], names: list[str]
) -> None:
    assert [item.name for item in fitting(images, tags)] == names


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"Modality": "CT", "BodyPartExamined": "ABDOMEN"}, "CT, abdomen"),
        ({"Modality": "MR", "BodyPartExamined": "KNEE", "PhotometricInterpretation": "RGB"}, "MRI, knee"),
        ({"Modality": "MR", "BodyPartExamined": "HEAD", "Weighting": "T2"}, "MRI, T2, head"),
        ({"Modality": "OT", "ViewPosition": "LL"}, "LL"),
        ({"Modality": "ZZ"}, "ZZ"),
    ],
)
def test_what_they_say(tags: dict[str, str], words: str) -> None:
    assert spoken(tags) == words
