"""How a command ends: a problem that a person can mend is one line on stderr, and an exit code."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

from mmdesk.engine import StopToken
from mmdesk.errors import PackProblem, PromptProblem, UserProblem

FAILED, USAGE, STOPPED = 1, 2, 130
BUILT_IN = "clinic"
EXTRAS = {
    "matplotlib": "train",
    "pandas": "ray",
    "ray": "ray",
    "sklearn": "train",
    "torchvision": "train",
}


class UsageProblem(UserProblem):
    """A command that asks for nothing that could be done."""


@contextmanager
def plainly() -> Iterator[None]:
    """A problem that a person can mend is one line on stderr, not a traceback."""
    try:
        yield
    except UserProblem as problem:
        complain(str(problem))
        usage = isinstance(problem, UsageProblem | PromptProblem)
        raise typer.Exit(USAGE if usage else FAILED) from None
    except ModuleNotFoundError as error:
        name = error.name or ""
        if name.startswith("mmdesk.training"):
            complain("This build only reads cases; training and evaluation need mmdesk's source.")
        elif extra := EXTRAS.get(name.partition(".")[0]):
            complain(f"{name} is not installed. In mmdesk's folder, run: pip install '.[{extra}]'")
        else:
            raise
        raise typer.Exit(FAILED) from None


@contextmanager
def stopping(stop: StopToken) -> Iterator[None]:
    """The first Ctrl+C stops what goes on and keeps what was written; the second one interrupts."""

    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def complain(text: str) -> None:
    typer.echo(" ".join(text.split()), err=True)


def pack_folder(pack: str) -> Path:
    """By the name of a pack or by its path. Raises UsageProblem."""
    from mmdesk.packs.files import find

    try:
        return find(pack)
    except PackProblem as problem:
        raise UsageProblem(problem.name, problem.problem, problem.remedy) from problem
