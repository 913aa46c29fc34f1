"""The frozen program in the folder that MMDESK_FROZEN names (dist/mmdesk if nothing does), from outside:
`.ci/freeze` makes it, `pytest -m frozen` tries it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from support import xvfb

from mmdesk import __version__, resources
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import ReportReady
from mmdesk.packs import files

pytestmark = pytest.mark.frozen

ROOT = Path(__file__).parent.parent.parent
FROZEN = Path(os.environ.get("MMDESK_FROZEN", ROOT / "dist" / "mmdesk")).absolute()
NO_INTERNET = (sys.executable, str(ROOT / "tests" / "support" / "no_internet.py"))
MOST_BYTES = 1.5e9
PATIENCE_S = 180
Tested = tuple[subprocess.CompletedProcess[str], list[psutil.Process]]
GPL = re.compile(r"libreadline|libgdbm|readline\.|_gdbm|libgtk|_ssl\.")


def run(home: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Without anything of this environment, and where a socket of the internet kills."""
    return subprocess.run(
        [*NO_INTERNET, str(FROZEN / command[0]), *command[1:]], env={"HOME": str(home), **environment},
        cwd=home, timeout=PATIENCE_S, capture_output=True, text=True, check=False,
    )  # fmt: skip


def complaints(done: subprocess.CompletedProcess[str]) -> str:
    """Its stderr, but for Qt's note that an empty environment names no locale."""
    return re.sub(r'Detected locale "C".*?for more information\.\n', "", done.stderr, flags=re.DOTALL)


def left() -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["exe"]) if (p.info["exe"] or "").startswith(str(FROZEN))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def tested(home: Path) -> Tested:
    """What the window said of its own test, and the processes that it left."""
    with xvfb.display("1440x900") as display:
        done = run(home, "mmdesk-window", "--self-test", str(home), DISPLAY=display)
        return done, psutil.wait_procs(left(), timeout=2)[1]


@pytest.fixture(scope="module")
def report(tested: Tested, home: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((home / "report.json").read_text(encoding="utf-8"))
    return value


def test_it_opens_reads_the_sample_and_ends(tested: Tested, home: Path) -> None:
    done, processes = tested
    assert (done.returncode, complaints(done)) == (0, "")
    usable, written = done.stdout.splitlines()
    assert re.fullmatch(r"self-test: the window is usable, \d+\.\d\d s after the start", usable)
    assert re.match(r"self-test: the report is written, \d+ findings", written)
    assert processes == []
    assert "Research use only" in (home / "report.md").read_text(encoding="utf-8")
    assert list(home.rglob("*.mmcase")) == []


def test_the_picture_shows_a_window(report: dict[str, Any], home: Path) -> None:
    with Image.open(home / "window.png") as picture:
        assert picture.size >= (1100, 700)
        assert len(picture.convert("RGB").getcolors(10**6) or ()) > 200


def test_the_findings_are_those_of_the_source(report: dict[str, Any]) -> None:
    *_, last = LocalEngine(files.find("clinic"), "cpu").analyze(resources.sample_case(), StopToken())
    assert isinstance(last, ReportReady)
    source = {finding.name: finding.probability for finding in last.report.findings}
    frozen = {finding["name"]: finding["probability"] for finding in report["findings"]}
    assert len(frozen) > 5
    assert frozen == pytest.approx(source, abs=1e-3)


def test_the_command_line(home: Path) -> None:
    assert run(home, "mmdesk", "--version").stdout == f"mmdesk {__version__}\n"
    done = run(home, "mmdesk", "pack", "verify", "clinic")
    assert (done.returncode, done.stderr) == (0, "")
    done = run(home, "mmdesk")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The sample case is read here, in the terminal." in done.stdout
    broken = home / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    done = run(home, "mmdesk", "analyze", "--image", str(broken))
    assert done.returncode == 1 and done.stderr.startswith("broken.png: ")


def test_it_says_what_it_leaves_out(home: Path) -> None:
    done = run(home, "mmdesk", "evaluate", "clinic")
    assert done.returncode == 1
    assert done.stderr == "This build only reads cases. To train and evaluate, install mmdesk with pip.\n"


def test_the_doctor_finds_it_well(home: Path) -> None:
    done = run(home, "mmdesk", "doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "frozen" in done.stdout


def test_only_what_is_needed_is_packed() -> None:
    packed = [path for path in FROZEN.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in packed) <= MOST_BYTES
    assert [path for path in packed if GPL.search(path.name)] == []
    assert [path for path in FROZEN.rglob("*") if path.is_symlink() and not path.exists()] == []


def test_the_licences_of_all_that_is_packed_are_there() -> None:
    inside = FROZEN / "_internal"
    listed = (inside / "THIRD_PARTY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| \d\S* \| (.*) \|$", listed, re.MULTILINE)
    assert len(rows) > 20
    assert [name for name, licence in rows if not licence] == []
    texts = {path.name.lower() for path in (inside / "licenses").iterdir() if any(path.rglob("*"))}
    assert {name.lower() for name, _ in rows} <= texts
    packages, _, _ = listed.partition("Libraries of the build machine")
    assert (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").startswith(packages), (
        f"Copy {inside / 'THIRD_PARTY.md'} into the repository."
    )
