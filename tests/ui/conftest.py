"""The window's tests run offscreen, dressed in the dark theme."""

import os
from dataclasses import replace

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def dressed(qapp):
    """Every widget is drawn as it is shipped."""
    from mmdesk.ui import theme

    if not qapp.styleSheet():
        theme.apply(qapp, "dark")


@pytest.fixture
def open_window(qtbot, qapp, tmp_path, monkeypatch):
    """Opens the window of an application with an engine of support.scripted; at the end it is closed,
    and nothing of it may be left."""
    from support.opened import Opened, make_pack

    from mmdesk.settings import Settings
    from mmdesk.ui import theme

    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))
    pack = make_pack(tmp_path / "pack")
    made = []

    def make(factory="ScriptedEngine", demo=False, **changed):
        settings = Settings(pack=str(pack), engine="thread", language="en")
        made.append(Opened(qtbot, pack, replace(settings, **changed), factory, demo))
        return made[-1]

    yield make
    for one in made:
        if not one.closed:
            one.close()
        one.destroy()
    theme.apply(qapp, "dark")
