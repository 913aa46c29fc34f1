"""The files of a pack: where packs lie, and that nothing in one was changed or could run."""

import contextlib
import errno
import hashlib
import re
import shutil
import tempfile
from pathlib import Path

from mmdesk import disk, resources, settings
from mmdesk.errors import PackProblem, UserProblem

FILES = ("pack.toml", "weights.safetensors", "tokenizer.json", "CARD.md")
SUMS = "SHA256SUMS"
NAME = re.compile(r"\w[\w.-]{0,63}")  # of a pack that is added
AGAIN = "Get the pack again from where it came."


def packs() -> list[Path]:
    """The folders of the built-in packs, then of those that the user added."""
    places = [_built_in()]
    with contextlib.suppress(UserProblem):  # nobody's home, nobody's packs
        places.append(_added())
    return [path.parent for place in places for path in sorted(place.glob("[!.]*/pack.toml"))]


def _built_in() -> Path:
    return resources.folder() / "packs"


def _added() -> Path:
    return settings.data_folder() / "packs"


def find(name: str) -> Path:
    """A pack that is built in or was added by name, else a folder. Raises PackProblem."""
    for folder in packs():
        if folder.name == name:
            return folder
    path = Path(name)
    with contextlib.suppress(OSError, ValueError):  # a name that no file can have
        if (path / "pack.toml").is_file():
            return path
    known = ", ".join(folder.name for folder in packs()) or "none"
    problem = "this is neither a pack's name nor a folder with a pack.toml"
    raise PackProblem(name, problem, f"Packs here: {known}.")


def add(folder: Path, name: str) -> Path:
    """Copy a pack into the user's own folder of packs, where it is found by `name`; gives the copy.
    Raises PackProblem, and UserProblem without a home folder."""
    folder = folder.absolute()
    check(folder)
    if not NAME.fullmatch(name):
        raise PackProblem(folder.name, "its name in pack.toml cannot be that of a folder", AGAIN)
    taken = "there is a pack of this name already"
    for pack in packs():
        if pack.name == name:
            remedy = "Use it by its folder, where it lies."
            if pack.parent != _built_in():
                remedy = f"Delete {pack} first, or use the new one where it lies."
            raise PackProblem(name, taken, remedy)
    try:
        disk.make_private(_added())
        part = Path(tempfile.mkdtemp(prefix=".", dir=_added()))
        try:
            for file in (*FILES, SUMS):
                shutil.copyfile(folder / file, part / file)
            return part.rename(_added() / name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):  # added by another program meanwhile
            raise PackProblem(name, taken, "Use it by its folder, where it lies.") from error
        raise PackProblem(name, *disk.why(error)) from error


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(folder: Path) -> None:
    """Raises PackProblem where a file is missing, was changed, or does not belong in a pack."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PackProblem(folder.name, f"{SUMS} cannot be read", AGAIN) from error
    sums = {name.strip(" *"): digest for digest, _, name in (line.partition(" ") for line in lines)}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (*FILES, SUMS):
            problem = f"the pack holds {path.name}, which is no part of a pack and will not be opened"
            remedy = "Take that file out if you trust the rest, or get the pack again from where it came."
            raise PackProblem(folder.name, problem, remedy)
    for name in FILES:
        path = folder / name
        if not path.is_file():
            raise PackProblem(folder.name, f"{name} is missing", AGAIN)
        if sums.get(name) != sha256(path):
            raise PackProblem(folder.name, f"{name} was changed: its SHA-256 is not the one in {SUMS}", AGAIN)


def write_sums(folder: Path) -> None:
    lines = [f"{sha256(folder / name)}  {name}" for name in FILES]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def pack_hash(folder: Path) -> str:
    """The SHA-256 of SHA256SUMS: one number for the whole pack."""
    return sha256(folder / SUMS)
