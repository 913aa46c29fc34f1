"""A manifest, line by line: what it names, and what is wrong with it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmdesk.batch.cases import look, opened
from mmdesk.batch.events import Listed
from mmdesk.batch.manifest import COLUMNS, free
from mmdesk.case import Input, Modality
from mmdesk.errors import UserProblem

IMAGE, AUDIO, RECORD = Modality


def listed(folder: Path, text: str | bytes) -> tuple[Listed, ...]:
    path = folder / "manifest.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return look(path).cases


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "a.wav", "a.txt"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_a_line_is_a_case(folder: Path) -> None:
    found = listed(
        folder,
        "Case,image,audio,record,text,prompt\n"
        'p2,a.png; b.png,a.wav,a.txt,"Fever, cough.",impression only\n'
        "\n"
        f"p1,{folder / 'a.png'},,,,\n",
    )
    assert [item.name for item in found] == ["p2", "p1"]
    case = found[0].case
    assert case is not None and case.prompt == "impression only"
    assert case.inputs == {
        IMAGE: (Input.from_path(folder / "a.png"), Input.from_path(folder / "b.png")),
        AUDIO: (Input.from_path(folder / "a.wav"),),
        RECORD: (Input.from_path(folder / "a.txt"), Input.from_text("Fever, cough.", "text")),
    }
    assert found[1].case is not None and found[1].case.prompt is None


@pytest.mark.parametrize(
    ("line", "name", "problem"),
    [
        ("p1,none.png", "p1", "there is no file none.png"),
        ("p1,", "p1", "it names no file"),
        ("p1,a.png,b.png", "p1", "it has more cells than there are columns"),
        ("p0,b.png", "p0 (2)", "a line before it has this name, too"),
    ],
)
def test_a_bad_line_is_a_problem_of_its_own(folder: Path, line: str, name: str, problem: str) -> None:
    found = listed(folder, f"case,image\np0,a.png\n{line}\np9,b.png\n")
    assert found[1] == Listed(name, None, f"line 3: {problem}")
    assert found[0].case is not None and found[2].case is not None


def test_a_case_without_a_name_is_called_by_its_line(folder: Path) -> None:
    assert [item.name for item in listed(folder, "case,image\n,a.png\n")] == ["line 2"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("case,image,label\np1,a.png,1\n", "it has columns that mmdesk does not know: label"),
        ("case,image,\np1,a.png,\n", "it has columns that mmdesk does not know: one without a name"),
        ("image\na.png\n", "it has no column case"),
        ("case,image,image\np1,a.png,b.png\n", "it has two columns image"),
        (b"\x89PNG\r\n\x1a\n", "this is neither a folder nor a manifest"),
        ("case,text\np1,\"" + "x" * (2**20 + 1) + '"\n', "line 2 cannot be read"),
        ("case,image\n", "there is no case in it"),
    ],
)  # fmt: skip
def test_what_is_no_manifest(folder: Path, text: str | bytes, problem: str) -> None:
    with pytest.raises(UserProblem) as caught:
        listed(folder, text)
    assert caught.value.problem.startswith(problem) and "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_as_a_spreadsheet_saves_it(folder: Path, encoding: str, mark: str) -> None:
    text = f"case{mark}text\r\nMüller{mark}Fieber\r\n"
    assert [item.name for item in listed(folder, text.encode(encoding))] == ["Müller"]


def test_a_folder_of_images_in_a_cell(folder: Path, tiny_png: object) -> None:
    assert callable(tiny_png)
    (folder / "study").mkdir()
    (folder / "study" / "1.png").write_bytes(tiny_png(1))
    (folder / "study" / "about.txt").write_text("Not the record.")
    (folder / "empty").mkdir()
    whole, partly = listed(folder, "case,image,record\np1,study,a.txt\np2,empty,a.txt\n")
    case = opened(whole).case
    assert [item.name for item in case.inputs[IMAGE]] == ["1.png"]
    assert [item.name for item in case.inputs[RECORD]] == ["a.txt"]
    assert opened(partly).problems == ("empty: there is no image in it",)


WORDS = st.text(st.one_of(st.sampled_from('\n",;'), st.characters(exclude_categories=["C"])), max_size=20)
CELLS = st.dictionaries(st.sampled_from(COLUMNS), WORDS)


@given(st.lists(CELLS, min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_its_cells_hold_each_line_is_one_case(folder: Path, rows: list[dict[str, str]]) -> None:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    filled = [row for row in rows if any(cell.strip() for cell in row.values())]
    writer.writerows([{"case": "first", "text": "x"}, *filled])
    found = listed(folder, file.getvalue())
    assert len(found) == 1 + len(filled)
    assert len({item.name for item in found}) == len(found)
    assert all((item.case is None) == bool(item.problem) for item in found)


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b"])))
def test_a_free_name_is_free(wanted: list[str]) -> None:
    names: set[str] = set()
    given = [free(name, names) for name in wanted]
    assert len(set(given)) == len(given) and names == set(given)
