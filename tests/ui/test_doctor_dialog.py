"""The dialog of the doctor, with programs that play a script: as the lines come, and however they end."""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QPoint, QProcess, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from support.scripted import open_gate

from mmdesk import codec
from mmdesk.doctor import LAST, NOTE, OK, PROBLEM, Check, as_text
from mmdesk.ui import doctor_dialog, theme
from mmdesk.ui.doctor_dialog import DoctorDialog, own_command
from mmdesk.ui.language import Speaker

GOOD = (
    Check("display", OK, "X11, screen :0"),
    Check("sound", NOTE, "PortAudio is missing; heart sounds cannot be played", "Install it."),
    Check(LAST, OK, "the sample case was read in 1.0 s on the CPU"),
)
BAD = Check("disk", PROBLEM, "0.0 GB are free", "Make room on the disk.")
REPORT_IT = "Please report it with all of these lines."
TIMEOUT_MS = 8_000
PLAYER = """
import json, os, pathlib, sys, threading

def say(text):
    print(text, flush=True)

def gate(name):
    file, pause = pathlib.Path(sys.argv[1], name + ".open"), threading.Event()
    while not file.exists():
        pause.wait(0.002)

"""


def say(*checks: Check) -> str:
    """The part of a script that says so."""
    return "".join(f"say({json.dumps(codec.encode(check))!r})\n" for check in checks)


def script(folder: Path, *parts: str) -> list[str]:
    """The command that plays it."""
    return [sys.executable, "-c", PLAYER + "".join(parts), str(folder)]


class Opened:
    def __init__(self, qtbot, dialog: DoctorDialog) -> None:
        self.dialog, self._qtbot = dialog, qtbot

    def until(self, true) -> None:
        self._qtbot.waitUntil(true, timeout=TIMEOUT_MS)

    def until_shown(self, count: int) -> None:
        self.until(lambda: len(self.dialog._rows) == count)

    def until_over(self) -> None:
        self.until(lambda: self.dialog._process.state() == QProcess.ProcessState.NotRunning)
        for _ in range(5):  # layouts settle from the inside out
            QApplication.processEvents()

    @property
    def checks(self) -> list[Check]:
        return [row.check for row in self.dialog._rows]

    @property
    def heading(self) -> str:
        return self.dialog._heading.text()

    @property
    def buttons(self) -> tuple[bool, bool]:
        """Whether all can be copied, and checked again."""
        return self.dialog._copy.isEnabled(), self.dialog._again.isEnabled()


@pytest.fixture
def parent(qtbot) -> QWidget:
    parent = QWidget()
    parent.resize(1100, 700)
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def show(qtbot, parent: QWidget):
    def make(command: list[str]) -> Opened:
        dialog = DoctorDialog(parent, command)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        return Opened(qtbot, dialog)

    return make


@pytest.fixture
def speaker(qapp) -> Iterator[Speaker]:
    one = Speaker(qapp)
    yield one
    one.speak("en")
    theme.apply(qapp, "dark")


def test_lines_are_shown_as_they_come(show, tmp_path: Path) -> None:
    one = show(script(tmp_path, say(*GOOD[:2]), "gate('on')\n", say(BAD, GOOD[2])))
    one.until_shown(2)
    assert one.heading == "Checking…"
    assert one.buttons == (False, False)
    open_gate(tmp_path, "on")
    one.until_over()
    assert one.checks == [*GOOD[:2], BAD, GOOD[2]]
    assert one.heading == "Problems: 1"
    assert one.buttons == (True, True)


def test_a_row_says_it_in_words_too(show, tmp_path: Path) -> None:
    one = show(script(tmp_path, say(*GOOD[:2], BAD, GOOD[2])))
    one.until_over()
    rows = one.dialog._rows
    assert [row.sign.text() for row in rows] == ["✓", "–", "!", "✓"]
    words = ["in order", "works without it", "problem", "in order"]
    assert [row.sign.accessibleName() for row in rows] == words
    assert [row.sign.toolTip() for row in rows] == words
    assert [row.name.text() for row in rows] == ["Display", "Sound", "Disk", "Engine"]
    assert rows[2].found.text() == "0.0 GB are free"
    assert [row.remedy.isVisible() for row in rows] == [False, True, True, False]
    assert rows[2].remedy.text() == "Make room on the disk."


def test_without_a_problem(show, tmp_path: Path) -> None:
    one = show(script(tmp_path, say(*GOOD)))
    one.until_over()
    assert one.heading == "No problem was found."


def test_copy_takes_the_lines_of_the_terminal_in_english(show, tmp_path: Path, speaker: Speaker) -> None:
    speaker.speak("zh_CN")
    one = show(script(tmp_path, say(*GOOD[:2], BAD, GOOD[2])))
    one.until_over()
    one.dialog._copy.click()
    copied = QApplication.clipboard().text()
    assert copied == "\n".join(map(as_text, [*GOOD[:2], BAD, GOOD[2]]))
    assert "note     sound             PortAudio is missing" in copied
    speaker.speak("en")
    QApplication.processEvents()
    assert one.heading == "Copied. Nothing of a case is in it."


def test_check_again_begins_anew(show, tmp_path: Path) -> None:
    mended = "file = pathlib.Path(sys.argv[1], 'mended')\nif not file.exists():\n    "
    one = show(script(tmp_path, mended, say(BAD), say(*GOOD)))
    one.until_over()
    assert one.checks == [BAD, *GOOD]
    one.dialog._copy.click()
    (tmp_path / "mended").touch()
    one.dialog._again.click()
    assert (one.heading, one.checks, one.buttons) == ("Checking…", [], (False, False))
    one.until_over()
    assert one.checks == list(GOOD)
    assert one.heading == "No problem was found."
    assert len(one.dialog._list.findChildren(QLabel)) == 4 * len(GOOD)


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_closing_ends_the_process(show, qtbot, tmp_path: Path, way: str) -> None:
    one = show(script(tmp_path, say(GOOD[0]), "gate('never')\n"))
    one.until_shown(1)
    process = psutil.Process(one.dialog._process.processId())
    if way == "button":
        one.dialog._close.click()
    elif way == "escape":
        qtbot.keyClick(one.dialog, Qt.Key.Key_Escape)
    else:
        one.dialog.close()
    assert not one.dialog.isVisible()
    assert not process.is_running()
    assert one.checks == [GOOD[0]]  # and nothing is said of it


@pytest.mark.parametrize(
    ("end", "how"),
    [
        pytest.param(
            f"os.kill(os.getpid(), {int(getattr(signal, 'SIGKILL', 0))})\n", "signal 9",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals"),
        ),
        ("sys.exit(3)\n", "exit code 3"),
        ("", "exit code 0"),  # before it was done
    ],
)  # fmt: skip
def test_a_check_that_ends_early_says_so(show, tmp_path: Path, end: str, how: str) -> None:
    one = show(script(tmp_path, say(GOOD[0]), end))
    one.until_shown(2)
    one.until_over()
    ended = Check("doctor", PROBLEM, f"the check ended unexpectedly ({how})", REPORT_IT)
    assert one.checks == [GOOD[0], ended]
    assert one.heading == "Problems: 1"
    assert one.buttons == (True, True)


def test_a_check_that_says_nothing(show, tmp_path: Path) -> None:
    one = show(script(tmp_path))
    one.until_shown(1)
    assert one.checks[0].found == "the check ended unexpectedly (exit code 0)"


def test_a_check_that_cannot_be_started(show, tmp_path: Path) -> None:
    one = show([str(tmp_path / "gone"), "doctor"])
    one.until_shown(1)
    QApplication.processEvents()
    (check,) = one.checks
    assert (check.name, check.state, check.remedy) == ("doctor", PROBLEM, "Install mmdesk again.")
    assert re.fullmatch(r"the check cannot be started \(.+\)", check.found)
    assert one.heading == "Problems: 1"
    assert one.buttons == (True, True)


@pytest.mark.parametrize(
    "line",
    ["ALSA lib", "[]", "3", '{"name": "disk"}', '{"name": "disk", "state": "ill", "found": "x"}', "\\xff"],
)
def test_what_a_library_prints_is_no_check(show, tmp_path: Path, line: str) -> None:
    printed = f"sys.stdout.buffer.write(b'{line}\\n')\nsys.stdout.flush()\n"
    one = show(script(tmp_path, say(GOOD[0]), printed, say(*GOOD[1:])))
    one.until_over()
    assert one.checks == list(GOOD)


def test_half_a_line_is_waited_for(show, tmp_path: Path) -> None:
    line = json.dumps(codec.encode(GOOD[2]))
    first = f"say({json.dumps(codec.encode(GOOD[0]))!r})\nprint({line[:9]!r}, end='', flush=True)\n"
    one = show(script(tmp_path, first, "gate('on')\n", f"say({line[9:]!r})\n"))
    one.until_shown(1)
    open_gate(tmp_path, "on")
    one.until_over()
    assert one.checks == [GOOD[0], GOOD[2]]


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    assert own_command() == [str(tmp_path / "python.exe"), "-P", "-m", "mmdesk", "doctor", "--json"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for window, terminal in (("mmdesk-window.exe", "mmdesk.exe"), ("mmdesk-window", "mmdesk")):
        monkeypatch.setattr(sys, "executable", str(tmp_path / window))
        assert own_command() == [str(tmp_path / terminal), "doctor", "--json"]


def test_the_real_doctor(show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    one = show(own_command())
    one.until_over()
    names = list(dict.fromkeys(check.name for check in one.checks))
    assert (names[0], names[-1], len(names)) == ("versions", LAST, 12)
    assert [check for check in one.checks if check.state is PROBLEM] == []
    assert not (tmp_path / "home").exists()


# ---- in the window


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """What the window takes for the doctor from now on."""

    def make(*parts: str) -> None:
        monkeypatch.setattr(doctor_dialog, "own_command", lambda: script(tmp_path, *parts))

    return make


def test_the_menu_opens_it_once_and_closing_the_window_ends_it(open_window, play) -> None:
    one = open_window()
    names = [action.objectName() for action in one.window.toolbar.more_menu.actions()]
    assert names[names.index("shortcuts") :] == ["shortcuts", "doctor", "about", "quit"]
    play(say(GOOD[0]), "gate('never')\n")
    processes = []
    for _ in range(2):
        one.do["doctor"].trigger()
        shown = [dialog for dialog in one.window.findChildren(DoctorDialog) if dialog.isVisible()]
        assert len(shown) == 1 and not shown[0].isModal()
        one.until(lambda: shown[0]._rows)  # noqa: B023 - called here and now
        processes.append(psutil.Process(shown[0]._process.processId()))
    assert [process.is_running() for process in processes] == [False, True]
    one.close()
    assert not processes[1].is_running()


SAYS = [  # found, what to do
    ("mmdesk 0.1.0, Python 3.11.7, Linux-6.1-x86_64, PySide6 6.11, torch 2.14, a frozen build", ""),
    ("PySide6 is not installed", "Install mmdesk again."),
    ("the platform offscreen", ""),
    ("X11, screen :0", ""),
    ("the system's own", ""),
    ("There is no display for a window.", "Use mmdesk analyze instead."),
    (
        "A window needs libraries that are not here; on Debian: apt install libegl1 libgl1.",
        "Use mmdesk analyze instead.",
    ),
    ("PortAudio V19.7.0, plays on USB: Box, inputs: 3", ""),
    ("PortAudio is missing; heart sounds cannot be played", "On Debian: apt install libportaudio2."),
    (
        "PortAudio does not start (X: no host); heart sounds cannot be played",
        "Restart the computer; if that does not help, install mmdesk again.",
    ),
    ("no sound device was found; heart sounds cannot be played", "Plug one in and check again."),
    ("no NVIDIA GPU; the CPU is used, 8 cores", ""),
    (
        "there is an NVIDIA GPU, but this torch is built for the CPU",
        "The CPU is enough. For the GPU, install a torch with CUDA (pytorch.org).",
    ),
    (
        "there is an NVIDIA GPU, but torch cannot use it",
        "The CPU is enough. For the GPU, update the NVIDIA driver.",
    ),
    ("torch cannot be loaded (ModuleNotFoundError)", "Install mmdesk again."),
    ("the settings name CUDA, which is not here", "Choose the device cpu."),
    ("5.1 of 7.8 GB are free", ""),
    ("0.4 of 7.8 GB are free; mmdesk needs 1.2 GB", "Close other programs if mmdesk is slow."),
    ("0.5 GB are free", "Make room on the disk."),
    (
        "~/.config/mmdesk cannot be written (Permission denied)",
        "Get the right to write there, make room, or name another folder in MMDESK_HOME.",
    ),
    ("they can be used", ""),
    ("the settings file is broken", "Mend it; else the next start of mmdesk sets it aside."),
    (
        "the settings file was written by a newer mmdesk",
        "Update mmdesk; else the next start of mmdesk sets it aside.",
    ),
    (
        "In the settings: not a usable value, so the default is used: theme.",
        "Choose again in the settings, or mend settings.toml.",
    ),
    ("clinic 0.3.0: all hashes match", ""),
    (
        "clinic: the pack holds a file, which is no part of a pack and will not be opened",
        "Get the pack again from where it came.",
    ),
    ("the sample case was read in 1.0 s on the CPU", ""),
    ("the sample case could not be read: KeyError", "Please report it with its details."),
    ("cuda: no CUDA device is there", "Choose the device cpu."),
    ("not tried, since a pack is not whole", "Mend the pack first."),
    ("this could not be checked: Permission denied", REPORT_IT),
    ("the check cannot be started (execvp)", "Install mmdesk again."),
    ("the check ended unexpectedly (signal 9)", REPORT_IT),
]
ENGLISH = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(
    r"(?i)MMDESK_HOME|mmdesk|python|linux\S*|pyside6|torch|portaudio|usb: box|nvidia|gpu|cpu|cuda|debian"
    r"|apt install|lib\w+|pytorch.org|GB|settings.toml|theme|clinic|analyze|offscreen|X: no host|execvp"
    r"|~/.config|\w+Error|V19"
)


def test_in_chinese_nothing_is_english(show, tmp_path: Path, speaker: Speaker) -> None:
    names = ("versions", "display", "sound", "device", "memory", "disk", "pack", "engine", "doctor")
    folders = ("settings folder", "data folder", "temporary folder", "settings")
    checks = [Check((names + folders)[n % 13], PROBLEM, *said) for n, said in enumerate(SAYS)]
    one = show(script(tmp_path, say(*checks, GOOD[2])))
    one.until_over()
    speaker.speak("zh_CN")
    QApplication.processEvents()
    dialog = one.dialog
    texts = [dialog.windowTitle(), dialog._list.accessibleName(), dialog._copy.text(), dialog._again.text()]
    for label in dialog.findChildren(QLabel):
        texts += [label.text().replace("\u200b", ""), label.toolTip(), label.accessibleName()]
    left = [text for text in texts if ENGLISH.search(NAMES.sub("", text))]
    assert left == []


@pytest.mark.parametrize("size", [100, 200])
def test_nothing_is_cut_off(show, qapp, tmp_path: Path, speaker: Speaker, size: int) -> None:
    theme.apply(qapp, "light", size)
    paths = [Check("data folder", OK, folder * 40) for folder in ("/folder", "\\folder")]
    one = show(script(tmp_path, say(*[Check("sound", NOTE, *said) for said in SAYS], *paths, GOOD[2])))
    one.until_over()
    scrolled = one.dialog._list
    assert scrolled.widget().width() == scrolled.viewport().width()
    assert one.dialog.width() <= one.dialog.parentWidget().width()
    for label in scrolled.findChildren(QLabel):
        if label.isVisible():
            right = label.mapTo(scrolled.widget(), QPoint(label.width(), 0)).x()
            assert right <= scrolled.viewport().width()
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= needed, label.text()


def test_all_is_reached_with_the_keyboard(show, qtbot, tmp_path: Path) -> None:
    one = show(script(tmp_path, say(*[Check("sound", NOTE, *said) for said in SAYS], GOOD[2])))
    one.until_over()
    dialog = one.dialog
    dialog.activateWindow()
    one.until(dialog.isActiveWindow)
    met = []
    for _ in range(4):
        met.append(QApplication.focusWidget())
        qtbot.keyClick(met[-1], Qt.Key.Key_Tab)
    assert met[0] is dialog._close
    assert set(met) == {dialog._close, dialog._list, dialog._copy, dialog._again}
    dialog._list.setFocus()
    qtbot.keyClick(dialog._list, Qt.Key.Key_PageDown)
    assert dialog._list.verticalScrollBar().value() > 0
