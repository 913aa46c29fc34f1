"""Where the files that ship with mmdesk lie: packs, samples, icons, translations, a desktop's entry."""

from pathlib import Path

from mmdesk.case import Case, Input, Modality

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """mmdesk/resources in an installed wheel, resources/ beside the package in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def samples() -> dict[str, Case]:
    """The built-in cases by name, made-up people all: `sample` has a synthetic radiograph and heart sound
    and a record, `liver` a record alone."""
    files = {Modality.IMAGE: "radiograph.png", Modality.AUDIO: "heart_sound.wav"}
    cases = {}
    for name in ("sample", "liver"):
        own = folder() / "samples" / name
        paths = {modality: own / file for modality, file in files.items()}
        inputs = {modality: (Input.from_path(path),) for modality, path in paths.items() if path.is_file()}
        text = (own / "record.txt").read_text(encoding="utf-8")
        cases[name] = Case({**inputs, Modality.RECORD: (Input.from_text(text, "record.txt"),)})
    return cases


def sample_case() -> Case:
    """The built-in case with all three inputs."""
    return samples()["sample"]
