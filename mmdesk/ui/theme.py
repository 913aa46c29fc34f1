"""Colours, sizes and the style sheet: one place for how the window looks, dark and light."""

import sys
from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

GRID = 8  # pixels; every distance is a half, one or several of it
CHINESE = "Noto Sans CJK SC"  # on Linux


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours as #RRGGBB. Text on ground, panel and raised keeps a contrast of 4.5 : 1."""

    ground: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    marked: str
    warning: str
    problem: str
    good: str
    track: str
    evidence: str


DARK = Tokens(
    ground="#0F1216", panel="#171B21", raised="#1E242C", line="#2A323C", text="#E6EAF0", muted="#9AA6B2",
    accent="#4FB3BF", on_accent="#071316", marked="#20373D", warning="#E2A93B", problem="#F0776F",
    good="#6CBF84", track="#1E242C", evidence="#C9A0FF",
)  # fmt: skip
LIGHT = Tokens(
    ground="#F5F6F8", panel="#FFFFFF", raised="#F0F2F5", line="#D9DEE5", text="#17202A", muted="#5B6773",
    accent="#0F7C8A", on_accent="#FFFFFF", marked="#D8E9EC", warning="#8A5A00", problem="#B3261E",
    good="#1F7A3D", track="#E8ECF0", evidence="#7B3FB5",
)  # fmt: skip
THEMES = {"dark": DARK, "light": LIGHT}

_active = DARK


def active() -> Tokens:
    """The colours now in use, for what is painted by hand; a change comes as QEvent.StyleChange."""
    return _active


def color(name: str, alpha: float = 1.0) -> QColor:
    """A token as a colour."""
    value = QColor(getattr(_active, name))
    value.setAlphaF(alpha)
    return value


def apply(app: QApplication, name: str, text_size: int = 100) -> None:
    """Dress the application: name is "dark", "light" or "system"; text_size is in percent."""
    global _active
    if name == "system":
        name = "dark" if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"
    _active = THEMES[name]
    font = app_font(text_size)
    app.setFont(font)
    app.setPalette(_palette(_active))
    app.setStyleSheet(style_sheet(_active, font.pixelSize()))


def app_font(text_size: int) -> QFont:
    """The system's font at 13 px for 100%, figures of equal width."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if sys.platform.startswith("linux"):
        there = QFontDatabase.families()
        families = ["Inter"] if "Inter" in there else font.families()
        if CHINESE in there:  # else Qt takes the Japanese forms of its characters
            families = [*families, CHINESE]
        font.setFamilies(families)
    font.setPixelSize(round(13 * text_size / 100))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small_font(font: QFont, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Labels: 11 px where the body has 13."""
    small = QFont(font)
    small.setPixelSize(round(font.pixelSize() * 11 / 13))
    small.setWeight(weight)
    return small


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.ground,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.panel,
        QPalette.ColorRole.AlternateBase: tokens.raised,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.Link: tokens.accent,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return palette


def style_sheet(tokens: Tokens, body: int) -> str:
    """The one style sheet. Object names and the dynamic properties `tone`, `kind` and `drop` pick
    what a widget is; body is the text size in pixels."""
    pixels = {"small": 11, "large": 20, "icon": 16, "control": 20, "low_control": 16}  # where body is 13
    sizes = {name: f"{round(body * size / 13)}px" for name, size in pixels.items()}
    return _SHEET.substitute(asdict(tokens), **sizes)


_SHEET = Template("""
* { outline: none; }
QMainWindow, QDialog { background: $ground; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }
QLabel { color: $text; background: transparent; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="problem"] { color: $problem; }
QLabel[kind="title"] { color: $muted; font-size: $small; font-weight: 600; }
QLabel[kind="chip"], QLabel[kind="small"] { font-size: $small; }
QLabel[kind="large"] { font-size: $large; font-weight: 600; }

QFrame#panel { background: $panel; border: 1px solid $line; border-radius: 6px; }
QFrame#panel[drop="accept"] { border: 1px solid $accent; background: $marked; }
QFrame#panel[drop="refuse"] { border: 1px solid $problem; }
QFrame#target { border: 1px dashed $muted; border-radius: 6px; background: transparent; }
QFrame#card {
  background: $raised; border: 1px solid $line; border-left: 3px solid $problem; border-radius: 4px;
}
QFrame#card[tone="accept"] { border-left: 3px solid $accent; }
QFrame#card[tone="notice"] { border-left: 3px solid $warning; }
QFrame#topbar { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame#statusbar { background: $panel; border: none; border-top: 1px solid $line; }

QPushButton, QToolButton {
  color: $text; background: transparent; border: 1px solid transparent; border-radius: 4px;
  padding: 4px 8px; min-height: $control; icon-size: $icon;
}
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $muted; }
QPushButton:checked, QToolButton:checked { background: $marked; }
QPushButton[kind="outlined"], QToolButton[kind="outlined"] { border: 1px solid $line; }
QPushButton[kind="outlined"]:focus, QToolButton[kind="outlined"]:focus { border: 1px solid $accent; }
QPushButton[kind="primary"], QToolButton[kind="primary"] {
  background: $accent; color: $on_accent; font-weight: 600; padding: 4px 12px;
}
QPushButton[kind="primary"]:hover, QToolButton[kind="primary"]:hover { background: $accent; }
QPushButton[kind="primary"]:focus, QToolButton[kind="primary"]:focus { border: 1px solid $text; }
QPushButton[kind="primary"]:disabled, QToolButton[kind="primary"]:disabled {
  background: $raised; color: $muted;
}
QPushButton[kind="chip"] {
  font-size: $small; padding: 2px 10px; background: $raised; color: $muted; border-radius: 10px;
  min-height: $low_control;
}
QPushButton[kind="chip"]:checked { background: $marked; color: $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox {
  background: $panel; color: $text; border: 1px solid $line; border-radius: 4px; padding: 4px 8px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus {
  border: 1px solid $accent;
}
QPlainTextEdit[kind="plain"], QTextEdit[kind="plain"], QTextBrowser[kind="plain"] {
  border: 1px solid transparent; background: transparent; padding: 0;
}
QPlainTextEdit[kind="plain"]:focus, QTextBrowser[kind="plain"]:focus { border: 1px solid $accent; }
QLineEdit > QToolButton { border: none; padding: 0; min-height: 0; }
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }
QComboBox { background: $raised; min-height: $control; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $line;
  selection-background-color: $marked; selection-color: $text; }
QCheckBox { color: $text; spacing: 8px; }
QCheckBox:focus { color: $accent; }

QSlider { border: 1px solid transparent; border-radius: 4px; min-height: $control; padding: 0 2px; }
QSlider:focus { border: 1px solid $accent; }
QSlider::groove:horizontal { background: $line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: $text; width: 10px; margin: -3px 0; border-radius: 5px; }

QProgressBar { background: $line; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QMenu { background: $raised; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 3px; }
QMenu::item:selected { background: $marked; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QTableView { background: transparent; border: none; gridline-color: transparent; color: $text;
  selection-background-color: $marked; selection-color: $text; }
QTableView:focus { border: 1px solid $accent; border-radius: 4px; }
QTableView::item { border-bottom: 1px solid $line; padding: 0 4px; }
QHeaderView::section {
  background: transparent; color: $muted; border: none; font-size: $small; padding: 2px 4px;
}

QScrollArea { background: transparent; border: 1px solid transparent; }
QScrollArea:focus { border: 1px solid $accent; border-radius: 4px; }
QScrollArea > QWidget > QWidget { background: transparent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QScrollArea#cards { border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; min-height: 24px; min-width: 24px; margin: 2px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $line; }
QListView { background: transparent; border: 1px solid transparent; color: $text; }
QListView::item:selected { background: $marked; color: $text; }
QListView:focus { border: 1px solid $accent; border-radius: 4px; }
QListView[kind="offers"], QListView[kind="offers"]:focus {
  background: $raised; border: 1px solid $line; border-radius: 0; padding: 4px 0;
}
QListView[kind="offers"]::item { padding: 4px 8px; }
""")
