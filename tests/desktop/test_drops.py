"""The program as a person has it: a real window, the real pack, files dragged in by another program.

What the window did is read from the case it keeps on disk.
"""

from pathlib import Path

from mmdesk import casefile
from mmdesk.case import Modality
from mmdesk.casefile import CaseFile
from mmdesk.errors import CaseProblem
from mmdesk.resources import folder

from .conftest import Desktop, until

SAMPLE = folder() / "samples" / "sample"
SOURCE = str(Path(__file__).parent.parent / "support" / "drag_source.py")
DRAG_FROM = (1600, 100)
IMAGE, RECORD, PROMPT = (350, 300), (520, 700), (1350, 464)


def kept(home: Path) -> CaseFile | None:
    """The case that lies on the desk, as it was last kept."""
    for path in home.rglob("*.mmcase"):
        try:
            return casefile.load(path)
        except CaseProblem:
            return None
    return None


def test_files_dragged_in_and_text_typed_become_a_report(desktop: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    files = [str(SAMPLE / name) for name in ("radiograph.png", "heart_sound.wav")]
    desktop.run("-m", "mmdesk")
    window = desktop.window("mmdesk")
    desktop.run(SOURCE, *files)
    desktop.window("source")
    desktop.drag(DRAG_FROM, IMAGE)

    def dropped() -> bool:
        file = kept(home)
        return file is not None and {Modality.IMAGE, Modality.AUDIO} <= set(file.case.inputs)

    until(dropped, "both dropped files in the kept case")
    desktop.hand("windowfocus", window, "mousemove", *RECORD, "click", 1)
    desktop.hand("type", "--delay", 5, "4-year-old boy with fever, temp 38.9 C.")
    desktop.hand("key", "F5")

    def reported() -> bool:
        file = kept(home)
        return file is not None and file.report is not None

    until(reported, "the report in the kept case")
    file = kept(home)
    assert file is not None and file.report is not None
    assert {fact.name for fact in file.report.facts} >= {"age", "sex", "fever", "temperature"}
    assert {finding.task for finding in file.report.findings} == {"chest", "murmur"}
    names = [item.name for items in file.case.inputs.values() for item in items]
    assert names[:2] == ["radiograph.png", "heart_sound.wav"]
    desktop.hand("mousemove", *PROMPT, "click", 1, "key", "ctrl+e")  # of the field itself, without the window
    desktop.window("Save the report")
