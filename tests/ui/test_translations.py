"""The window in Chinese: nothing is missing from the file, and nothing stays English on the screen."""

import ast
import itertools
import os
import re
import shutil
import string
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QGraphicsScene,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QWidget,
)
from support.opened import record_case
from support.sample import TEXT, sample_events
from support.scripted import Gate
from support.scripted_run import row

from mmdesk import resources
from mmdesk.batch.events import Progress, State
from mmdesk.case import Modality
from mmdesk.engine.state import Phase
from mmdesk.events import Failed, InputFailed, OutOfDistribution, SentenceWritten, Stage, StageStarted
from mmdesk.packs import manifest as manifests
from mmdesk.questions import questions
from mmdesk.ui import icons
from mmdesk.ui.batch_bar import Phase as BatchPhase
from mmdesk.ui.language import Speaker
from mmdesk.ui.panel import Card, EmptyTarget
from mmdesk.ui.readings import Reading
from mmdesk.ui.report_text import ReportText
from mmdesk.ui.sentences import SENTENCES
from mmdesk.ui.wording import said

Role = Qt.ItemDataRole
UI = Path(__file__).parents[2] / "mmdesk" / "ui"
TS = resources.folder() / "translations" / "mmdesk_zh_CN.ts"
Message = tuple[str, str]  # context, English


def messages(ts: Path) -> dict[Message, ElementTree.Element]:
    """Message → its <translation>."""
    found = {}
    for context in ElementTree.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            key = context.findtext("name") or "", message.findtext("source") or ""
            translation = message.find("translation")
            assert translation is not None
            found[key] = translation
    return found


def finished(ts: Path) -> dict[Message, str]:
    """Message → Chinese; what is unfinished or obsolete is not in it."""
    return {key: item.text or "" for key, item in messages(ts).items() if not item.get("type")}


def tool(name: str) -> str:
    """One of PySide6's, beside this Python."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed")
    assert found is not None, f"{name} is not installed"
    return found


# ---- the files


def test_every_text_of_the_source_is_translated(tmp_path: Path) -> None:
    ts = tmp_path / "now.ts"
    sources = [str(path) for path in sorted(UI.glob("*.py"))]
    done = subprocess.run(
        [tool("pyside6-lupdate"), "-locations", "none", *sources, "-ts", str(ts)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    now = messages(ts).keys()
    assert len(now) > 400
    assert sorted(now - finished(TS).keys()) == [], "see resources/translations/README.md"
    assert sorted(messages(TS).keys() - now) == [], "nobody says this any more"


def test_every_tr_of_the_source_is_found_by_the_tool() -> None:
    """It does not look into f-strings, for one."""
    known = messages(TS).keys()
    found = list(_translated())
    assert len(found) > 200
    assert [item for item in found if item not in known] == []


def _translated() -> Iterator[Message]:
    for path in UI.glob("*.py"):
        for owner in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(owner, ast.ClassDef):
                continue
            for node in ast.walk(owner):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tr":
                    text = node.args[0]
                    assert isinstance(text, ast.Constant), f"{path.name}:{node.lineno} is no literal"
                    yield owner.name, text.value


def test_the_program_loads_what_was_translated(qapp) -> None:
    translator = QTranslator()
    assert translator.load("mmdesk_zh_CN", str(TS.parent))
    loaded = {key: translator.translate(*key) for key in finished(TS)}
    assert loaded == finished(TS), "run pyside6-lrelease"


def test_every_translation_keeps_what_is_filled_in() -> None:
    for (_, english), chinese in finished(TS).items():
        assert sorted(_fields(chinese)) == sorted(_fields(english)), english


def _fields(text: str) -> list[str]:
    """Names or places, with what is said of their form."""
    fields = [(name, form) for _, name, form, _ in string.Formatter().parse(text) if name is not None]
    return [f"{name or place}:{form}" for place, (name, form) in enumerate(fields)]


def test_translations_are_chinese_and_not_empty() -> None:
    for (context, english), chinese in finished(TS).items():
        assert chinese.strip(), english
        if not _is_chinese(chinese) and context != "said":
            assert re.fullmatch(r"[\W_]*|.*(\{.*ms|s$|dB$).*", chinese), english  # figures and units


def test_sentences_end_as_in_english() -> None:
    """A full stop for a full stop, none for none; nor does English punctuation stay in Chinese."""
    for (_, english), chinese in finished(TS).items():
        if _is_chinese(chinese):
            assert english.endswith(".") == chinese.endswith("。"), english
            assert not re.search(r"[,;:?!] ", chinese), chinese


def _is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


# ---- the screen

# What may stay as it is: names, formats, keys, units. What a pack gives is taken out before.
ALLOWED = re.compile(
    r"mmdesk|clinic|Markdown|JSON|PNG|JPEG|TIFF|DICOM|WAV|FLAC|OGG|MP3|MRI|CT|NIfTI|CPU|GPU|CUDA|English|UTF-8"
    r"|Ctrl|Shift|Esc|Del|PgUp|PgDn|PgDown|Page (?:Up|Down)|Home|End|Return|Enter|F\d+"
    r"|\S+\.(?:png|wav|txt|toml|mmcase)"
    r"|\b(?:ms|MB|X|SHA)\b"
)
ENGLISH = re.compile(r"[A-Za-z]{2,}")
PROBLEMS = (
    StageStarted(Stage.READ),
    InputFailed(Modality.IMAGE, "a.png", "the picture is only 8 by 9 pixels", "Export or copy it again."),
    InputFailed(
        Modality.RECORD, "typed text", "the record is empty", "Type or open a record with some text."
    ),
    OutOfDistribution(Modality.AUDIO, "b.wav", "it looks like neither heart sound clip (at most 32%)"),
    Failed(Stage.READ, "none of the inputs could be read", "Mend one and try again.", "Traceback"),
)


def speak(one, language: str) -> None:
    """As the settings do it."""
    one.window.apply_settings(replace(one.window.settings, language=language))
    for _ in range(5):  # layouts settle from the inside out
        QApplication.processEvents()


def texts_of(top: QWidget) -> list[str]:
    """Where, and what is read there by a person or by a screen reader: all that is visible in `top`, and
    its actions and menus."""
    top.grab()  # some tooltips are given by what was painted
    found = []
    for widget in (top, *top.findChildren(QWidget)):
        if widget.isVisible() or isinstance(widget, QMenu):
            found += [f"{type(widget).__name__}: {text}" for text in _texts(widget) if text]
    shown = (
        action for action in top.findChildren(QAction) if not isinstance(action.parent(), QGraphicsScene)
    )
    for action in shown:  # a scene of pyqtgraph has a menu that is never opened
        texts = (action.text(), action.toolTip(), action.statusTip())
        found += [f"action: {text}" for text in texts if text]
    return sorted(found)


def _texts(widget: QWidget) -> list[str]:
    texts = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    match widget:
        case QLabel() | QAbstractButton():
            texts.append(widget.text())
        case QLineEdit() | QPlainTextEdit():
            texts.append(widget.placeholderText())
        case QComboBox():
            texts += [widget.itemText(place) for place in range(widget.count())]
        case QMenu():
            texts.append(widget.title())
        case QSpinBox():
            texts.append(widget.suffix())
        case QDialog():
            texts.append(widget.windowTitle())
        case QAbstractItemView():
            roles = (
                Role.DisplayRole,
                Role.ToolTipRole,
                Role.AccessibleTextRole,
                Role.AccessibleDescriptionRole,
            )
            model = widget.model()
            places = itertools.product(
                range(model.rowCount()),
                range(model.columnCount() if isinstance(widget, QTableView) else 1),
                roles,
            )
            texts += [str(model.index(row, column).data(role) or "") for row, column, role in places]
        case ReportText():
            texts += [line for line in widget.toPlainText().splitlines() if line.startswith("▲")]
    return texts


def packs_words(one) -> list[str]:
    """What a pack gives: its titles, questions, populations and terms, longest first."""
    pack = manifests.read(one.pack)
    words = [
        pack.title,
        *(prompt.title for prompt in pack.prompts),
        *(item.title for item in pack.examinations),
        *questions(pack),
    ]
    for task in pack.tasks:
        words += [task.name, task.question, task.population.text, *(item.label for item in task.findings)]
    for term in pack.vocabulary.terms:
        words += [term.label, *(term.categories or ()), *([term.unit] if term.unit else ())]
    return sorted(words, key=len, reverse=True)


def english(texts: list[str], one) -> list[str]:
    """Those that hold an English word."""
    given = re.compile(
        "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in packs_words(one)), re.IGNORECASE
    )
    left = {text: ALLOWED.sub(" ", given.sub(" ", text.partition(": ")[2])) for text in texts}
    return [text for text, words in left.items() if ENGLISH.search(words)]


def assert_chinese(one, top: QWidget) -> None:
    left = english(texts_of(top), one)
    assert not left, "\n".join(left)


def check(one, top: QWidget) -> None:
    """In Chinese nothing is English, and in English everything is as it was."""
    before = texts_of(top)
    assert len(english(before, one)) > len(before) // 3
    speak(one, "zh_CN")
    assert_chinese(one, top)
    speak(one, "en")
    after = texts_of(top)
    assert after == before, (Counter(after) - Counter(before), Counter(before) - Counter(after))


def test_the_empty_window(open_window) -> None:
    one = open_window()
    one.until_phase(Phase.READY)
    check(one, one.window)


def test_the_window_with_a_report(open_window) -> None:
    one = open_window()
    one.model.load(resources.sample_case())
    one.model.set_record(TEXT, "record.txt")
    one.play(*sample_events(one.model.case()))
    one.do["analyse"].trigger()
    one.until_ended()
    one.until_quiet()
    assert one.window.audio.view is not None and one.window.findings.list.findings.rows
    check(one, one.window)


def test_the_window_with_problems(open_window) -> None:
    one = open_window()
    one.model.load(resources.sample_case())
    one.play(*PROBLEMS)
    one.do["analyse"].trigger()
    one.until_ended()
    one.until_quiet()
    assert [len(panel.cards()) for panel in (*one.window.inputs.values(), one.window.report)] == [1, 1, 1, 1]
    one.window.filing.problem(
        "x.mmcase: it cannot be written (No space left on device).", "Make room on the disk."
    )
    check(one, one.window)
    speak(one, "zh_CN")
    assert one.window.notice.text == "x.mmcase：无法写入（磁盘空间不足）。请清理磁盘空间。"
    assert one.window.image.cards() == ["a.png: the picture is only 8 by 9 pixels"]  # as it was given
    one.window.image.show_card(one.window.image.cards()[0])
    assert len(one.window.image.cards()) == 1
    one.window.image.remove_card("a.png: the picture is only 8 by 9 pixels")
    assert one.window.image.cards() == []


def test_the_window_at_work_and_stopped(open_window) -> None:
    one = open_window()
    one.model.load(record_case())
    events = sample_events(one.model.case())
    written = next(place for place, event in enumerate(events) if isinstance(event, SentenceWritten))
    one.play(*events[: written + 1], Gate("gate"), *events[written + 1 :])
    one.run_to_gate()
    one.until(lambda: not one.window.report.late.isActive())
    speak(one, "zh_CN")
    assert_chinese(one, one.window)
    one.do["stop"].trigger()
    one.until_ended()
    assert_chinese(one, one.window)
    one.do["new"].trigger()
    assert one.window.notice.text == "病例已收起。"
    assert_chinese(one, one.window)


def test_the_window_with_a_work_list(open_window, tmp_path: Path) -> None:
    one = open_window()
    for number in range(1, 4):
        (tmp_path / f"list/{number}").mkdir(parents=True)
        (tmp_path / f"list/{number}/a.txt").write_text("4-year-old boy")
    one.window.rounds.open(tmp_path / "list")
    work = one.window.desktop.work
    one.until(work.isVisible)
    check(one, one.window)
    left_out = row("2", State.PARTLY, "b.wav: this is empty; c.wav: this is empty. Choose a file.")
    failed = row("3", State.FAILED, "line 3: it names no file. Mend it.")
    work.take({one.name: Reading.of(one) for one in (left_out, failed)})
    for phase in BatchPhase:
        work.batch.set_phase(phase)
        work.batch.show_progress(Progress(3, 4, 1, 2.5, 130.0))
        check(one, work)
    work.field.setText("nothing")
    one.until(lambda: not work.list.isVisible())
    check(one, work)


@pytest.mark.parametrize("name", ["settings", "shortcuts", "about"])
def test_the_dialogs(open_window, name: str) -> None:
    one = open_window()
    one.do[name].trigger()
    (dialog,) = one.window.findChildren(QDialog)
    check(one, dialog)


@pytest.mark.parametrize("name", ["open", "save_as", "export"])
def test_the_file_dialogs(open_window, name: str) -> None:
    """Their own buttons are Qt's."""
    one = open_window(language="zh_CN")
    one.model.load(record_case())
    one.do["analyse"].trigger()
    one.until_ended()
    one.do[name].trigger()
    (dialog,) = one.window.findChildren(QFileDialog)
    buttons = [button.text() for button in dialog.findChildren(QPushButton) if button.isVisible()]
    assert len(buttons) == 2 and all(_is_chinese(text) for text in buttons)
    patterns = re.compile(r"\(.*?\)")
    assert _is_chinese(dialog.windowTitle())
    assert not ENGLISH.search(ALLOWED.sub("", patterns.sub("", " ".join(dialog.nameFilters()))))


def test_recent_cases(open_window) -> None:
    one = open_window(language="zh_CN")
    one.model.load(resources.sample_case())
    one.until_quiet()
    one.window.toolbar.recent_menu.aboutToShow.emit()
    (action,) = one.window.toolbar.recent_menu.actions()
    assert _is_chinese(action.text()) and not ENGLISH.search(action.text())


def test_a_text_field_has_a_chinese_menu(open_window) -> None:
    one = open_window(language="zh_CN")
    menu = one.window.record.editor.createStandardContextMenu()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.deleteLater()
    assert texts and all(_is_chinese(text) for text in texts)


# ---- the parts by themselves


@pytest.fixture
def speaker(qapp) -> Iterator[Speaker]:
    one = Speaker(qapp)
    yield one
    one.speak("en")


def test_texts_of_base_classes_change_in_their_subclasses(qtbot, speaker: Speaker) -> None:
    class Narrow(Card):
        pass

    class Wide(EmptyTarget):
        pass

    card, target = Narrow("this is a folder", "Choose a file."), Wide("", icons.icon("image"))
    for widget in (card, target):
        qtbot.addWidget(widget)
    speaker.speak("zh_CN")
    QApplication.processEvents()
    assert card.accessibleName() == "这是文件夹 请选择文件。"
    assert [button.text() for button in target.findChildren(QPushButton)] == ["浏览…", "粘贴"]
    speaker.speak("en")
    QApplication.processEvents()
    assert card.accessibleName() == "this is a folder Choose a file."


def test_parts_of_a_sentence_are_translated(speaker: Speaker) -> None:
    speaker.speak("zh_CN")
    assert said("x.gif: this is a GIF picture, not an image") == "x.gif：这是 GIF 图片，不是影像"
    assert said("Save it as PNG, JPEG, TIFF, DICOM or NIfTI.") == "请另存为 PNG、JPEG、TIFF、DICOM 或 NIfTI。"
    assert said("Chest: outside its population, age 34 years; learned from children.") == (
        "Chest：超出训练人群范围，年龄 34 岁；训练数据为 children。"
    )
    assert said("something new") == "something new"


def test_every_sentence_is_said_in_chinese(speaker: Speaker) -> None:
    speaker.speak("zh_CN")
    same = [text for text in SENTENCES if said(text.replace("{}", "3")) == text.replace("{}", "3")]
    assert same == []


def test_dates_follow_the_language(speaker: Speaker) -> None:
    speaker.speak("zh_CN")
    assert QLocale().language() == QLocale.Language.Chinese
    speaker.speak("en")
    assert QLocale().language() == QLocale.Language.English
