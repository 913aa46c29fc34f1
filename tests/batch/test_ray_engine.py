"""The same rows come out of a Ray cluster, here of this machine alone."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq


def rows(folder: Path, pack: Path, engine: str) -> list[dict[str, object]]:
    out = folder / f"{engine}.parquet"
    command = ["batch", str(folder / "cases"), "--out", str(out), "--pack", str(pack), "--engine", engine]
    more = ["--workers", "2", "--size", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "mmdesk", *command, *more], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stderr  # one of the cases cannot be read
    assert list(folder.glob(f".*{engine}*")) + list(folder.glob(f"{engine}*part*")) == []
    found: list[dict[str, object]] = pq.read_table(out).drop_columns(["created", "report_json"]).to_pylist()
    return found


def test_ray_gives_the_same_rows(tmp_path: Path, tiny_pack: Path) -> None:
    cases = tmp_path / "cases"
    cases.mkdir()
    for number in range(5):
        (cases / f"{number}.txt").write_text(f"{50 + number}-year-old man, ALT {60 + number} U/L, cough.")
    (cases / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    local = rows(tmp_path, tiny_pack, "local")
    assert rows(tmp_path, tiny_pack, "ray") == local
    assert [row["state"] for row in local].count("failed") == 1
