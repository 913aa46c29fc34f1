"""The toolbar: actions as buttons, the pack, and the menus for export and for everything else."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton

from mmdesk import resources
from mmdesk.ui import icons
from mmdesk.ui.actions import Actions
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID

BESIDE, ICON = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class Toolbar(QFrame):
    """`pack_chosen` gives a pack's folder, `sample_chosen` a sample's name."""

    pack_chosen = Signal(object)
    sample_chosen = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self._actions = actions
        self.export_menu, self.more_menu = QMenu(self), QMenu(self)
        self.recent_menu, self.sample_menu = QMenu(self), QMenu(self)
        self._fill_menus()
        self._pack_label = label("", "small", "muted")
        self.packs = Chooser()
        self.packs.setMinimumWidth(120)
        self.packs.activated.connect(self._choose_pack)
        self._export, self._more = self._menu_button(self.export_menu), self._menu_button(self.more_menu)
        self._export.setIcon(icons.icon("export"))
        self._export.setToolButtonStyle(BESIDE)
        self._more.setIcon(icons.icon("more"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 3 // 2, GRID, GRID * 3 // 2, GRID)
        row.setSpacing(GRID // 2)
        for name in ("new", "open", "save"):
            row.addWidget(self._button(actions[name]))
        row.addSpacing(GRID)
        row.addWidget(self._button(actions["analyse"], "primary"))
        for name in ("stop", "live"):
            row.addWidget(self._button(actions[name], "outlined"))
        self.list_button = self._button(actions["work_list"], "outlined", ICON)
        self.list_button.setVisible(False)  # until there is one
        actions["work_list"].enabledChanged.connect(self.list_button.setVisible)
        row.addWidget(self.list_button)
        row.addStretch(1)
        row.addWidget(self._pack_label)
        row.addWidget(self.packs)
        row.addSpacing(GRID)
        row.addWidget(self._export)
        for name in ("settings", "theme"):
            row.addWidget(self._button(actions[name], style=ICON))
        row.addWidget(self._more)
        self.retranslate()

    def show_packs(self, packs: list[tuple[str, Path]], chosen: Path | None) -> None:
        """Title and folder of each pack; None where none of them is in use."""
        self.packs.clear()
        for title, folder in packs:
            self.packs.addItem(title, folder)
        self.packs.setCurrentIndex(self.packs.findData(chosen) if chosen else -1)

    def retranslate(self) -> None:
        self._pack_label.setText(self.tr("Pack"))
        self.packs.setAccessibleName(self.tr("Model pack"))
        self._export.setText(self.tr("Export"))
        self._export.setAccessibleName(self.tr("Export the report"))
        self._more.setToolTip(self.tr("More"))
        self._more.setAccessibleName(self.tr("More"))
        self.recent_menu.setTitle(self.tr("Recent cases"))
        self.sample_menu.setTitle(self.tr("Sample cases"))
        self._name_samples()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _fill_menus(self) -> None:
        for name in ("copy_text", "copy_markdown", "export"):
            self.export_menu.addAction(self._actions[name])
        self.export_menu.addSeparator()
        self.export_menu.addAction(self._actions["export_image"])
        self.more_menu.addMenu(self.recent_menu)
        self.more_menu.addMenu(self.sample_menu)
        self.more_menu.addAction(self._actions["demo"])
        self.more_menu.addSeparator()
        for name in ("open_folder", "open_list", "save_as", "purge"):
            self.more_menu.addAction(self._actions[name])
        self.more_menu.addSeparator()
        for name in ("settings", "shortcuts", "doctor", "about", "quit"):
            self.more_menu.addAction(self._actions[name])

    def _name_samples(self) -> None:
        self.sample_menu.clear()
        titles = {
            "sample": self.tr("Child with a cough: radiograph, heart sound, record"),
            "liver": self.tr("Adult who is tired: record with blood tests"),
        }
        for name in resources.samples():
            action = self.sample_menu.addAction(titles[name])
            action.setData(name)
            action.triggered.connect(self._choose_sample)

    def _choose_sample(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.sample_chosen.emit(action.data())

    def _menu_button(self, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _button(self, action: QAction, kind: str = "", style: Qt.ToolButtonStyle = BESIDE) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(style)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setProperty("kind", kind)
        return button

    def _choose_pack(self, index: int) -> None:
        self.pack_chosen.emit(self.packs.itemData(index))
