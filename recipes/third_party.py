"""What the frozen program holds of others, and under which licences.

build.spec calls `gather` with all that it is about to pack. The texts go into the folder `licenses` of the
program, the list into its THIRD_PARTY.md, of which the repository keeps a copy.
"""

import importlib.metadata as metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path

OWN = "mmdesk"
TEXT = re.compile(r"licen[cs]e|copying|notice|copyright|authors", re.IGNORECASE)
FREE = "License :: OSI Approved :: "
INTRO = """\
# Third-party software

What `build.spec` packs into the frozen program beside mmdesk itself, listed by `recipes/third_party.py`
while it does so (Linux, CPU build). The texts of all licences lie in the program's folder, in
`_internal/licenses`. A wheel's own texts name the libraries that it holds. Nothing here is GPL or AGPL
without an exception that frees what is built with it (PyInstaller's start program, GCC's run-time
libraries); LGPL libraries (Qt, libsndfile, libsoxr) are files of their own, which can be replaced. What Qt
holds of others: <https://doc.qt.io/qt-6/licenses-used-in-qt.html>.
"""
# For wheels without their licence's text, where Debian keeps it.
COMMON = {"LGPL-3.0": ("LGPL-3", "GPL-3"), "Apache": ("Apache-2.0",)}

Entry = tuple[str, str, str]  # as PyInstaller lists them: name in the folder, source, kind


def gather(packed: Iterable[Entry], work: Path) -> list[Entry]:
    """The licence texts of all that is packed, and their list, as further entries."""
    sources = {os.path.realpath(source) for _, source, _ in packed}
    shipped, rest = _distributions(sources)
    debian = _debian_packages(path for path in rest if not path.startswith(sys.base_prefix))
    texts = [(_place(dist.name, file), str(dist.locate_file(file)), "DATA") for dist, file in _texts(shipped)]
    texts += [(f"licenses/{name}/copyright", f"/usr/share/doc/{name}/copyright", "DATA") for name in debian]
    texts += [("licenses/python/LICENSE.txt", str(_python_licence()), "DATA")]
    for name in sorted({dist.name for dist in shipped} - {dist.name for dist, _ in _texts(shipped)}):
        texts += _common(metadata.distribution(name))
    listed = work / "THIRD_PARTY.md"
    listed.write_text(_table(shipped, debian), encoding="utf-8")
    return [*texts, (listed.name, str(listed), "DATA")]


def _distributions(sources: set[str]) -> tuple[list[Distribution], set[str]]:
    """The installed packages that the sources are files of, and the sources of none."""
    found = {"pyinstaller": metadata.distribution("pyinstaller")}  # its start program
    for dist in metadata.distributions():
        files = {os.path.realpath(str(dist.locate_file(file))) for file in dist.files or ()}
        if dist.name != OWN and files & sources:
            found[dist.name] = dist
        sources = sources - files
    return sorted(found.values(), key=lambda dist: dist.name.lower()), sources


def _texts(shipped: list[Distribution]) -> list[tuple[Distribution, metadata.PackagePath]]:
    return [
        (dist, file)
        for dist in shipped
        for file in dist.files or ()
        if TEXT.search(file.name) and file.suffix in ("", ".txt", ".md", ".rst") and "dist-info" in str(file)
    ]


def _place(name: str, file: metadata.PackagePath) -> str:
    inside = str(file).partition(".dist-info/")[2].removeprefix("licenses/")
    return f"licenses/{name}/{inside}"


def _common(dist: Distribution) -> list[Entry]:
    licence = _licence(dist)
    names = next((files for start, files in COMMON.items() if licence.startswith(start)), ())
    found = [path for name in names if (path := Path("/usr/share/common-licenses", name)).is_file()]
    if not found:
        print(f"No text was found of the licence of {dist.name}, {licence}.", file=sys.stderr)
    return [(f"licenses/{dist.name}/{path.name}", str(path), "DATA") for path in found]


def _licence(dist: Distribution) -> str:
    """As its metadata says it: by SPDX, in a few words, or as a class."""
    said = dist.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    if (words := said.get("License")) and len(words) < 80:
        return str(words)
    return ", ".join(c.removeprefix(FREE) for c in said.get_all("Classifier") or () if c.startswith(FREE))


def _debian_packages(libraries: Iterable[str]) -> list[str]:
    """The names of the packages that libraries of the build machine come from; none elsewhere."""
    found = set()
    for path in libraries:
        if path.startswith(("/lib/", "/usr/lib/")):
            bare = path.removeprefix("/usr")
            asked = ["dpkg-query", "-S", bare, f"/usr{bare}"]
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            found |= {line.partition(":")[0] for line in done.stdout.splitlines()}
    return sorted(found)


def _python_licence() -> Path:
    beside = (Path(os.__file__).with_name("LICENSE.txt"), Path(sys.base_prefix, "LICENSE.txt"))
    return next(path for path in (*beside, Path("/usr/share/doc/python3/copyright")) if path.is_file())


def _table(shipped: list[Distribution], debian: list[str]) -> str:
    lines = [INTRO, "| package | version | licence |", "| --- | --- | --- |"]
    python = ".".join(map(str, sys.version_info[:2]))
    lines += [f"| Python | {python} | PSF-2.0 |"]
    lines += [f"| {dist.name} | {dist.version} | {_licence(dist)} |" for dist in shipped]
    if debian:
        lines += ["", "Libraries of the build machine, by their Debian packages: " + ", ".join(debian) + "."]
    return "\n".join(lines) + "\n"
