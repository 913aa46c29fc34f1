"""mmdesk in the menu of a Linux desktop, as the program that opens .mmcase files.

The files and their places are those of the Desktop Entry, Icon Theme and Shared MIME-info specifications
of freedesktop.org, for this user alone.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mmdesk import disk, resources
from mmdesk.errors import UserProblem

PLACES = {
    "mmdesk.desktop": "applications",
    "mmdesk.xml": "mime/packages",
    "mmdesk.svg": "icons/hicolor/scalable/apps",
}
INDEXERS = {"update-desktop-database": "applications", "update-mime-database": "mime"}


def add() -> list[Path]:
    """Write the entry, the type of .mmcase files and the icon; gives their paths. Raises UserProblem."""
    data, program = _data_folder(), _quoted(_program())
    written = []
    for name, place in PLACES.items():
        path = data / place / name
        source = resources.folder() / ("icons" if path.suffix == ".svg" else "desktop") / name
        text = source.read_text(encoding="utf-8").replace("Exec=mmdesk-window", f"Exec={program}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with disk.replacing(path) as file:
                file.write(text.encode())
        except OSError as error:
            raise UserProblem(str(path), *disk.why(error)) from error
        written.append(path)
    _index(data)
    return written


def remove() -> list[Path]:
    """Take out what `add` wrote; gives what was there. Raises UserProblem."""
    data = _data_folder()
    found = [path for name, place in PLACES.items() if (path := data / place / name).is_file()]
    for path in found:
        try:
            path.unlink()
        except OSError as error:
            raise UserProblem(str(path), *disk.why(error)) from error
    _index(data)
    return found


def _data_folder() -> Path:
    """XDG_DATA_HOME. Raises UserProblem where desktops do not look there."""
    if sys.platform != "linux":
        remedy = "Open one by 'Open with' and choose mmdesk-window."
        raise UserProblem("mmdesk menu", "only desktops of Linux have such entries", remedy)
    named = os.environ.get("XDG_DATA_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    try:
        return Path.home() / ".local" / "share"
    except RuntimeError as error:
        problem = "this user has no home folder"
        raise UserProblem("mmdesk menu", problem, "Name a folder in XDG_DATA_HOME.") from error


def _program() -> Path:
    """mmdesk-window, which lies beside the interpreter or the frozen program, or where pip puts a user's."""
    path = Path(sys.executable).with_name("mmdesk-window")
    if not path.is_file():
        elsewhere = shutil.which(path.name)
        if elsewhere is None:
            raise UserProblem(path.name, f"it is not in {path.parent}", "Install mmdesk again.")
        path = Path(elsewhere).absolute()
    return path


def _quoted(program: Path) -> str:
    """As the key Exec wants it. Raises UserProblem for a name that is no text."""
    try:
        str(program).encode()
    except UnicodeEncodeError as error:
        problem = "the name of its folder cannot be written in a text file"
        raise UserProblem(program.name, problem, "Rename the folder.") from error
    text = str(program).replace("\\", "\\\\\\\\").replace("%", "%%")
    for sign in '"`$':
        text = text.replace(sign, f"\\\\{sign}")
    return f'"{text}"'


def _index(data: Path) -> None:
    """Desktops look into caches; where these programs are missing they look at the files themselves."""
    environment = dict(os.environ)
    if getattr(sys, "frozen", False):  # the system's programs need the system's libraries
        environment["LD_LIBRARY_PATH"] = environment.get("LD_LIBRARY_PATH_ORIG", "")
    for program, place in INDEXERS.items():
        if (found := shutil.which(program)) and (data / place).is_dir():
            subprocess.run([found, data / place], env=environment, capture_output=True, check=False)
