"""A list of cases: what lies in a folder, or what a manifest.csv names."""

from dataclasses import dataclass
from pathlib import Path

from mmdesk.batch.events import Listed
from mmdesk.case import Case


@dataclass(frozen=True, slots=True)
class Listing:
    """`left_out` names files that are no case, nor in one."""

    cases: tuple[Listed, ...]
    left_out: tuple[str, ...] = ()


def listed(path: Path) -> tuple[Listed, ...]:
    """The cases of `look`."""
    return look(path).cases


def look(path: Path) -> Listing:
    """Of a folder: its subfolders and .mmcase files, a case each, and its loose files, a case of one input
    each, in natural order. Else of a manifest.csv: its lines, in their order. Little is read for it: a case
    that is a subfolder or a .mmcase file has that as its only input, until it is `opened`. Raises UserProblem
    where there is no case."""
    raise NotImplementedError


def opened(case: Case) -> Case:
    """A case of a list with the files of its folder, or the content of its .mmcase file, as inputs. Raises
    UserProblem."""
    raise NotImplementedError
