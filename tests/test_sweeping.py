"""Stacks through the tiny pack: which slice is read, through which window, and all of them scored alone."""

import io
import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from numpy.typing import NDArray
from PIL import Image
from support.slices import ct_slice, laid, multi_frame, zipped
from support.streams import of, report_of
from typer.testing import CliRunner

from mmdesk import bars, cli, events, sweeping
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import (
    LAST,
    Encoded,
    Event,
    FindingsScored,
    OutOfDistribution,
    Stage,
    StageFinished,
    StageStarted,
    Stopped,
    Swept,
)
from mmdesk.media.holdings import images_of
from mmdesk.packs import files, writer
from mmdesk.report import Report, Seen, Sweep

IMAGE = Modality.IMAGE
COUNT = 5


@pytest.fixture(scope="module")
def loaded(tiny_pack: Path) -> LocalEngine:
    return LocalEngine(tiny_pack)


@pytest.fixture
def engine(loaded: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    return fresh(loaded, monkeypatch)


def fresh(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    """With empty caches, and its nonsense cut short."""
    monkeypatch.setattr(writer, "MOST_TOKENS", 4)
    engine._pipeline._cache.clear()
    engine._pipeline._sweeper._known.clear()
    return engine


@pytest.fixture(scope="module")
def values(tiny_png: Callable[..., bytes]) -> list[NDArray[np.int16]]:
    """Slices of a radiograph's kind, each another one."""
    pictures = [np.asarray(Image.open(io.BytesIO(tiny_png(seed)))) for seed in range(COUNT)]
    return [picture.astype(np.int16) * 8 - 1000 for picture in pictures]


@pytest.fixture
def folder(tmp_path: Path, values: list[NDArray[np.int16]]) -> Path:
    slices = {f"{9 - n}": ct_slice(n, n, own, Modality="DX") for n, own in enumerate(values)}
    return laid(tmp_path / "tomo", slices)


def stack_of(values: list[NDArray[np.int16]], **elements: Any) -> Input:
    return Input("tomo.dcm", data=multi_frame(values, **{"Modality": "DX", **elements}))


def analysed(engine: LocalEngine, *items: Input, stop: StopToken | None = None) -> list[Event]:
    stream = list(engine.analyze(Case({IMAGE: items}), stop or StopToken()))
    assert [isinstance(event, LAST) for event in stream] == [False] * (len(stream) - 1) + [True]
    for event in stream:
        assert events.from_json(json.loads(json.dumps(events.to_json(event), allow_nan=False))) == event
    return stream


def sweep_of(engine: LocalEngine, item: Input) -> Sweep:
    (sweep,) = report_of(analysed(engine, replace(item, every=True))).sweeps
    return sweep


# ---- the slice that is read


def test_the_middle_slice_or_the_one_that_was_chosen(
    engine: LocalEngine, values: list[NDArray[np.int16]]
) -> None:
    item = stack_of(values)
    scores = set()
    for frame, read in ((None, 2), (0, 0), (3, 3), (77, 4)):
        stream = analysed(engine, replace(item, frame=frame))
        (encoded,) = of(Encoded, stream)
        assert (encoded.seen.frame, encoded.seen.frames) == (read, 5)
        assert report_of(stream).provenance.sources[0].seen == encoded.seen
        scores.add(report_of(stream).findings)
    assert len(scores) == 4  # each slice has scores of its own


def test_what_was_seen_is_said(engine: LocalEngine, values: list[NDArray[np.int16]]) -> None:
    window = {"WindowCenter": "40", "WindowWidth": "400"}
    report = report_of(analysed(engine, stack_of(values, RescaleType="HU", **window)))
    (source,) = report.provenance.sources
    assert source.seen == Seen(2, 5, 70, 90, "", 40.0, 400.0, "")
    said = "Read of tomo.dcm: slice 3 of 5, C 40 W 400, all 70 × 90 pixels."
    assert said in report.to_markdown() and said in report.to_text()
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_a_picture_alone_is_no_stack(engine: LocalEngine, tiny_png: Callable[..., bytes]) -> None:
    stream = analysed(engine, Input("chest.png", data=tiny_png(1), every=True))
    assert of(Encoded, stream)[0].seen == Seen(0, 1, 70, 90)
    assert not of(Swept, stream) and report_of(stream).sweeps == ()


# ---- the window of a pack


@pytest.fixture(scope="module")
def windowed(tiny_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    """A pack that reads radiographs through a window of its own."""
    pack = tmp_path_factory.mktemp("windowed") / "pack"
    shutil.copytree(tiny_pack, pack)
    data = tomllib.loads((pack / "pack.toml").read_text(encoding="utf-8"))
    data["examinations"][0]["window"] = [100, 50]
    (pack / "pack.toml").write_text(tomli_w.dumps(data), encoding="utf-8")
    files.write_sums(pack)
    return LocalEngine(pack)


def test_a_pack_reads_through_its_own_window(
    windowed: LocalEngine,
    engine: LocalEngine,
    values: list[NDArray[np.int16]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh(windowed, monkeypatch)
    item = stack_of(values, WindowCenter="0", WindowWidth="3000")
    stream, other = analysed(windowed, item), analysed(engine, item)
    assert of(Encoded, stream)[0].seen == Seen(2, 5, 70, 90, "", 100.0, 50.0, "")
    assert of(Encoded, other)[0].seen == Seen(2, 5, 70, 90, "", 0.0, 3000.0, "")
    assert report_of(stream).findings != report_of(other).findings
    # The same as a file that is shown so.
    window = {"WindowCenter": "100", "WindowWidth": "50", "VOILUTFunction": "LINEAR_EXACT"}
    same = report_of(analysed(engine, stack_of(values, **window)))
    assert report_of(stream).findings == same.findings
    assert sweep_of(windowed, item).probabilities != sweep_of(engine, item).probabilities


def test_without_tags_that_choose_an_examination_the_file_s_window_counts(
    windowed: LocalEngine, values: list[NDArray[np.int16]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(windowed, monkeypatch)
    item = stack_of(values, Modality="OT", WindowCenter="0", WindowWidth="9")
    (encoded,) = of(Encoded, analysed(windowed, item))
    assert encoded.seen.center == 0


# ---- all slices


def test_each_slice_scores_as_it_does_alone(engine: LocalEngine, values: list[NDArray[np.int16]]) -> None:
    item = stack_of(values)
    stream = analysed(engine, replace(item, every=True))
    (sweep,) = report_of(stream).sweeps
    assert (sweep.place, sweep.plane) == (0, "") and of(Swept, stream)[-1] == Swept(sweep, COUNT)
    for index in range(COUNT):
        (scored,) = of(FindingsScored, analysed(engine, replace(item, frame=index)))
        assert scored.findings
        for finding in scored.findings:
            assert sweep.probabilities[finding.name][index] == round(finding.probability, 4)
    # The report itself is of the one slice.
    assert report_of(stream).findings == report_of(analysed(engine, item)).findings
    stages = [event.stage for event in of(StageStarted, stream)]
    assert stages == list(Stage) == [event.stage for event in of(StageFinished, stream)]


def test_a_folder_and_an_archive_are_swept_alike(
    engine: LocalEngine, folder: Path, values: list[NDArray[np.int16]], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = folder.parent / "tomo.zip"
    packed.write_bytes(zipped({path.name: path.read_bytes() for path in folder.iterdir()}))
    window = {"WindowCenter": "40", "WindowWidth": "400"}
    expected = sweep_of(engine, stack_of(values, RescaleSlope="1", RescaleIntercept="0", **window))
    for path in (folder, packed):
        fresh(engine, monkeypatch)
        (item,) = images_of(path)
        assert sweep_of(engine, item) == expected


def test_slices_that_cannot_be_scored_have_none(engine: LocalEngine, folder: Path) -> None:
    (item,) = images_of(folder)
    (folder / item.slices[1]).write_bytes(b"damaged")
    (folder / item.slices[3]).write_bytes(ct_slice(3, 3, np.full((90, 70), 7, np.int16), Modality="DX"))
    (folder / item.slices[4]).write_bytes(ct_slice(4, 4, Modality="CT"))
    sweep = sweep_of(engine, item)
    assert sweep.probabilities
    for column in sweep.probabilities.values():
        assert [score is not None for score in column] == [True, False, True, False, False]


def test_a_stack_that_is_refused_by_its_tags(engine: LocalEngine, values: list[NDArray[np.int16]]) -> None:
    stream = analysed(engine, replace(stack_of(values, Modality="CT"), every=True))
    assert of(OutOfDistribution, stream)
    assert of(Swept, stream) == [Swept(Sweep(0, "", {}), COUNT)]


def test_only_new_slices_are_encoded(
    engine: LocalEngine, folder: Path, monkeypatch: pytest.MonkeyPatch, values: list[NDArray[np.int16]]
) -> None:
    (item,) = images_of(folder)
    first = sweep_of(engine, item)
    encoded: list[int] = []
    real = engine._pipeline.reader.encode_pictures
    monkeypatch.setattr(
        engine._pipeline.reader, "encode_pictures", lambda some: encoded.extend(some) or real(some)
    )
    assert sweep_of(engine, item) == first and not encoded
    (folder / item.slices[4]).write_bytes(ct_slice(4, 4, values[0], Modality="DX"))
    changed = sweep_of(engine, item)
    assert len(encoded) == 1 and changed != first
    assert all(column[:4] == first.probabilities[name][:4] for name, column in changed.probabilities.items())


@pytest.mark.parametrize("slow", [True, False])
def test_what_is_told_on_the_way(
    engine: LocalEngine, values: list[NDArray[np.int16]], monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    monkeypatch.setattr(sweeping, "STEP", 0.0 if slow else 1e9)
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    told = of(Swept, analysed(engine, replace(stack_of(values), every=True)))
    assert [event.done for event in told] == ([2, 4, 5] if slow else [5])
    for event in told:
        for column in event.sweep.probabilities.values():
            assert [score is not None for score in column] == [n < event.done for n in range(COUNT)]


def test_nothing_is_told_before_there_is_a_score(
    engine: LocalEngine, values: list[NDArray[np.int16]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "STEP", 0.0)
    monkeypatch.setattr(sweeping, "AT_ONCE", 1)
    empty = np.full((90, 70), 7, np.int16)
    item = replace(stack_of([empty, empty, *values[:2]]), frame=2, every=True)
    assert [event.done for event in of(Swept, analysed(engine, item))] == [3, 4]


def test_a_stop_on_the_way_leaves_the_report_whole(
    engine: LocalEngine, values: list[NDArray[np.int16]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopToken()
    real = sweeping.Sweeper._seen

    def seen(self: sweeping.Sweeper, read: Any, plane: str, index: int, window_for: Any) -> Any:
        if index == 2:
            stop.stop()
        return real(self, read, plane, index, window_for)

    monkeypatch.setattr(sweeping.Sweeper, "_seen", seen)
    item = replace(stack_of(values), every=True)
    report = report_of(analysed(engine, item, stop=stop))
    assert report.findings and report.sections and report.saliencies and report.sweeps == ()
    assert not of(Stopped, analysed(engine, item))


def test_two_stacks_have_a_place_each(engine: LocalEngine, values: list[NDArray[np.int16]]) -> None:
    first, second = stack_of(values), replace(stack_of(values[::-1]), name="b.dcm", every=True)
    report = report_of(analysed(engine, first, replace(second, every=True)))
    assert [sweep.place for sweep in report.sweeps] == [1]
    both = report_of(analysed(engine, replace(first, every=True), second)).sweeps
    assert [sweep.place for sweep in both] == [0, 1]
    assert {name: column[::-1] for name, column in both[0].probabilities.items()} == both[1].probabilities


# ---- the terminal


def command(tiny_pack: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["analyze", "--pack", str(tiny_pack), *arguments])
    return done.exit_code, done.output


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_the_command_line_reads_a_series(
    tiny_pack: Path, folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder
    if kind == "archive":
        path = folder.parent / "tomo.zip"
        path.write_bytes(zipped({file.name: file.read_bytes() for file in folder.iterdir()}))
    code, output = command(tiny_pack, "--image", str(path), "--slice", "2", "--all-slices")
    assert code == 0
    assert f"{path.name}: chest radiograph" in output and "(slice 2 of 5, C 40 W 400" in output
    assert "Each slice scored alone  (5 slices)" in output and "most in slice" in output
    assert output.count("Each slice scored alone") == 1
    code, output = command(tiny_pack, "--image", str(path))
    assert code == 0 and "slice 3 of 5" in output and "Each slice" not in output


@pytest.mark.usefixtures("engine")
def test_the_command_line_cuts_a_volume(tiny_pack: Path, tmp_path: Path) -> None:
    import nibabel

    volume = np.random.default_rng(0).integers(0, 900, (20, 24, 28)).astype(np.int16)
    path = tmp_path / "brain.nii.gz"
    nibabel.save(nibabel.Nifti1Image(volume, np.eye(4), dtype=np.int16), path)
    for plane, count in (("axial", 28), ("coronal", 24), ("sagittal", 20)):
        code, output = command(tiny_pack, "--image", str(path), "--plane", plane, "--slice", "1")
        assert code == 0 and f"{plane} slice 1 of {count}" in output
    code, output = command(tiny_pack, "--image", str(path), "--plane", "oblique")
    assert code == 2
    assert output == "--plane: there is no plane oblique. Choose one of axial, coronal, sagittal.\n"


@pytest.mark.usefixtures("engine")
def test_the_command_line_says_what_is_wrong(tiny_pack: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, output = command(tiny_pack, "--image", str(tmp_path / "empty"))
    assert code != 0 and "empty: there is no image in it" in output and "Traceback" not in output
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(60))
    code, output = command(tiny_pack, "--image", str(tmp_path / "a.zip"))
    assert code != 0 and "a.zip: the archive is damaged" in output


# ---- as characters


def test_a_strip_of_characters() -> None:
    assert bars.of_slices((0.0, 0.13, None, 0.5, 1.0), 80) == "▁▂·▅█"
    assert bars.of_slices((0.1, 0.9, None, None, 0.2, None), 3) == "█·▂"
    assert bars.strongest((None, 0.2, 0.9, 0.3)) == 2
