"""What is unlike anything: fitted on a made-up data folder, then asked about the named sets."""

import csv
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdesk.case import Modality
from mmdesk.packs.reader import PackReader
from mmdesk.training import methods, strangers, unlike
from mmdesk.training.novelty import fit_novelty
from mmdesk.training.strangers import Stranger
from mmdesk.training.unlike import Seen, told_apart

Maker = Callable[..., bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_png: Maker, tiny_wav: Maker) -> Path:
    """Inputs of each split of each set, in groups of two, and films of four people."""
    folder = tmp_path_factory.mktemp("data")
    for name, label, splits in (
        ("chest_xray", "normal", ("train", "val", "calib", "test")),
        ("brain_mri", "no_tumor", ("train", "val", "test")),
        ("heart_sound", "normal", ("train", "val", "test")),
        ("heart_valve", "", ("train",)),
    ):
        rows = [
            {"path": f"{split}{n}", "label": label, "group": f"{split}{n // 2}", "split": split}
            for split in splits
            for n in range(40 if split == "train" else 10)
        ]
        maker = tiny_wav if name.startswith("heart") else tiny_png
        _write(folder / name, rows, maker)
    films = [("L", "4"), ("PA", "60"), ("AP", "17"), ("AP Supine", "")]
    rows = [
        {"path": f"{n}", "view": view, "age": age, "group": f"p{n}", "split": "train"}
        for n, (view, age) in enumerate(films)
    ]
    _write(folder / "chest_xray_notes", rows, tiny_png)
    (folder / "text").mkdir()
    text = "source,question,answer\nx,What is it?,Nobody knows what it is or why it is there.\n"
    (folder / "text" / "medical_qa.csv").write_text(text, encoding="utf-8")
    return folder


def _write(folder: Path, rows: list[dict[str, str]], maker: Maker) -> None:
    folder.mkdir()
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    for number, row in enumerate(rows):
        (folder / row["path"]).write_bytes(maker(number))


@pytest.fixture(scope="module")
def fitted(tiny_pack: Path, folder: Path) -> PackReader:
    torch.set_num_threads(1)
    reader = PackReader(tiny_pack)
    fit_novelty(reader.network, reader.manifest, folder)
    return reader


def test_fitting_sets_a_limit_for_every_kind(fitted: PackReader) -> None:
    for part in fitted.network.novelty.values():
        assert part.limit.half().isfinite().all() and (part.limit > 0).all()


def test_its_own_are_kept_and_strangers_are_not(fitted: PackReader, folder: Path) -> None:
    random = np.random.default_rng(0)
    own = unlike.see(
        fitted, Modality.IMAGE, unlike.own_inputs(folder, fitted.manifest.task("chest"), "calib"), "own"
    )
    assert (own.strangeness <= 1).mean() >= 0.9
    checks = (np.indices((64, 64)).sum(0) % 2).astype(np.float32)
    odd = unlike.see(fitted, Modality.IMAGE, [Stranger(checks, "a")], "odd")
    assert odd.strangeness[0] > 1
    noise = random.normal(size=6000).astype(np.float32)
    heard = unlike.see(fitted, Modality.AUDIO, [Stranger(noise, "a")], "odd")
    assert heard.strangeness[0] > 1
    assert fitted.encode_image(checks).examination is None
    assert fitted.encode_audio(noise, -1).examination is None


def seen(strangeness: list[float]) -> Seen:
    values = np.array(strangeness)
    groups = np.arange(len(values)).astype(str)
    nothing = np.zeros((len(values), 3))
    return Seen(nothing, nothing, nothing, values, groups)


def test_figures_of_strangers_told_apart() -> None:
    own, others = seen(list(range(100))), seen([200.0] * 6 + [50.0] * 2)
    rows = told_apart(Modality.IMAGE, "photographs", own, others, lambda s: s.strangeness, "test")
    auroc, passing = rows
    assert [row.metric for row in rows] == ["AUROC, photographs", "FPR at 95% kept, photographs"]
    assert auroc.value == pytest.approx((6 + 2 * 0.505) / 8) and passing.value == 0.25
    assert auroc.low < auroc.value < auroc.high and auroc.groups == 8
    assert unlike.refused(Modality.IMAGE, "photographs", seen([0.5, 1.0, 1.5, 3.0]), "test").value == 0.5


def test_films_by_view_and_age(folder: Path) -> None:
    assert [item.group for item in strangers.lateral_films(folder)] == ["p0"]
    assert [item.group for item in strangers.adult_films(folder)] == ["p1"]


@pytest.mark.parametrize("name", ["photographs", "pages of text", "speech", "music", "noise", "hum"])
def test_the_named_sets_are_made_the_same_each_time(folder: Path, name: str) -> None:
    if name == "speech" and not strangers.can_speak():
        pytest.skip("espeak-ng is not installed")
    maker = {**strangers.IMAGES, **strangers.SOUNDS}[name]

    def first() -> Iterator[Stranger]:
        return itertools.islice(maker(folder), 3)

    for one, other in zip(first(), first(), strict=True):
        assert one.group == other.group and np.array_equal(one.array, other.array)
        assert one.array.dtype == np.float32 and np.ptp(one.array) > 0
        assert one.array.ndim == (2 if name in strangers.IMAGES else 1)


def test_every_method_tells_what_is_far(fitted: PackReader) -> None:
    random = np.random.default_rng(1)

    def made(n: int, sure: float, shift: float) -> Seen:
        logits = np.tile([sure, 0.0, 0.0], (n, 1)) + random.normal(0, 0.1, (n, 3))
        traits = (random.normal(size=(n, 12)) * 0.1 + shift).astype(np.float32)
        return Seen(
            logits,
            traits,
            traits + np.arange(12, dtype=np.float32) * (1 - shift),
            np.zeros(n),
            np.zeros(n, str),
        )

    scores = methods.fit_methods([made(80, 8, 0)], 4)
    assert len(scores) == 5
    own, other = made(30, 8, 0), made(30, 1, 2)
    for name, score in scores.items():
        assert score(own).max() < score(other).min(), name


@pytest.mark.parametrize("seed", range(8))
def test_altered_inputs_are_other_inputs(seed: int) -> None:
    random = np.random.default_rng(seed)
    picture, other = random.random((40, 30), np.float32), random.random((20, 25), np.float32)
    altered = methods.altered_picture(random, picture, other)
    assert altered.ndim == 2 and altered.dtype == np.float32
    assert altered.shape != picture.shape or not np.allclose(altered, picture)
    wave, second = random.normal(size=(2, 4000)).astype(np.float32)
    sound = methods.altered_sound(random, wave, second)
    assert sound.ndim == 1 and sound.dtype == np.float32
    assert len(sound) != len(wave) or not np.allclose(sound, wave)
