"""`mmdesk train`: a recipe's stages, one by one, resumed where they were cut off, into a pack."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from mmdesk import codec
from mmdesk.errors import PackProblem, TrainingProblem
from mmdesk.packs import manifest
from mmdesk.packs.build import configs_of, layout_of, pick_device
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.tokens import Tokens
from mmdesk.training.audio import AudioStage, train_audio
from mmdesk.training.data import data_folder
from mmdesk.training.fusion import FusionStage, train_fusion
from mmdesk.training.grammar import Grammar
from mmdesk.training.image import ImageStage, train_image
from mmdesk.training.language import LanguageStage, ReportStage, train_language, train_report, train_tokenizer
from mmdesk.training.package import package
from mmdesk.training.plots import plot_metrics
from mmdesk.training.record import RecordStage, train_record
from mmdesk.training.run import Run

STAGES = ("image", "audio", "record", "fusion", "language", "report", "pack")


@dataclass(frozen=True, slots=True)
class Recipe:
    """`pack`, `vocabulary` and `grammar` are files beside the recipe; `networks` holds the sizes in which
    its pack differs from the pack file. The pack is named as the recipe."""

    pack: str
    vocabulary: str
    grammar: str
    image: ImageStage
    audio: AudioStage
    record: RecordStage
    fusion: FusionStage
    language: LanguageStage
    report: ReportStage
    networks: Mapping[str, Mapping[str, int | float | str]] = field(default_factory=dict)


def read_recipe(path: Path) -> Recipe:
    """Raises TrainingProblem."""
    recipe: Recipe = _decode(Recipe, _toml(path), path)
    return recipe


def read_spec(path: Path, recipe: Recipe) -> tuple[Manifest, dict[str, Any]]:
    """The manifest as the recipe states it, before anything is fitted, and the same as plain TOML."""
    data = _toml(path.parent / recipe.pack)
    data["name"] = path.stem
    for part, sizes in recipe.networks.items():
        data["networks"][part] = {**data["networks"].get(part, {}), **sizes}
    data["vocabulary"] = {"terms": _toml(path.parent / recipe.vocabulary)["term"]}
    try:
        return manifest.parse(data, recipe.pack), data
    except PackProblem as error:
        raise TrainingProblem(error.name, error.problem, "Mend the recipe.") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingProblem(
            path.name, f"the file cannot be read: {error}", "Name a recipe file."
        ) from error


def _decode(kind: type, data: dict[str, Any], path: Path) -> Any:
    try:
        return codec.decode(kind, data)
    except (TypeError, ValueError, KeyError) as error:
        raise TrainingProblem(path.name, f"the recipe does not fit: {error}", "Mend the recipe.") from error


def train(
    recipe: Path, out: Path, data: Path | None, stages: list[str], resume: bool, device: str, seed: int = 0
) -> None:
    """Run `stages` (all if empty) of the recipe into the folder `out`; `out`/pack is the pack.

    With `resume`, finished stages are skipped and one that was cut off goes on from its last epoch.
    Raises TrainingProblem.
    """
    for stage in stages:
        if stage not in STAGES:
            raise TrainingProblem(stage, "there is no such stage", f"Stages: {', '.join(STAGES)}.")
    plan = read_recipe(recipe)
    spec, toml = read_spec(recipe, plan)
    run = Run(out, pick_device(device), resume, seed)
    console = Console()
    for stage in stages or STAGES:
        if resume and not stages and run.done(stage):
            console.print(f"{stage}: already trained")
            continue
        _train_stage(stage, run, plan, spec, toml, recipe.parent, data_folder(data))
        plot_metrics(run)
    console.print(f"metrics: {out / 'metrics.csv'}, {out / 'metrics.png'}")


def _train_stage(
    stage: str, run: Run, plan: Recipe, spec: Manifest, toml: dict[str, Any], beside: Path, data: Path
) -> None:
    configs, layout = configs_of(spec), layout_of(spec)
    if stage == "image":
        train_image(run, spec, configs.image, plan.image, data)
    elif stage == "audio":
        train_audio(run, configs.audio, plan.audio, data)
    elif stage == "record":
        train_record(run, spec.vocabulary, layout, configs.record, plan.record, data)
    elif stage == "fusion":
        train_fusion(run, spec, configs, layout, plan.fusion, data)
    elif stage == "language":
        grammar = Grammar.load(beside / plan.grammar)
        tokens = train_tokenizer(run, grammar, data, configs.decoder.vocabulary)
        train_language(run, configs, tokens, plan.language, data)
    elif stage == "report":
        grammar = Grammar.load(beside / plan.grammar)
        tokens = Tokens.read(run.folder / "tokenizer.json")
        train_report(run, spec, configs, layout, tokens, grammar, plan.report)
    else:
        package(run, spec, toml, configs, layout, plan.fusion, data)
