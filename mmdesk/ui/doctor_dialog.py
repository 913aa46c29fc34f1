"""What `mmdesk doctor` finds, as it finds it. It runs in a process of its own, which knows no case."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QProcess, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from mmdesk import codec
from mmdesk.doctor import LAST, NOTE, OK, PROBLEM, Check, as_text
from mmdesk.ui.panel import label, set_property
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said

SIGNS = {OK: ("✓", "good"), NOTE: ("–", "warning"), PROBLEM: ("!", "problem")}
CHARACTERS, LINES = 88, 32  # the size of the list, where the window leaves room for it
KILLING_MS = 1000


def own_command() -> list[str]:
    """What runs the doctor of this very program; a frozen one has a second program for the terminal."""
    program = Path(sys.executable)
    if getattr(sys, "frozen", False):
        return [str(program.with_name(f"mmdesk{program.suffix}")), "doctor", "--json"]
    return [str(program), "-P", "-m", "mmdesk", "doctor", "--json"]  # not what lies in the current folder


class _Row:
    """The labels of one check: a sign, its name, what was found, and below that what to do."""

    def __init__(self, check: Check, grid: QGridLayout, row: int) -> None:
        self.check = check
        sign, tone = SIGNS[check.state]
        self.sign, self.name = label(sign, tone=tone), label(tone="muted")
        self.found, self.remedy = label(), label(tone="muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (self.found, self.remedy):
            part.setWordWrap(True)
            words.addWidget(part)
        self.remedy.setVisible(bool(check.remedy))
        grid.addWidget(self.sign, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.name, row, 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(words, row, 2)

    def say(self, name: str, state: str) -> None:
        self.name.setText(name)
        self.sign.setFixedHeight(self.name.sizeHint().height())  # Chinese is higher
        self.sign.setToolTip(state)
        self.sign.setAccessibleName(state)
        found = said(self.check.found).replace("\\", "\\\u200b")  # where a long path of Windows may be cut
        self.found.setText(found)
        self.remedy.setText(said(self.check.remedy))


class DoctorDialog(QDialog):
    """`command` is a program and its arguments; it prints a check a line, as JSON."""

    def __init__(self, parent: QWidget, command: Sequence[str] | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._program, *self._arguments = command or own_command()
        self._rows: list[_Row] = []
        self._copied = False
        self._process = QProcess(self)
        self._process.setStandardInputFile(QProcess.nullDevice())
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.errorOccurred.connect(self._not_started)
        self._process.finished.connect(self._ended)
        self._heading = label()
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._close = buttons.button(QDialogButtonBox.StandardButton.Close)
        self._copy = buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self._again = buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.close)
        self._copy.clicked.connect(self._copy_all)
        self._again.clicked.connect(self._start)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[GRID * 2] * 4)
        column.setSpacing(GRID * 2)
        column.addWidget(self._heading)
        column.addWidget(self._list, 1)
        column.addWidget(buttons)
        letter = self.fontMetrics()
        wanted = QSize(letter.averageCharWidth() * CHARACTERS, letter.lineSpacing() * LINES)
        self.resize(wanted.boundedTo(parent.size() * 0.9))
        self._close.setFocus()
        self._start()

    @Slot()
    def _start(self) -> None:
        self._rows, self._copied = [], False
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID * 2)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(2, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID * 2, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._list.setWidget(content)
        self._process.start(self._program, self._arguments)
        self.retranslate()

    @Slot()
    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data())
            try:
                self._show(codec.decode(Check, json.loads(line)))
            except (KeyError, TypeError, ValueError):
                continue  # a library prints, too

    @Slot(QProcess.ProcessError)
    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            found = f"the check cannot be started ({self._process.errorString()})"
            self._show(Check("doctor", PROBLEM, found, "Install mmdesk again."))

    @Slot(int, QProcess.ExitStatus)
    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        killed = status is QProcess.ExitStatus.CrashExit and sys.platform != "win32"
        if killed or not self._rows or self._rows[-1].check.name != LAST:
            how = f"signal {code}" if killed else f"exit code {code}"
            remedy = "Please report it with all of these lines."
            self._show(Check("doctor", PROBLEM, f"the check ended unexpectedly ({how})", remedy))
        self.retranslate()

    def _show(self, check: Check) -> None:
        self._rows.append(_Row(check, self._grid, len(self._rows)))
        self.retranslate()

    @Slot()
    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(as_text(row.check) for row in self._rows))
        self._copied = True
        self.retranslate()

    def done(self, result: int) -> None:
        """Closed in whatever way: nobody waits for the rest."""
        self._process.blockSignals(True)
        self._process.kill()
        self._process.waitForFinished(KILLING_MS)
        super().done(result)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Check this computer"))
        self._list.setAccessibleName(self.tr("What was found"))
        self._close.setText(self.tr("Close"))
        self._copy.setText(self.tr("Copy"))
        self._again.setText(self.tr("Check again"))
        running = self._process.state() != QProcess.ProcessState.NotRunning
        self._copy.setDisabled(running)
        self._again.setDisabled(running)
        self._say_heading(running)
        states = {OK: self.tr("in order"), NOTE: self.tr("works without it"), PROBLEM: self.tr("problem")}
        names = {
            "versions": self.tr("Versions"), "display": self.tr("Display"), "sound": self.tr("Sound"),
            "device": self.tr("Device"), "memory": self.tr("Memory"), "disk": self.tr("Disk"),
            "settings folder": self.tr("Settings folder"), "data folder": self.tr("Data folder"),
            "temporary folder": self.tr("Temporary folder"), "settings": self.tr("Settings"),
            "pack": self.tr("Pack"), "engine": self.tr("Engine"), "doctor": self.tr("This check"),
        }  # fmt: skip
        for row in self._rows:
            row.say(names.get(row.check.name, row.check.name), states[row.check.state])

    def _say_heading(self, running: bool) -> None:
        problems = sum(row.check.state is PROBLEM for row in self._rows)
        text, tone = self.tr("No problem was found."), ""
        if running:
            text, tone = self.tr("Checking…"), "muted"
        elif self._copied:
            text = self.tr("Copied. Nothing of a case is in it.")
        elif problems:
            text, tone = self.tr("Problems: {}").format(problems), "problem"
        self._heading.setText(text)
        set_property(self._heading, "tone", tone)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
