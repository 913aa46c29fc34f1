"""Settings: typed, in one TOML file, and the folders that mmdesk keeps things in.

The file is settings.toml in the user's configuration folder, cases and packs lie in the user's data folder.
The environment variable MMDESK_HOME names one folder for both, for a portable installation and for
tests.
"""

import dataclasses
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import tomli_w

from mmdesk import disk
from mmdesk.errors import SettingsProblem, UserProblem

VERSION = 1
FILE = "settings.toml"


def _one_of(default: Any, *others: Any) -> Any:
    return dataclasses.field(default=default, metadata={"allowed": (default, *others)})


def _between(low: int, high: int, default: int) -> Any:
    return dataclasses.field(default=default, metadata={"allowed": range(low, high + 1)})


@dataclass(frozen=True, slots=True)
class Settings:
    """`pack` is a pack's name or a folder; `text_size` is in percent; `live` analyses as inputs
    change; cases kept by `autosave` are deleted after `retention_days`; a case that is saved holds no
    patient details in its DICOM files where these are to `deidentify`. Raises ValueError for a value
    that is not allowed.
    """

    pack: str = "clinic"
    device: str = _one_of("auto", "cpu", "cuda")
    engine: str = _one_of("process", "thread")
    language: str = _one_of("system", "en", "zh_CN")
    theme: str = _one_of("dark", "light", "system")
    text_size: int = _one_of(100, 125, 150, 200)
    autosave: bool = True
    retention_days: int = _between(1, 365, 30)
    live: bool = False
    deidentify: bool = True

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if not _fits(field, getattr(self, field.name)):
                raise ValueError(f"{field.name} cannot be {getattr(self, field.name)!r}")


def allowed(name: str) -> tuple[Any, ...] | range:
    """The values that a setting may take, the default first; a range where it is one."""
    values: tuple[Any, ...] | range = Settings.__dataclass_fields__[name].metadata["allowed"]
    return values


def config_folder() -> Path:
    """Where the settings are; it need not exist yet. Raises UserProblem."""
    return _home() or _of_user(platformdirs.user_config_path)


def data_folder() -> Path:
    """Where cases and packs are kept; it need not exist yet. Raises UserProblem."""
    return _home() or _of_user(platformdirs.user_data_path)


def load() -> tuple[Settings, str | None]:
    """The settings and, in one line, what was wrong with the file if anything was.

    A value that cannot be used gives way to its own default. A file that is broken or of a newer
    mmdesk is renamed to settings.toml.bak. Raises UserProblem where no folder can hold them.
    """
    try:
        return look()
    except SettingsProblem as problem:
        return Settings(), _set_aside(config_folder() / FILE, problem.problem)


def look() -> tuple[Settings, str | None]:
    """As `load`, but nothing is renamed. Raises SettingsProblem for what `load` sets aside."""
    file = config_folder() / FILE
    broken = SettingsProblem(FILE, "is broken", "Mend it; else the next start of mmdesk sets it aside.")
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        return Settings(), f"The settings cannot be read ({error.strerror}); the defaults are used."
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, nested without end
        raise broken from error
    version = data.pop("version", VERSION)
    if type(version) is not int or version < 1:
        raise broken
    if version > VERSION:
        remedy = "Update mmdesk; else the next start of mmdesk sets it aside."
        raise SettingsProblem(FILE, "was written by a newer mmdesk", remedy)
    return _read(data)


def save(settings: Settings) -> None:
    """Write the file whole or not at all, for its owner alone. Raises SettingsProblem."""
    file = config_folder() / FILE
    try:
        text = tomli_w.dumps({"version": VERSION, **dataclasses.asdict(settings)}).encode()
    except UnicodeEncodeError as error:  # a folder whose name is no text
        problem = "the name of the pack's folder cannot be written in a text file"
        raise SettingsProblem(file.name, problem, "Rename the folder.") from error
    try:
        disk.make_private(file.parent)
        with disk.replacing(file) as out:
            out.write(text)
    except OSError as error:
        raise SettingsProblem(file.name, *disk.why(error)) from error


def _read(data: dict[str, Any]) -> tuple[Settings, str | None]:
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    good = {name: value for name, value in data.items() if name in fields and _fits(fields[name], value)}
    wrong = sorted(name for name in data if name in fields and name not in good)
    unknown = sorted(name for name in data if name not in fields)
    said = []
    if wrong:
        said.append(f"not a usable value, so the default is used: {', '.join(wrong)}")
    if unknown:
        said.append(f"unknown and ignored: {', '.join(map(repr, unknown))}")
    return Settings(**good), f"In the settings: {'; '.join(said)}." if said else None


def _fits(field: dataclasses.Field[Any], value: Any) -> bool:
    """Of the default's very type (True is no number), and one of the allowed values where they are listed."""
    if type(value) is not type(field.default):
        return False
    return value in field.metadata["allowed"] if field.metadata else bool(value != "")


def _set_aside(file: Path, what: str) -> str:
    aside = file.with_name(file.name + ".bak")
    try:
        file.replace(aside)
    except OSError as error:
        return f"The settings file {what}; the defaults are used. It could not be renamed ({error.strerror})."
    return f"The settings file {what}; it is kept as {aside.name}, and the defaults are used."


def _home() -> Path | None:
    home = os.environ.get("MMDESK_HOME")
    return Path(home).absolute() if home else None


def _of_user(find: Callable[..., Path]) -> Path:
    try:
        return find("mmdesk", appauthor=False)
    except RuntimeError as error:
        raise UserProblem("mmdesk", "this user has no home folder", "Name one in MMDESK_HOME.") from error
