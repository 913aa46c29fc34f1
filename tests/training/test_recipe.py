"""A small pack through all stages on a few rows of each data set, cut off once and resumed."""

import csv
import os
import shutil
from pathlib import Path

import pytest
import tomli_w

from mmdesk.errors import TrainingProblem
from mmdesk.packs import files
from mmdesk.packs.build import verify
from mmdesk.training import recipe as recipes
from mmdesk.training.recipe import STAGES, read_recipe, train

RECIPES = Path(__file__).parents[2] / "recipes"


@pytest.fixture
def shared_data() -> Path:
    """The shared data; where CI sets the variable, a missing folder fails."""
    if "MMDESK_DATA" not in os.environ:
        pytest.skip("MMDESK_DATA is not set")
    return Path(os.environ["MMDESK_DATA"])


def few_rows(source: Path, target: Path, name: str, keep: dict[tuple[str, ...], int]) -> None:
    """Copy a data set with the first rows of each value of the named columns."""
    ((columns, most),) = keep.items()
    with (source / name / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    seen: dict[tuple[str, ...], int] = {}
    chosen = []
    for row in rows:
        key = tuple(row[column] for column in columns)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= most:
            chosen.append(row)
            if "path" in row:
                (target / name / row["path"]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name / row["path"], target / name / row["path"])
    (target / name).mkdir(parents=True, exist_ok=True)
    with (target / name / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(chosen)


@pytest.fixture
def small_data(shared_data: Path, tmp_path: Path) -> Path:
    target = tmp_path / "data"
    few_rows(shared_data, target, "chest_xray", {("label", "split"): 6})
    few_rows(shared_data, target, "brain_mri", {("label", "split"): 6})
    few_rows(shared_data, target, "heart_sound", {("label", "split"): 12})
    few_rows(shared_data, target, "heart_valve", {("path",): 1})
    few_rows(shared_data, target, "blood_tests", {("Category", "fold"): 8})
    (target / "text").mkdir()
    for name in ("chest_reports.csv", "clinical_notes.csv"):
        lines = (shared_data / "text" / name).read_text(encoding="utf-8").splitlines()[:200]
        (target / "text" / name).write_text("\n".join(lines), encoding="utf-8")
    return target


@pytest.fixture
def small_recipe(tmp_path: Path) -> Path:
    folder = tmp_path / "recipes"
    shutil.copytree(RECIPES, folder)
    pack = recipes._toml(folder / "clinic.pack.toml")
    pack["networks"] = {
        "image": {"size": 64, "width": 4}, "audio": {"width": 16, "channels": 4}, "record": {"width": 8},
        "fusion": {"kind": "attention", "width": 16},
        "decoder": {"layers": 1, "heads": 2, "width": 32, "vocabulary": 512},
    }  # fmt: skip
    (folder / "clinic.pack.toml").write_text(tomli_w.dumps(pack), encoding="utf-8")
    plan = recipes._toml(folder / "clinic.toml")
    for stage in STAGES[:-1]:
        plan[stage]["schedule"]["epochs"] = 1
        if stage != "image":
            plan[stage]["steps"] = 2
    (folder / "clinic.toml").write_text(tomli_w.dumps(plan), encoding="utf-8")
    return folder / "clinic.toml"


@pytest.mark.slow
def test_all_stages_make_a_pack_and_a_cut_run_goes_on(
    small_data: Path, small_recipe: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    train(small_recipe, out, small_data, ["image"], False, "cpu")
    kept = (out / "image.safetensors").stat().st_mtime_ns
    train(small_recipe, out, small_data, [], True, "cpu")
    assert (out / "image.safetensors").stat().st_mtime_ns == kept
    assert (out / "metrics.png").stat().st_size > 0
    files.check(out / "pack")
    assert any("8 subsets" in line for line in verify(out / "pack"))


@pytest.mark.parametrize("name", ["clinic", "clinic-small"])
def test_the_recipes_of_the_project_fit(name: str) -> None:
    plan = read_recipe(RECIPES / f"{name}.toml")
    spec, toml = recipes.read_spec(RECIPES / f"{name}.toml", plan)
    assert {task.name for task in spec.tasks} == {"chest", "brain", "murmur", "valve", "liver"}
    assert spec.name == toml["name"] == name
    for part, sizes in plan.networks.items():
        assert sizes.items() <= spec.networks[part].items()


def test_an_unknown_stage_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingProblem, match="there is no such stage"):
        train(RECIPES / "clinic.toml", tmp_path, None, ["images"], False, "cpu")


def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingProblem, match="not a folder with the training data"):
        train(RECIPES / "clinic.toml", tmp_path, tmp_path, ["image"], False, "cpu")


def test_a_recipe_that_does_not_fit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("pack = 3\n", encoding="utf-8")
    with pytest.raises(TrainingProblem, match="the recipe does not fit"):
        read_recipe(path)
