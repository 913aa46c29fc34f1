"""The commands. Each is a thin call; what is heavy is imported when a command needs it."""

import io
import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import typer

from mmdesk import __version__, display, events, resources
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.errors import PackProblem, PromptProblem, UserProblem
from mmdesk.events import Event, Failed, InputFailed, ReportReady, ReportWritten, Stopped
from mmdesk.export import save_report
from mmdesk.report import Report

FAILED, USAGE, STOPPED = 1, 2, 130
BUILT_IN = "clinic"
TRAIN_EXTRA = {"matplotlib", "sklearn", "torchvision"}

app = typer.Typer(
    rich_markup_mode=None,  # rich's help takes a tenth of a second to import
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Reads an image, a heart sound and a record with one local model and writes a report.",
)
pack_app = typer.Typer(
    rich_markup_mode=None, help="Model packs: list, add, show, verify.", no_args_is_help=True
)
app.add_typer(pack_app, name="pack")

PackName = Annotated[str, typer.Argument(metavar="NAME_OR_FOLDER", show_default=False)]
Device = Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where encoders run; auto takes a GPU.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the data sets; MMDESK_DATA if left out.")]


class UsageProblem(UserProblem):
    """A command that asks for nothing that could be done."""


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
        with _plainly():
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
    with _plainly():
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
    image: Annotated[list[str] | None, typer.Option(metavar="F", help="PNG, JPEG, TIFF or DICOM.")] = None,
    audio: Annotated[list[str] | None, typer.Option(metavar="F", help="WAV, FLAC, OGG or MP3.")] = None,
    record: Annotated[str | None, typer.Option(metavar="F|-", help="A text file; - for stdin.")] = None,
    prompt: Annotated[str | None, typer.Option(metavar="TEXT", help="What to write.")] = None,
    pack: Annotated[str, typer.Option(metavar="NAME_OR_FOLDER", help="The model pack.")] = BUILT_IN,
    device: Device = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one event a line, as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report; .json, .txt or Markdown.")
    ] = None,
) -> None:
    """Read a case and write its report. --image and --audio may be given several times."""
    with _plainly():
        given = {
            Modality.IMAGE: tuple(map(Input.from_path, image or ())),
            Modality.AUDIO: tuple(map(Input.from_path, audio or ())),
            Modality.RECORD: (_record(record),) if record else (),
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


@pack_app.command("list")
def pack_list() -> None:
    """The packs that mmdesk finds."""
    from mmdesk.packs.files import packs
    from mmdesk.packs.manifest import read

    broken = False
    for folder in packs():
        try:
            manifest = read(folder)
        except PackProblem as problem:
            _complain(str(problem))
            broken = True
        else:
            typer.echo(f"{manifest.name} {manifest.version}  {manifest.title}  {folder}")
    raise typer.Exit(FAILED if broken else 0)


@pack_app.command("add")
def pack_add(folder: Annotated[Path, typer.Argument(show_default=False)]) -> None:
    """Copy a pack's folder to where the window and all commands find it by name."""
    from mmdesk.packs import files
    from mmdesk.packs.manifest import read

    with _plainly():
        typer.echo(files.add(folder, read(folder).name))


@pack_app.command("show")
def pack_show(pack: PackName) -> None:
    """What a pack reads, scores, for whom, and how well."""
    from rich.console import Console

    from mmdesk.packs.manifest import read
    from mmdesk.terminal import print_pack

    with _plainly():
        print_pack(Console(), read(_pack_folder(pack)))


@pack_app.command("verify")
def pack_verify(pack: PackName) -> None:
    """Check a pack's hashes and run every declared input shape through its network."""
    from mmdesk.packs.files import check

    with _plainly():
        folder = _pack_folder(pack)
        check(folder)  # before torch is imported
        from mmdesk.packs.build import verify

        for line in verify(folder):
            typer.echo(line)


@app.command()
def menu(
    remove: Annotated[bool, typer.Option("--remove", help="Take it out again.")] = False,
) -> None:
    """Put mmdesk into the desktop's menu and let it open .mmcase files (Linux)."""
    with _plainly():
        from mmdesk import menu as desktop

        for path in desktop.remove() if remove else desktop.add():
            typer.echo(f"{'removed' if remove else 'written'}: {path}")


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(show_default=False)],
    out: Annotated[Path | None, typer.Option(help="Folder of the run; runs/RECIPE if left out.")] = None,
    data: Data = None,
    stage: Annotated[list[str] | None, typer.Option(help="Only this stage; several times.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run was cut off.")] = False,
    device: Device = "auto",
    seed: Annotated[int, typer.Option(help="First weights, order and augmentation follow from it.")] = 0,
) -> None:
    """Train a pack by a recipe."""
    with _plainly():
        from mmdesk.training.recipe import train as run

        run(recipe, out or Path("runs") / recipe.stem, data, stage or [], resume, device, seed)


@app.command()
def evaluate(
    pack: PackName,
    data: Data = None,
    split: Annotated[str, typer.Option(help="The split to measure on.")] = "test",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the results as JSON, the card as Markdown (.md)."),
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Measure all of the model card; into the pack, or --out FILE.md.")
    ] = False,
    plots: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Plot reliability and risk against coverage.")
    ] = None,
    seeds: Annotated[
        list[Path] | None, typer.Option(metavar="FOLDER", help="A pack of another seed; several times.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The run that made it: plot 5-fold tasks as well.")
    ] = None,
    reports: Annotated[int, typer.Option(help="Also write and check so many reports.")] = 0,
    grammar: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --reports: against the writer of this grammar.")
    ] = None,
    rows: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="What a script of recipes/ measured; several.")
    ] = None,
) -> None:
    """Measure a pack on a split of the data sets."""
    with _plainly():
        for lone, needed, why in (
            (grammar and not reports, "--grammar", "--reports"),
            (run and not plots, "--run", "--plots"),
            (seeds and not card, "--seeds", "--card"),
        ):
            if lone:
                raise UsageProblem(needed, f"it does nothing without {why}", f"Add {why}.")
        folder = _pack_folder(pack)
        from mmdesk.training.evaluate import Evidence
        from mmdesk.training.evaluate import evaluate as measure

        asked = Evidence(out, card, plots, tuple(seeds or ()), run, reports, grammar, tuple(rows or ()))
        measure(folder, data, split, asked)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):  # a pipe on Windows, or a name that is not Unicode
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


def _window(files: list[Path], demo: bool, self_test: Path | None = None) -> int:
    from mmdesk.ui.app import run

    return run(files, demo, self_test)


def _analyze(case: Case, pack: str, device: str, as_json: bool, out: Path | None) -> int:
    folder = _pack_folder(pack)
    from mmdesk.engine.local import LocalEngine

    show = _show_json if as_json else _terminal(case, folder)
    stop = StopToken()
    engine = LocalEngine(folder, device)
    with _stopping(stop):
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
                _complain(f"{name}: {problem}. {remedy}")
                broken = True
            case ReportWritten(report):
                written = report
            case Failed(stage, problem, remedy, detail):
                _complain(f"{stage}: {problem}. {remedy}" if stage else f"{problem}. {remedy}")
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


@contextmanager
def _stopping(stop: StopToken) -> Iterator[None]:
    """The first Ctrl+C stops the analysis and keeps what was written; the second one interrupts."""

    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _save(report: Report | None, out: Path | None) -> None:
    if report is not None and out is not None:
        save_report(out, report)


def _pack_folder(pack: str) -> Path:
    from mmdesk.packs.files import find

    try:
        return find(pack)
    except PackProblem as problem:
        raise UsageProblem(problem.name, problem.problem, problem.remedy) from problem


def _record(path: str) -> Input:
    if path == "-":
        return Input("standard input", data=sys.stdin.buffer.read())
    return Input.from_path(path)


def _complain(text: str) -> None:
    typer.echo(" ".join(text.split()), err=True)


@contextmanager
def _plainly() -> Iterator[None]:
    """A problem that a person can mend is one line on stderr, not a traceback."""
    try:
        yield
    except UserProblem as problem:
        _complain(str(problem))
        usage = isinstance(problem, UsageProblem | PromptProblem)
        raise typer.Exit(USAGE if usage else FAILED) from None
    except ModuleNotFoundError as error:
        name = error.name or ""
        if name.startswith("mmdesk.training"):
            _complain("This build only reads cases. To train and evaluate, install mmdesk with pip.")
        elif name.partition(".")[0] in TRAIN_EXTRA:
            _complain(f"{name} is not installed. Run: pip install 'mmdesk[train]'")
        else:
            raise
        raise typer.Exit(FAILED) from None
