"""A report as a file: by suffix, whole or not at all, one line when it cannot be written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.errors import UserProblem
from mmdesk.export import save_report
from mmdesk.report import Origin, Provenance, Report, Section, Sentence

SENTENCE = Sentence("Größe 12 cm.", "image", Origin.DECODER)
REPORT = Report(
    "id", "full", (), (), (), (Section("image", "Image", (SENTENCE,)),),
    Provenance("clinic", "0.1.0", "0" * 64, "2026", ()),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.md", REPORT.to_markdown()),
        ("report", REPORT.to_markdown()),
        ("report.txt", REPORT.to_text()),
        ("REPORT.TXT", REPORT.to_text()),
    ],
)
def test_the_suffix_says_what_is_written(tmp_path: Path, name: str, text: str) -> None:
    save_report(tmp_path / name, REPORT)
    assert (tmp_path / name).read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_json_is_read_back_as_the_same_report(tmp_path: Path) -> None:
    save_report(tmp_path / "report.json", REPORT)
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert Report.from_json(json.loads(text)) == REPORT and "Größe" in text


@pytest.mark.parametrize("name", ["report.md", "report.txt", "report.json"])
def test_half_a_character_does_not_keep_a_report_from_being_saved(tmp_path: Path, name: str) -> None:
    odd = replace(SENTENCE, text="Size \ud83d 12 cm.")
    save_report(tmp_path / name, replace(REPORT, sections=(Section("image", "Image", (odd,)),)))
    assert "Size ? 12 cm." in (tmp_path / name).read_text(encoding="utf-8")


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    path = tmp_path / f"{'r' * 252}.md"
    save_report(path, REPORT)
    assert path.read_text(encoding="utf-8") == REPORT.to_markdown()


def test_the_part_that_a_crash_leaves_names_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = []
    monkeypatch.setattr(Path, "replace", lambda self, target: parts.append(self.name))
    save_report(tmp_path / "Ada Lovelace.md", REPORT)
    assert len(parts) == 1 and "Ada" not in parts[0]


def test_an_old_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.md"
    path.write_text("old", encoding="utf-8")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(UserProblem, match=r"report\.md: .*No space left"):
            save_report(path, REPORT)
    assert path.read_text(encoding="utf-8") == "old"
    assert [left.name for left in tmp_path.iterdir()] == ["report.md"]
    save_report(path, REPORT)
    assert path.read_text(encoding="utf-8") == REPORT.to_markdown()


@pytest.mark.parametrize("folder", ["missing", "file.txt"])
def test_what_cannot_be_written_is_one_line(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file.txt").write_text("no folder", encoding="utf-8")
    with pytest.raises(UserProblem) as problem:
        save_report(tmp_path / folder / "report.md", REPORT)
    assert "\n" not in str(problem.value) and problem.value.name == "report.md"
