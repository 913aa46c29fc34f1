"""The program: parts by name, one JSON file, a plot beside it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as program
from benchmarks.figures import Curve, Goal, Table, figure
from benchmarks.measure import Asked


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """One that measures and one that fails, and what they are asked."""
    asked: list[Asked] = []

    def fast(own: Asked) -> Iterator[Table]:
        asked.append(own)
        yield Table("fast", (figure("a", "ms", 1.0, 2.0, 3.0), figure("b", "×", 5.0, goal=Goal("≥", 4.0))))
        yield Table("over time", curves=(Curve("workers", "seconds", "MB", ((0.0, 1.0), (1.0, 1.0))),))

    def broken(own: Asked) -> Iterator[Table]:
        yield Table("begun", (figure("c", "s", 1.0),))
        raise RuntimeError("the engine died")

    for part in (fast, broken):
        monkeypatch.setitem(sys.modules, f"benchmarks.{part.__name__}", SimpleNamespace(measured=part))  # type: ignore[arg-type]
    monkeypatch.setattr(program, "PARTS", ("fast", "broken"))
    return asked


def told(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    program.main()


def test_a_part_is_printed_kept_and_drawn(
    parts: list[Asked],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "new" / "speed.json"
    told(monkeypatch, "fast", "--rounds", "2", "--cases", "5", "--out", str(out))
    assert [(one.rounds, one.cases, one.pack.name) for one in parts] == [(2, 5, "clinic")]
    assert "goal ≥ 4, reached" in capsys.readouterr().out
    kept = json.loads(out.read_text(encoding="utf-8"))
    first, second = kept["parts"]["fast"]
    assert first["figures"][0]["spread"] == {"median": 2.0, "low": 1.5, "high": 2.5, "runs": 3}
    assert first["figures"][1]["goal"] == {"sense": "≥", "value": 4.0}
    assert second["curves"][0]["points"] == [[0.0, 1.0], [1.0, 1.0]]
    assert {"processor", "cores", "memory GB", "versions"} <= kept["machine"].keys()
    assert (tmp_path / "new" / "speed-fast.png").read_bytes().startswith(b"\x89PNG")


def test_what_was_measured_is_kept_where_a_later_part_fails(
    parts: list[Asked], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "speed.json"
    with pytest.raises(RuntimeError, match="the engine died"):
        told(monkeypatch, "--out", str(out))
    kept = json.loads(out.read_text(encoding="utf-8"))["parts"]
    assert [table["title"] for table in kept["broken"]] == ["begun"]
    assert len(kept["fast"]) == 2


def test_a_part_that_is_not_there_is_refused(parts: list[Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as end:
        told(monkeypatch, "slow")
    assert end.value.code == 2


def test_every_part_can_be_measured() -> None:
    for part in program.PARTS:
        assert (Path(program.__file__).parent / f"{part}.py").is_file()
