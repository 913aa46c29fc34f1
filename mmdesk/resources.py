"""Where the files that ship with mmdesk lie: packs and samples."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """mmdesk/resources in an installed wheel, resources/ beside the package in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"
