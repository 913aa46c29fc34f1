"""How a command fails: a problem that a person can mend is one line on stderr, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from mmdesk.errors import PackProblem, PromptProblem, UserProblem

FAILED, USAGE = 1, 2
TRAIN_EXTRA = {"matplotlib", "sklearn", "torchvision"}


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
        elif name.partition(".")[0] in TRAIN_EXTRA:
            complain(f"{name} is not installed. In mmdesk's folder, run: pip install '.[train]'")
        else:
            raise
        raise typer.Exit(FAILED) from None


def complain(text: str) -> None:
    typer.echo(" ".join(text.split()), err=True)


def pack_folder(pack: str) -> Path:
    """By the name of a pack or by its path. Raises UsageProblem."""
    from mmdesk.packs.files import find

    try:
        return find(pack)
    except PackProblem as problem:
        raise UsageProblem(problem.name, problem.problem, problem.remedy) from problem
