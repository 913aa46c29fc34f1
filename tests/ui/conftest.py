"""The window's tests run offscreen, dressed in the dark theme."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def dressed(qapp):
    """Every widget is drawn as it is shipped."""
    from mmdesk.ui import theme

    if not qapp.styleSheet():
        theme.apply(qapp, "dark")
