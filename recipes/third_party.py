"""What the frozen program holds of others, and under which licences.

build.spec calls `gather` with all that it is about to pack. The texts go into the folder `licenses` of the
program, the list into its THIRD_PARTY.md, of which the repository keeps a copy.
"""

import importlib.metadata as metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path

OWN = "mmdesk"
# In no packed file: PyInstaller's start program and hooks, and the licence of the MKL inside torch.
UNSEEN = ("pyinstaller", "pyinstaller-hooks-contrib", "onemkl-license")
TEXT = re.compile(r"licen[cs]e|copying|notice|copyright|authors|third-party", re.IGNORECASE)
FREE = "License :: OSI Approved :: "
COMMON = Path("/usr/share/common-licenses")  # Debian's, to which its packages' own texts point
INTRO = """\
# Third-party software

What `build.spec` packs into the frozen program beside mmdesk itself, listed by `recipes/third_party.py`
while it does so (Linux, CPU build). The texts of the licences lie in the program's folder, in
`_internal/licenses`.

Nothing here is under the GPL or AGPL without an exception that frees what is built with it (PyInstaller's
start program; GCC's libgfortran and libgomp beside numpy and torch). Two things to know:

- Under the **LGPL** are Qt and PySide6, the libsoxr inside soxr's module, libsndfile with its mpg123 and
  LAME, libquadmath and glib. Each lies in a file that can be replaced. Sources: <https://download.qt.io>,
  <https://pypi.org/project/soxr/#files>, <https://github.com/bastibe/libsndfile-binaries>,
  <https://sources.debian.org>.
- torch for x86 holds Intel's **oneMKL**, under Intel's Simplified Software License: free to use and to pass
  on unchanged, without its source.

The built-in pack names tests by LOINC codes: this material contains content from LOINC
(<https://loinc.org>). LOINC is copyright © Regenstrief Institute, Inc. and the Logical Observation
Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at
<https://loinc.org/license>. LOINC® is a registered United States trademark of Regenstrief Institute, Inc.

Qt holds parts of others: <https://doc.qt.io/qt-6/licenses-used-in-qt.html>.
"""

Entry = tuple[str, str, str]  # as PyInstaller lists them: name in the folder, source, kind


def gather(packed: Iterable[Entry], work: Path) -> list[Entry]:
    """The licence texts of all that is packed, and their list, as further entries. On Linux, a part without
    a text ends the build."""
    sources = {os.path.realpath(source) for _, source, kind in packed if kind != "SYMLINK"}
    shipped, rest = _distributions(sources)
    debian, unknown = _debian_packages(path for path in rest if _is_library(path))
    texts = {dist.name: _texts(dist) or _common(dist) for dist in shipped}
    nameless = [*unknown, *(name for name, found in texts.items() if not found)]
    if nameless:
        print(f"No licence text was found for {', '.join(sorted(nameless))}.", file=sys.stderr)
        if sys.platform == "linux":
            sys.exit(1)
    listed = work / "THIRD_PARTY.md"
    listed.write_text(_table(shipped, debian), encoding="utf-8")
    return [
        *(entry for found in texts.values() for entry in found),
        *((f"licenses/{name}/copyright", f"/usr/share/doc/{name}/copyright", "DATA") for name in debian),
        *((f"licenses/common/{path.name}", str(path), "DATA") for path in sorted(COMMON.glob("*"))),
        ("licenses/python/LICENSE.txt", str(_python_licence()), "DATA"),
        (listed.name, str(listed), "DATA"),
    ]


def _distributions(sources: set[str]) -> tuple[list[Distribution], set[str]]:
    """The installed packages that the sources are files of, and the sources of none."""
    found = {}
    for dist in metadata.distributions():
        files = {os.path.realpath(str(dist.locate_file(file))) for file in dist.files or ()}
        if dist.name in UNSEEN or (dist.name != OWN and files & sources):
            found[dist.name] = dist
        sources = sources - files
    return sorted(found.values(), key=lambda dist: dist.name.lower()), sources


def _is_library(path: str) -> bool:
    """Of the system, and not Python's own."""
    name = Path(path).name
    library = os.path.realpath(sysconfig.get_path("stdlib"))
    of_python = path.startswith(library) or name.startswith("libpython")
    return ".so" in name and not of_python


def _texts(dist: Distribution) -> list[Entry]:
    found = []
    for file in dist.files or ():
        inside = str(file).partition(".dist-info/")[2].removeprefix("licenses/") or file.name
        of_parts = ".dist-info/licenses/" in file.as_posix()  # called as the parts that are inside
        if of_parts or (TEXT.search(file.name) and file.suffix in ("", ".txt", ".md", ".rst")):
            found.append((f"licenses/{dist.name}/{inside}", str(dist.locate_file(file)), "DATA"))
    return found


def _common(dist: Distribution) -> list[Entry]:
    """For wheels without their licence's text."""
    licence = _licence(dist)
    names = {"LGPL-3.0": ("LGPL-3", "GPL-3"), "Apache": ("Apache-2.0",)}
    wanted = next((files for start, files in names.items() if licence.startswith(start)), ())
    found = [path for name in wanted if (path := COMMON / name).is_file()]
    return [(f"licenses/{dist.name}/{path.name}", str(path), "DATA") for path in found]


def _licence(dist: Distribution) -> str:
    """As its metadata says it: by SPDX, in a few words, or as a class."""
    said = dist.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    if (words := said.get("License")) and len(words) < 80:
        return str(words)
    return ", ".join(c.removeprefix(FREE) for c in said.get_all("Classifier") or () if c.startswith(FREE))


def _debian_packages(libraries: Iterable[str]) -> tuple[list[str], list[str]]:
    """The packages that libraries of the build machine come from, and the libraries of none."""
    if shutil.which("dpkg-query") is None:
        return [], list(libraries)
    found, unknown = set(), []
    for path in libraries:
        bare = path.removeprefix("/usr")
        asked = ["dpkg-query", "-S", bare, f"/usr{bare}"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        names = {line.partition(":")[0] for line in done.stdout.splitlines()}
        found |= names
        if not names:
            unknown.append(path)
    return sorted(found), unknown


def _python_licence() -> Path:
    beside = (Path(os.__file__).with_name("LICENSE.txt"), Path(sys.base_prefix, "LICENSE.txt"))
    found = [path for path in (*beside, Path("/usr/share/doc/python3/copyright")) if path.is_file()]
    if not found:
        sys.exit("No licence text was found for Python.")
    return found[0]


def _table(shipped: list[Distribution], debian: list[str]) -> str:
    lines = [INTRO, "| package | version | licence |", "| --- | --- | --- |"]
    python = ".".join(map(str, sys.version_info[:2]))
    lines += [f"| Python | {python} | PSF-2.0 |"]
    lines += [f"| {dist.name} | {dist.version} | {_licence(dist)} |" for dist in shipped]
    if debian:
        lines += ["", "Libraries of the build machine, by their Debian packages: " + ", ".join(debian) + "."]
    return "\n".join(lines) + "\n"
