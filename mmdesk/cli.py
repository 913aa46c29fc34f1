"""The commands. Each is a thin call; what is heavy is imported when a command needs it."""

import io
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mmdesk import (
    __version__,
    batch_command,
    deidentify_command,
    display,
    events,
    pack_commands,
    record_command,
    resources,
)
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.errors import InputProblem, UserProblem
from mmdesk.events import Event, Failed, InputFailed, ReportReady, ReportWritten, Stopped
from mmdesk.export import save_report
from mmdesk.pack_commands import Device
from mmdesk.plainly import (
    BUILT_IN,
    FAILED,
    STOPPED,
    UsageProblem,
    complain,
    pack_folder,
    plainly,
    stopping,
)
from mmdesk.report import Report

PLANES = "axial", "coronal", "sagittal"  # as in media.nifti

app = typer.Typer(
    rich_markup_mode=None,  # rich's help takes a tenth of a second to import
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Reads an image, a heart sound and a record with one local model and writes a report.",
)
app.add_typer(pack_commands.app, name="pack")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mmdesk {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Say the version.")
    ] = False,
) -> None:
    """Without a command: open the window; where there is no display, read the sample case here."""
    if context.invoked_subcommand is None:
        with plainly():
            missing = display.missing()
            if missing is None:
                raise typer.Exit(_window([], demo=False))
            typer.echo(f"{missing} The sample case is read here, in the terminal.")
            raise typer.Exit(_analyze(resources.sample_case(), BUILT_IN, "auto", as_json=False, out=None))


@app.command()
def window(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILES]…", show_default=False)] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Play the sample cases one after the other.")] = False,
    self_test: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Read the sample case, keep report and picture there, and end."),
    ] = None,
) -> None:
    """Open the window, with a case file or with images, recordings and a record."""
    with plainly():
        missing = display.missing()
        if missing is not None:
            raise UserProblem("mmdesk window", missing.rstrip("."), "Use mmdesk analyze instead.")
        if self_test is not None and not self_test.is_dir():
            raise UsageProblem(str(self_test), "there is no such folder", "Make it, or name another.")
        if self_test is not None and (files or demo):
            raise UsageProblem("--self-test", "it reads the sample case alone", "Leave the rest out.")
        raise typer.Exit(_window([path.absolute() for path in files or []], demo, self_test))


@app.command()
def analyze(
    image: Annotated[
        list[Path] | None,
        typer.Option(metavar="F", help="PNG, JPEG, TIFF, DICOM, NIfTI; a folder, ZIP or DICOMDIR."),
    ] = None,
    plane: Annotated[
        str | None, typer.Option(metavar="PLANE", help="Of a volume: axial, coronal or sagittal.")
    ] = None,
    slice_: Annotated[
        int | None, typer.Option("--slice", metavar="N", min=1, help="Slice to read, else the middle one.")
    ] = None,
    all_slices: Annotated[bool, typer.Option("--all-slices", help="Score every slice as well.")] = False,
    audio: Annotated[list[str] | None, typer.Option(metavar="F", help="WAV, FLAC, OGG, MP3, DICOM.")] = None,
    record: Annotated[
        list[str] | None,
        typer.Option(metavar="F|-", help="Text, PDF, CSV, XLSX, FHIR or HL7; - for stdin."),
    ] = None,
    confirm_labs: Annotated[
        bool, typer.Option("--confirm-labs", help="The values of sheets are right: let them count.")
    ] = False,
    prompt: Annotated[str | None, typer.Option(metavar="TEXT", help="What to write.")] = None,
    pack: Annotated[str, typer.Option(metavar="NAME_OR_FOLDER", help="The model pack.")] = BUILT_IN,
    device: Device = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one event a line, as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report; .json, .txt or Markdown.")
    ] = None,
) -> None:
    """Read a case and write its report. --image, --audio and --record may be given several times; of what
    two records state differently, the last one counts."""
    with plainly():
        given = {
            Modality.IMAGE: _images(image or [], plane, slice_, all_slices),
            Modality.AUDIO: tuple(map(Input.from_path, audio or ())),
            Modality.RECORD: tuple(_record(path, confirm_labs) for path in record or ()),
        }
        inputs = {modality: items for modality, items in given.items() if items}
        if not inputs:
            remedy = "Name at least one --image, --audio or --record."
            raise UsageProblem("mmdesk analyze", "no input was given", remedy)
        if out is not None and not out.parent.is_dir():
            raise UsageProblem(out.name, f"there is no folder {out.parent}", "Make it, or name another.")
        raise typer.Exit(_analyze(Case(inputs, prompt), pack, device, as_json, out))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one check a line, as JSON.")] = False,
) -> None:
    """Check this computer: display, sound, GPU, memory, disk, settings, packs, and the engine on a sample."""
    from mmdesk import codec
    from mmdesk.doctor import PROBLEM, as_text, checks

    failed = False
    for check in checks():
        print(json.dumps(codec.encode(check), ensure_ascii=False) if as_json else as_text(check), flush=True)
        failed = failed or check.state is PROBLEM
    raise typer.Exit(FAILED if failed else 0)


@app.command()
def menu(
    remove: Annotated[bool, typer.Option("--remove", help="Take it out again.")] = False,
) -> None:
    """Put mmdesk into the desktop's menu and let it open .mmcase files (Linux)."""
    with plainly():
        from mmdesk import menu as desktop

        for path in desktop.remove() if remove else desktop.add():
            typer.echo(f"{'removed' if remove else 'written'}: {path}")


app.command()(batch_command.batch)
app.command()(record_command.record)
app.command()(deidentify_command.deidentify)
app.command()(pack_commands.train)
app.command()(pack_commands.evaluate)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):  # a pipe on Windows, or a name that is not Unicode
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


def _window(files: list[Path], demo: bool, self_test: Path | None = None) -> int:
    from mmdesk.ui.app import run

    return run(files, demo, self_test)


def _analyze(case: Case, pack: str, device: str, as_json: bool, out: Path | None) -> int:
    folder = pack_folder(pack)
    from mmdesk.engine.local import LocalEngine

    show = _show_json if as_json else _terminal(case, folder)
    stop = StopToken()
    engine = LocalEngine(folder, device)
    with stopping(stop):
        last, broken, written = _follow(engine.analyze(case, stop), show)
    match last:
        case ReportReady(report):
            _save(report, out)
            return FAILED if broken else 0
        case Stopped(report=report):
            _save(report and report.stopped(), out)
            return STOPPED
        case Failed():
            _save(written, out)
            return FAILED
    raise RuntimeError(f"the analysis ended with {last}")


def _follow(
    stream: Iterable[Event], show: Callable[[Event], None]
) -> tuple[Event | None, bool, Report | None]:
    """Shows all events; gives the last one, whether an input failed, and the report once it was written."""
    event, broken, written = None, False, None
    for event in stream:
        show(event)
        match event:
            case InputFailed(name=name, problem=problem, remedy=remedy):
                complain(f"{name}: {problem}. {remedy}")
                broken = True
            case ReportWritten(report):
                written = report
            case Failed(stage, problem, remedy, detail):
                complain(f"{stage}: {problem}. {remedy}" if stage else f"{problem}. {remedy}")
                if detail:  # a mistake in the program: what a bug report needs
                    typer.echo(detail, err=True)
    return event, broken, written


def _terminal(case: Case, pack: Path) -> Callable[[Event], None]:
    from rich.console import Console

    from mmdesk.terminal import Terminal

    names = ", ".join(item.name for items in case.inputs.values() for item in items)
    typer.echo(f"Reading {names} with the pack {pack.name}.")
    return Terminal(Console()).show


def _show_json(event: Event) -> None:
    print(json.dumps(events.to_json(event), ensure_ascii=False), flush=True)


def _save(report: Report | None, out: Path | None) -> None:
    if report is not None and out is not None:
        save_report(out, report)


def _images(paths: list[Path], plane: str | None, slice_: int | None, every: bool) -> tuple[Input, ...]:
    """A folder or an archive gives an image for each series in it."""
    from mmdesk.media.holdings import images_of, is_holder

    if plane not in (None, *PLANES):
        raise UsageProblem("--plane", f"there is no plane {plane}", f"Choose one of {', '.join(PLANES)}.")
    frame = None if slice_ is None else slice_ - 1
    items: list[Input] = []
    for path in paths:
        try:
            holds = is_holder(path)
        except InputProblem:  # reading it says what is wrong
            holds = False
        found = images_of(path) if holds else [Input.from_path(path)]
        items += [replace(item, plane=plane, frame=frame, every=every) for item in found]
    return tuple(items)


def _record(path: str, confirmed: bool) -> Input:
    if path == "-":
        return Input("standard input", data=sys.stdin.buffer.read(), confirmed=confirmed)
    return replace(Input.from_path(path), confirmed=confirmed)
