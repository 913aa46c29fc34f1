"""The frozen program in the folder that MMDESK_FROZEN names (dist/mmdesk if nothing does), from outside:
`.ci/freeze` makes it, `pytest -m frozen` tries it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest
import soundfile
from PIL import Image
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless
from support import xvfb
from support.dicoms import dicom_bytes, dicom_of, written
from support.sheets import pdf, xlsx

from mmdesk import __version__, resources
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import ReportReady
from mmdesk.packs import files

pytestmark = pytest.mark.frozen

ROOT = Path(__file__).parent.parent.parent
MADE = Path(os.environ.get("MMDESK_FROZEN", ROOT / "dist" / "mmdesk")).absolute()
NO_INTERNET = (sys.executable, str(ROOT / "tests" / "support" / "no_internet.py"))
MOST_BYTES = 1.5e9
PATIENCE_S = 180
Tested = tuple[tuple[int, str, str], list[psutil.Process]]
UNWANTED = re.compile(
    r"readline|gdbm|libgtk|Network|_flight|_s3fs|libstdc\+\+|sklearn|torchvision|transformers"
)


class Frozen:
    """The program, copied to where its name needs care. It gets nothing of this environment, a home of its
    own, and a socket of the internet kills it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder / "Ärzte 2 $HOME" / "mmdesk", folder / "home"
        shutil.copytree(MADE, self.folder, symlinks=True)
        self.home.mkdir()

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*NO_INTERNET, str(self.folder / command[0]), *command[1:]],
            env={"HOME": str(self.home), **environment}, cwd=self.home,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def run(self, *command: str, **environment: str) -> tuple[int, str, str]:
        """Exit code, stdout, and stderr but for Qt's note that an empty environment names no locale."""
        with self.start(*command, **environment) as program:
            try:
                out, err = program.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                program.kill()
                raise
        note = r'Detected locale "C".*?for more information\.\n'
        return program.returncode, out, re.sub(note, "", err, flags=re.DOTALL)

    def processes(self) -> list[psutil.Process]:
        start = str(self.folder)
        return [p for p in psutil.process_iter(["exe"]) if (p.info["exe"] or "").startswith(start)]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    return Frozen(tmp_path_factory.mktemp("frozen"))


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with xvfb.display("1440x900") as name:
        yield name


@pytest.fixture(scope="module")
def tested(frozen: Frozen, display: str) -> Tested:
    """What the window said of its own test, and the processes that it left."""
    done = frozen.run("mmdesk-window", "--self-test", str(frozen.home), DISPLAY=display)
    return done, psutil.wait_procs(frozen.processes(), timeout=2)[1]


def test_it_opens_reads_the_sample_and_ends(tested: Tested, frozen: Frozen) -> None:
    (code, out, err), processes = tested
    assert (code, err) == (0, "")
    usable, written = out.splitlines()
    assert usable == "self-test: the window is usable"
    assert re.fullmatch(r"self-test: the report is written, \d+ findings", written)
    assert processes == []
    assert "Research use only" in (frozen.home / "report.md").read_text(encoding="utf-8")
    assert list(frozen.home.rglob("*.mmcase")) == []


def test_the_picture_shows_a_window(tested: Tested, frozen: Frozen) -> None:
    with Image.open(frozen.home / "window.png") as picture:
        assert picture.width >= 1100 and picture.height >= 700
        assert len(picture.convert("RGB").getcolors(10**6) or ()) > 200


def test_the_findings_are_those_of_the_source(tested: Tested, frozen: Frozen) -> None:
    report = json.loads((frozen.home / "report.json").read_text(encoding="utf-8"))
    *_, last = LocalEngine(files.find("clinic"), "cpu").analyze(resources.sample_case(), StopToken())
    assert isinstance(last, ReportReady)
    source = {finding.name: finding.probability for finding in last.report.findings}
    found = {finding["name"]: finding["probability"] for finding in report["findings"]}
    assert len(found) > 5
    assert found == pytest.approx(source, abs=1e-3)


def test_a_window_that_is_killed_leaves_no_process(frozen: Frozen, display: str) -> None:
    with frozen.start("mmdesk-window", "--self-test", str(frozen.home), DISPLAY=display) as program:
        assert program.stdout is not None and program.stdout.readline()
        assert len(frozen.processes()) > 1
        program.kill()
    assert psutil.wait_procs(frozen.processes(), timeout=5)[1] == []


def test_the_command_line(frozen: Frozen) -> None:
    assert frozen.run("mmdesk", "--version") == (0, f"mmdesk {__version__}\n", "")
    code, _, err = frozen.run("mmdesk", "pack", "verify", "clinic")
    assert (code, err) == (0, "")
    code, out, err = frozen.run("mmdesk")
    assert (code, err) == (0, "")
    assert "The sample case is read here, in the terminal." in out
    (frozen.home / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    code, _, err = frozen.run("mmdesk", "analyze", "--image", "broken.png")
    assert code == 1 and err.startswith("broken.png: ")


def test_it_reads_what_clinicians_have(frozen: Frozen) -> None:
    sample = resources.folder() / "samples" / "sample"
    with Image.open(sample / "radiograph.png") as picture:
        pixels = np.asarray(picture.convert("L"))
    (frozen.home / "IM0001").write_bytes(dicom_bytes(pixels, BodyPartExamined="CHEST", ViewPosition="AP"))
    sound, rate = soundfile.read(sample / "heart_sound.wav")
    for name in ("heart.mp3", "heart.flac", "heart.ogg"):
        soundfile.write(frozen.home / name, np.repeat(sound, 4), 4 * rate)  # MP3 starts at 8 kHz
        done = frozen.run("mmdesk", "analyze", "--image", "IM0001", "--audio", name, "--out", "report.json")
        assert done[0] == 0 and done[2] == "", done
        report = json.loads((frozen.home / "report.json").read_text(encoding="utf-8"))
        assert {section["name"] for section in report["sections"]} >= {"image", "audio", "impression"}


def test_it_unpacks_pixels_in_a_process_of_its_own(frozen: Frozen) -> None:
    """JPEG 2000 by openjpeg, and JPEG-LS that GDCM dies of."""
    pixels = np.asarray(Image.effect_noise((256, 256), 80))
    dataset = dicom_of(pixels, BodyPartExamined="CHEST", ViewPosition="AP")
    dataset.compress(JPEG2000Lossless)
    (frozen.home / "packed").write_bytes(written(dataset))
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
    (frozen.home / "damaged").write_bytes(written(dataset))
    code, out, err = frozen.run("mmdesk", "analyze", "--image", "packed", "--image", "damaged")
    assert code == 1 and "packed: " in out and err.startswith("damaged: the picture in it is damaged"), err


def test_it_reads_volumes_and_values(frozen: Frozen) -> None:
    volume = np.random.default_rng(0).integers(0, 900, (40, 48, 56)).astype(np.int16)
    nibabel.Nifti1Image(volume, np.eye(4)).to_filename(frozen.home / "brain.nii.gz")
    rows = [["Test", "Result", "Unit"], ["C-reactive protein", 96, "mg/L"], ["Potassium", 4.1, "mmol/L"]]
    (frozen.home / "labs.xlsx").write_bytes(xlsx(rows))
    (frozen.home / "letter").write_bytes(pdf("Temperature 38.9 C."))
    done = frozen.run(
        "mmdesk", "analyze", "--image", "brain.nii.gz", "--plane", "coronal", "--record", "letter",
        "--record", "labs.xlsx", "--confirm-labs", "--out", "report.json",
    )  # fmt: skip
    assert done[0] == 0 and done[2] == "", done
    report = json.loads((frozen.home / "report.json").read_text(encoding="utf-8"))
    assert report["provenance"]["sources"][0]["seen"]["plane"] == "coronal"
    assert {fact["name"] for fact in report["facts"]} >= {"crp", "potassium", "temperature"}
    done = frozen.run("mmdesk", "deidentify", "letter", "--out", "clean")
    assert done[0] == 1 and "letter: " in done[2], done


def test_it_reads_many_cases(frozen: Frozen) -> None:
    cases = frozen.home / "cases"
    for number in range(3):
        (cases / f"case {number}").mkdir(parents=True)
        (cases / f"case {number}" / "note.txt").write_text(f"{50 + number}-year-old man, ALT 60 U/L.")
    code, _, err = frozen.run("mmdesk", "batch", str(cases), "--out", str(frozen.home / "read.parquet"))
    assert (code, err) == (0, "")
    rows = pq.read_table(frozen.home / "read.parquet").to_pylist()
    assert [(row["case"], row["state"]) for row in rows] == [(f"case {n}", "read") for n in range(3)]


def test_it_goes_into_the_desktops_menu(frozen: Frozen) -> None:
    code, out, err = frozen.run("mmdesk", "menu")
    assert (code, err) == (0, "") and out.count("written: ") == 3
    entry = frozen.home / ".local" / "share" / "applications" / "mmdesk.desktop"
    assert "mmdesk-window" in entry.read_text(encoding="utf-8")


def test_the_window_says_that_there_is_no_display(frozen: Frozen) -> None:
    code, out, err = frozen.run("mmdesk-window")
    assert (code, out) == (1, "")
    assert err == "mmdesk window: There is no display for a window. Use mmdesk analyze instead.\n"


def test_it_says_what_it_leaves_out(frozen: Frozen) -> None:
    said = "This build only reads cases; training and evaluation need mmdesk's source.\n"
    assert frozen.run("mmdesk", "evaluate", "clinic") == (1, "", said)


def test_the_doctor_finds_it_well(frozen: Frozen) -> None:
    code, out, err = frozen.run("mmdesk", "doctor")
    assert (code, err) == (0, "")
    assert "a frozen build" in out


def test_only_what_is_needed_is_packed() -> None:
    packed = [path for path in MADE.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in packed) <= MOST_BYTES
    assert [path for path in packed if UNWANTED.search(path.name) and "licenses" not in path.parts] == []
    assert [path for path in MADE.rglob("*") if path.is_symlink() and not path.exists()] == []
    platforms = {path.name for path in MADE.rglob("plugins/platforms/*")}
    assert platforms == {"libqoffscreen.so", "libqwayland.so", "libqxcb.so"}


def test_it_speaks_chinese() -> None:
    assert {path.name for path in MADE.rglob("*.qm")} == {"mmdesk_zh_CN.qm", "qtbase_zh_CN.qm"}


def test_the_licences_of_all_that_is_packed_are_there() -> None:
    """A part without a text ends the build; the repository's list must be that of the build."""
    inside = MADE / "_internal"
    listed = (inside / "THIRD_PARTY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| \d\S* \| (.*) \|$", listed, re.MULTILINE)
    assert len(rows) > 20
    assert [name for name, licence in rows if not licence] == []
    packages, _, debian = listed.partition("Libraries of the build machine, by their Debian packages: ")
    names = [*(name.lower() for name, _ in rows), *debian.strip().rstrip(".").split(", ")]
    texts = {path.name.lower(): any(path.rglob("*")) for path in (inside / "licenses").iterdir()}
    assert [name for name in names if not texts.get(name)] == []
    assert (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").startswith(packages), (
        f"Copy {inside / 'THIRD_PARTY.md'} into the repository."
    )
