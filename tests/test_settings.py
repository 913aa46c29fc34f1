"""Settings: what is wrong in the file costs that value alone, and is said."""

import dataclasses
import errno
import os
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mmdesk import settings
from mmdesk.errors import SettingsProblem
from mmdesk.settings import Settings

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "a" / "home"))
    return tmp_path / "a" / "home"


def write(home: Path, text: str | bytes) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    file = home / "settings.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_without_a_file_the_defaults_hold(home: Path) -> None:
    assert settings.load() == (Settings(), None)
    assert not home.exists()


def test_one_folder_holds_all_where_it_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.config_folder() == settings.data_folder() == home
    monkeypatch.delenv("MMDESK_HOME")
    assert home not in (settings.config_folder(), settings.data_folder())
    assert "mmdesk" in settings.config_folder().parts and "mmdesk" in settings.data_folder().parts


def test_what_is_saved_comes_back(home: Path) -> None:
    chosen = Settings("/packs/own", "cuda", "thread", "zh_CN", "light", 200, False, 365, True, False)
    assert all(getattr(chosen, f.name) != f.default for f in dataclasses.fields(Settings))
    settings.save(chosen)
    assert settings.load() == (chosen, None)
    assert tomllib.loads((home / "settings.toml").read_text())["version"] == 1


@POSIX
def test_the_file_and_its_folders_are_the_owners_alone(home: Path) -> None:
    settings.save(Settings())
    modes = [path.stat().st_mode & 0o777 for path in (home / "settings.toml", home, home.parent)]
    assert modes == [0o600, 0o700, 0o700]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('device = "tpu"', "device"),
        ("text_size = 110", "text_size"),
        ("text_size = 100.0", "text_size"),
        ("retention_days = 0", "retention_days"),
        ("retention_days = 366", "retention_days"),
        ("retention_days = true", "retention_days"),
        ("live = 1", "live"),
        ('pack = ""', "pack"),
        ("pack = []", "pack"),
        ("theme = {}", "theme"),
    ],
)
def test_a_wrong_value_costs_itself_alone(home: Path, line: str, name: str) -> None:
    write(home, f'version = 1\nengine = "thread"\n{line}\n')
    read, warning = settings.load()
    assert read == Settings(engine="thread")
    assert warning is not None and name in warning and "\n" not in warning
    assert (home / "settings.toml").exists()


def test_an_unknown_key_is_named_and_ignored(home: Path) -> None:
    write(home, 'theme = "light"\n"odd\\nkey" = 1\nversion = 1\n')
    read, warning = settings.load()
    assert read == Settings(theme="light")
    assert warning is not None and "odd" in warning and "\n" not in warning


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("version = 2\ndevice = 7\n", "newer"),
        ("version = 0\n", "broken"),
        ('version = "1"\n', "broken"),
        ("theme = \n", "broken"),
        (b"pack = '\xff'\n", "broken"),
        ("pack = " + "[" * 100_000, "broken"),
    ],
)
def test_a_file_of_another_kind_is_set_aside(home: Path, text: str | bytes, word: str) -> None:
    before = write(home, text).read_bytes()
    read, warning = settings.load()
    assert read == Settings()
    assert warning is not None and word in warning and "settings.toml.bak" in warning
    assert (home / "settings.toml.bak").read_bytes() == before
    assert settings.load() == (Settings(), None)


def test_a_file_that_cannot_be_read_stays(home: Path) -> None:
    (home / "settings.toml").mkdir(parents=True)
    read, warning = settings.load()
    assert read == Settings() and warning is not None and "cannot be read" in warning
    assert (home / "settings.toml").is_dir()


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@hypothesis_settings(deadline=None)
def test_any_bytes_give_settings(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.getbasetemp() / "any"
        patch.setenv("MMDESK_HOME", str(home))
        write(home, data)
        assert isinstance(settings.load()[0], Settings)


def test_a_full_disk_leaves_the_file_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(Settings(theme="light"))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsProblem, match="No space left") as caught:
        settings.save(Settings())
    assert "room" in caught.value.remedy
    assert settings.load() == (Settings(theme="light"), None)
    assert [path.name for path in home.iterdir()] == ["settings.toml"]


@POSIX
def test_a_link_is_followed(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.touch()
    home.mkdir(parents=True)
    (home / "settings.toml").symlink_to(elsewhere)
    settings.save(Settings(theme="light"))
    assert (home / "settings.toml").is_symlink() and "light" in elsewhere.read_text()


def test_a_name_that_is_no_text_is_refused(home: Path) -> None:
    with pytest.raises(SettingsProblem, match="cannot be written"):
        settings.save(Settings(pack="/packs/\udcff"))


def test_a_program_cannot_set_what_is_not_allowed() -> None:
    with pytest.raises(ValueError, match="text_size"):
        Settings(text_size=90)
    assert settings.allowed("theme") == ("dark", "light", "system")
    assert settings.allowed("retention_days") == range(1, 366)
