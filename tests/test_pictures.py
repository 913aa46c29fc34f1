"""The README's pictures are there, whole, and small enough to load at once."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
MOST_BYTES = {".png": 350_000, ".gif": 1_500_000, ".svg": 50_000}
NAMED = re.compile(r"""!\[[^\]]*\]\(\s*([^)\s]+)|<img\b[^>]*?\bsrc=["']([^"']+)""")


def named_in(text: str) -> list[str]:
    return [one or other for one, other in NAMED.findall(text)]


def check(file: Path) -> None:
    assert 0 < file.stat().st_size <= MOST_BYTES[file.suffix], file
    if file.suffix == ".svg":
        assert ElementTree.parse(file).getroot().tag == "{http://www.w3.org/2000/svg}svg"
        return
    with Image.open(file) as picture:
        assert picture.format == file.suffix[1:].upper()
        for frame in range(getattr(picture, "n_frames", 1)):
            picture.seek(frame)
            picture.load()


def test_what_the_readme_names() -> None:
    names = named_in((ROOT / "README.md").read_text(encoding="utf-8"))
    assert names
    for name in names:
        check(ROOT / name)


@pytest.mark.parametrize("file", sorted((ROOT / "resources" / "pictures").iterdir()), ids=lambda f: f.name)
def test_what_lies_there(file: Path) -> None:
    check(file)


def test_a_picture_that_is_missing_or_broken_is_noticed(tmp_path: Path) -> None:
    assert named_in('![a b](one.png "title") text <img width="8" src="two.svg">') == ["one.png", "two.svg"]
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "none.png")
    broken = tmp_path / "half.gif"
    broken.write_bytes((ROOT / "resources" / "pictures" / "analysis.gif").read_bytes()[:200_000])
    with pytest.raises(OSError, match="truncated"):
        check(broken)
