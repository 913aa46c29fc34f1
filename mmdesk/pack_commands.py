"""The commands about packs: list, add, show, verify, train, evaluate."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from mmdesk.errors import PackProblem
from mmdesk.plainly import FAILED, UsageProblem, complain, pack_folder, plainly

app = typer.Typer(rich_markup_mode=None, help="Model packs: list, add, show, verify.", no_args_is_help=True)

PackName = Annotated[str, typer.Argument(metavar="NAME_OR_FOLDER", show_default=False)]
Device = Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where encoders run; auto takes a GPU.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the data sets; MMDESK_DATA if left out.")]


@app.command("list")
def pack_list() -> None:
    """The packs that mmdesk finds."""
    from mmdesk.packs.files import packs
    from mmdesk.packs.manifest import read

    broken = False
    for folder in packs():
        try:
            manifest = read(folder)
        except PackProblem as problem:
            complain(str(problem))
            broken = True
        else:
            typer.echo(f"{manifest.name} {manifest.version}  {manifest.title}  {folder}")
    raise typer.Exit(FAILED if broken else 0)


@app.command("add")
def pack_add(folder: Annotated[Path, typer.Argument(show_default=False)]) -> None:
    """Copy a pack's folder to where the window and all commands find it by name."""
    from mmdesk.packs import files
    from mmdesk.packs.manifest import read

    with plainly():
        typer.echo(files.add(folder, read(folder).name))


@app.command("show")
def pack_show(pack: PackName) -> None:
    """What a pack reads, scores, for whom, and how well."""
    from rich.console import Console

    from mmdesk.packs.manifest import read
    from mmdesk.terminal import print_pack

    with plainly():
        print_pack(Console(), read(pack_folder(pack)))


@app.command("verify")
def pack_verify(pack: PackName) -> None:
    """Check a pack's hashes and run every declared input shape through its network."""
    from mmdesk.packs.files import check

    with plainly():
        folder = pack_folder(pack)
        check(folder)  # before torch is imported
        from mmdesk.packs.build import verify

        for line in verify(folder):
            typer.echo(line)


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
    with plainly():
        from mmdesk.training.recipe import train as run

        run(recipe, out or Path("runs") / recipe.stem, data, stage or [], resume, device, seed)


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
    with plainly():
        for lone, needed, why in (
            (grammar and not reports, "--grammar", "--reports"),
            (run and not plots, "--run", "--plots"),
            (seeds and not card, "--seeds", "--card"),
        ):
            if lone:
                raise UsageProblem(needed, f"it does nothing without {why}", f"Add {why}.")
        folder = pack_folder(pack)
        from mmdesk.training.evaluate import Evidence
        from mmdesk.training.evaluate import evaluate as measure

        asked = Evidence(out, card, plots, tuple(seeds or ()), run, reports, grammar, tuple(rows or ()))
        measure(folder, data, split, asked)
