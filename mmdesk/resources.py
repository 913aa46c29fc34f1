"""Where the files that ship with mmdesk lie: packs and samples."""

from pathlib import Path

from mmdesk.case import Case, Input, Modality

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """mmdesk/resources in an installed wheel, resources/ beside the package in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def sample_case() -> Case:
    """The built-in case: a made-up person, with a synthetic radiograph and heart sound."""
    sample = folder() / "samples" / "sample"
    return Case(
        {
            Modality.IMAGE: (Input.from_path(sample / "radiograph.png"),),
            Modality.AUDIO: (Input.from_path(sample / "heart_sound.wav"),),
            Modality.RECORD: (Input.from_path(sample / "record.txt"),),
        }
    )
