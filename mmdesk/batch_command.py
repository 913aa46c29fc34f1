"""The command that reads many cases into one table."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mmdesk import codec
from mmdesk.batch import SIZE
from mmdesk.batch.events import BatchEvent, Begun, Ended, Progress, Row, RowsRead, State
from mmdesk.engine import StopToken
from mmdesk.pack_commands import Device
from mmdesk.plainly import BUILT_IN, FAILED, STOPPED, complain, pack_folder, plainly, stopping
from mmdesk.report import RESEARCH_USE

EVERY_S = 10.0  # where there is no terminal
TOLD = 5  # files that were left out, and cases that failed


def batch(
    source: Annotated[Path, typer.Argument(metavar="FOLDER_OR_MANIFEST", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The table: .parquet, .csv or .jsonl.")],
    prompt: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What to write of cases that do not say it.")
    ] = None,
    confirm_labs: Annotated[
        bool, typer.Option("--confirm-labs", help="The values of sheets are right: let them count.")
    ] = False,
    pack: Annotated[str, typer.Option(metavar="NAME_OR_FOLDER", help="The model pack.")] = BUILT_IN,
    device: Device = "auto",
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Processes; else as cores and memory allow.")
    ] = None,
    size: Annotated[int, typer.Option(metavar="N", min=1, help="Cases that a worker reads together.")] = SIZE,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="Where workers run: here, or on a Ray cluster.")
    ] = "local",
    restart: Annotated[bool, typer.Option("--restart", help="Read all again, also what is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one event a line, as JSON.")] = False,
) -> None:
    """Read many cases into one table, a row each. A run that was cut off goes on by the same command.

    A folder's subfolders and .mmcase files are cases, and so are its loose images and sounds. A manifest is a
    CSV file with the columns case, image, audio, record, text and prompt.
    """
    with plainly():
        folder = pack_folder(pack)
        from mmdesk.batch.run import run

        stop = StopToken()
        events = run(
            source, out, pack=folder, stop=stop, device=device, workers=workers, size=size, prompt=prompt,
            confirmed=confirm_labs, restart=restart, engine=engine,
        )  # fmt: skip
        shown = _Json() if as_json else _Lines(pack, out)
        ended = None
        with stopping(stop), shown:
            for event in events:
                shown.show(event)
                ended = event
        assert isinstance(ended, Ended)
        raise typer.Exit(STOPPED if ended.stopped else FAILED if ended.progress.failed else 0)


class _Json:
    """Rows without their reports: these are in the results."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: BatchEvent) -> None:
        said: dict[str, Any] = {"event": type(event).__name__, "progress": codec.encode(event.progress)}
        match event:
            case Begun():
                said["left_out"] = event.left_out
            case RowsRead(rows):
                said["rows"] = [codec.encode(replace(row, report=None)) for row in rows]
            case Ended(stopped=stopped):
                said["stopped"] = stopped
        print(json.dumps(said, ensure_ascii=False), flush=True)


class _Lines:
    """A bar on a terminal, else a line now and then."""

    def __init__(self, pack: str, out: Path) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console()
        self._pack, self._out, self._terminal = pack, out, console.is_terminal
        columns = BarColumn(), TextColumn("{task.description}", markup=False)
        self._bar = Progress(*columns, console=console, transient=True, disable=not self._terminal)
        self._task = self._bar.add_task("", total=None)
        self._begun = self._told = time.monotonic()
        self._before = 0
        self._failed: list[Row] = []

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, event: BatchEvent) -> None:
        match event:
            case Begun(progress, left_out=left_out):
                self._before = progress.done
                again = f", {progress.done:,} of them before" if progress.done else ""
                typer.echo(f"Reading {progress.total:,} cases with the pack {self._pack}{again}.")
                if left_out:
                    typer.echo(f"Left out: {_some(left_out)}.")
                self._go_on(progress)
            case RowsRead(rows, progress):
                self._failed += [row for row in rows if row.state is State.FAILED][: TOLD - len(self._failed)]
                self._go_on(progress)
            case Ended():
                self._bar.stop()
                self._sum_up(event)

    def _go_on(self, progress: Progress) -> None:
        words = _words(progress)
        self._bar.update(self._task, total=progress.total, completed=progress.done, description=words)
        if not self._terminal and progress.rate and time.monotonic() > self._told + EVERY_S:
            typer.echo(words)
            self._told = time.monotonic()

    def _sum_up(self, ended: Ended) -> None:
        progress = ended.progress
        for row in self._failed:
            complain(f"{row.name}: {row.problem}")
        seconds = time.monotonic() - self._begun
        rate = (progress.done - self._before) / seconds
        figures = f"{progress.failed:,} failed, {seconds:.1f} s, {rate:.1f} cases/s"
        if ended.stopped:
            typer.echo(f"Stopped at {progress.done:,} of {progress.total:,} cases, {figures}.")
            typer.echo("The same command goes on from there.")
        else:
            typer.echo(f"{self._out}: {progress.total:,} cases, {figures}. {RESEARCH_USE}")


def _words(progress: Progress) -> str:
    """12 of 1,000 cases, 3.1 cases/s, 5 min left, 1 failed"""
    words = f"{progress.done:,} of {progress.total:,} cases"
    if progress.left_s is not None:
        words += f", {progress.rate:.1f} cases/s, {_time(progress.left_s)} left"
    return f"{words}, {progress.failed:,} failed" if progress.failed else words


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - TOLD:,} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more
