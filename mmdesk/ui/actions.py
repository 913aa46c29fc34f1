"""Everything a person can do in the window, with its words, its icon and its keys."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from mmdesk.ui import icons

# name: (icon and its colour, keys)
_PARTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "new": ("new", "text", ("Ctrl+N",)),
    "open": ("open", "text", ("Ctrl+O",)),
    "open_folder": ("", "", ("Ctrl+Shift+O",)),
    "open_list": ("", "", ("Ctrl+Shift+L",)),
    "save": ("save", "text", ("Ctrl+S",)),
    "save_as": ("", "", ("Ctrl+Shift+S",)),
    "paste": ("paste", "text", ("Ctrl+V",)),
    "analyse": ("play", "on_accent", ("F5", "Ctrl+Return", "Ctrl+Enter")),
    "stop": ("stop", "text", ("Esc",)),
    "live": ("live", "text", ("Ctrl+L",)),
    "work_list": ("list", "text", ("Ctrl+B",)),
    "next_case": ("", "", ("Ctrl+PgDown",)),
    "previous_case": ("", "", ("Ctrl+PgUp",)),
    "copy_text": ("copy", "text", ("Ctrl+Shift+C",)),
    "copy_markdown": ("", "", ()),
    "export": ("export", "text", ("Ctrl+E",)),
    "export_image": ("", "", ()),
    "demo": ("", "", ("Ctrl+Shift+D",)),
    "purge": ("", "", ()),
    "settings": ("settings", "text", ("Ctrl+,",)),
    "theme": ("moon", "text", ("Ctrl+T",)),
    "shortcuts": ("keyboard", "text", ("F1",)),
    "doctor": ("", "", ()),
    "about": ("", "", ()),
    "quit": ("", "", ("Ctrl+Q",)),
}
CHECKABLE = ("live", "work_list", "demo")


class Actions(QObject):
    """`actions["analyse"]` is a QAction of the window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        for name, (icon, token, keys) in _PARTS.items():
            action = QAction(window)
            action.setObjectName(name)
            if icon:
                action.setIcon(icons.icon(icon, token))
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setCheckable(name in CHECKABLE)
            window.addAction(action)
            self._actions[name] = action
        window.installEventFilter(self)
        self.retranslate()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self):
        return iter(self._actions.values())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return QKeySequence(event.keyCombination()) in self["export"].shortcuts()
        return False

    def keep_keys(self, field: QLineEdit) -> None:
        """On X11 Ctrl+E is a line edit's own key for the end of the line; here it is not."""
        field.installEventFilter(self)

    def retranslate(self) -> None:
        words = {
            "new": (self.tr("New"), self.tr("Put this case away and begin another")),
            "open": (self.tr("Open"), self.tr("Open a case, an image, a recording or a record")),
            "open_folder": (self.tr("Open a folder…"), self.tr("Open a folder with the slices of a series")),
            "open_list": (
                self.tr("Open a work list…"), self.tr("Open a folder of many cases, to go through them"),
            ),
            "save": (self.tr("Save"), self.tr("Save the case with its inputs and its report")),
            "save_as": (self.tr("Save as…"), self.tr("Save the case under another name")),
            "paste": (self.tr("Paste"), self.tr("Paste an image, a file or text into its panel")),
            "analyse": (self.tr("Analyse"), self.tr("Read the case and write its report")),
            "stop": (self.tr("Stop"), self.tr("Stop; what was written is kept")),
            "live": (self.tr("Live"), self.tr("Read again after every change")),
            "work_list": (self.tr("Work list"), self.tr("Show or hide the work list")),
            "next_case": (self.tr("Next case"), self.tr("Read the next case of the work list")),
            "previous_case": (
                self.tr("Previous case"), self.tr("Read the case before this one in the work list"),
            ),
            "copy_text": (self.tr("Copy as text"), self.tr("Copy the report as plain text")),
            "copy_markdown": (self.tr("Copy as Markdown"), self.tr("Copy the report as Markdown")),
            "export": (self.tr("Save the report…"), self.tr("Save the report as Markdown, text or JSON")),
            "export_image": (
                self.tr("De-identified image…"), self.tr("Save the DICOM image without patient details"),
            ),
            "demo": (self.tr("Demo mode"), self.tr("Play the sample cases one after the other")),
            "purge": (self.tr("Delete kept cases"), self.tr("Delete all kept cases but the open one")),
            "settings": (self.tr("Settings"), self.tr("Settings")),
            "theme": (self.tr("Dark or light"), self.tr("Switch between dark and light")),
            "shortcuts": (self.tr("Keyboard shortcuts"), self.tr("The list of keyboard shortcuts")),
            "doctor": (self.tr("Check this computer…"), self.tr("See whether all that mmdesk needs is here")),
            "about": (self.tr("About mmdesk"), self.tr("What mmdesk is, and what it is not")),
            "quit": (self.tr("Quit"), self.tr("Quit; the case is kept")),
        }
        for name, (text, tip) in words.items():
            action = self._actions[name]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(text)
            action.setToolTip(f"{tip} ({keys})" if keys else tip)
            action.setStatusTip(tip)
