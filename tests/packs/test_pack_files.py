"""A pack is loaded only whole, unchanged and without anything that could run."""

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from mmdesk.errors import PackProblem
from mmdesk.packs import files, manifest
from mmdesk.packs.build import build, packed, unpacked, verify


@pytest.fixture
def pack(tiny_pack: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pack, tmp_path / "mine"))


def flip_a_byte(folder: Path) -> None:
    path = folder / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def add_a_pickle(folder: Path) -> None:
    (folder / "extra.pkl").write_bytes(pickle.dumps([1, 2]))


def take_the_card(folder: Path) -> None:
    (folder / "CARD.md").unlink()


def take_the_sums(folder: Path) -> None:
    (folder / files.SUMS).unlink()


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (flip_a_byte, "weights.safetensors was changed"),
        (add_a_pickle, "the pack holds extra.pkl"),
        (take_the_card, "CARD.md is missing"),
        (take_the_sums, "SHA256SUMS cannot be read"),
    ],
)
def test_a_harmed_pack_is_refused_in_one_line(pack: Path, harm: Callable[[Path], None], problem: str) -> None:
    files.check(pack)
    harm(pack)
    with pytest.raises(PackProblem, match=problem) as raised:
        verify(pack)
    assert str(raised.value).startswith("mine: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("format = 99", "the pack has format 99"),
        ("format = ", "pack.toml cannot be read"),
        ("format = 1", "pack.toml does not fit"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(pack: Path, text: str, problem: str) -> None:
    (pack / "pack.toml").write_text(text, encoding="utf-8")
    files.write_sums(pack)
    with pytest.raises(PackProblem, match=problem):
        verify(pack)


def test_weights_of_another_size_are_refused(pack: Path) -> None:
    tensors = load_file(pack / "weights.safetensors")
    tensors["mixer.prior"] = torch.zeros(3)
    save_file(tensors, pack / "weights.safetensors")
    with pytest.raises(PackProblem, match=r"weights\.safetensors does not fit"):
        build(pack, manifest.read(pack))


def test_verify_runs_every_subset(tiny_pack: Path) -> None:
    assert any("all 8 subsets" in line for line in verify(tiny_pack))


def test_packing_keeps_weights_within_half_a_step() -> None:
    state = {"a.weight": torch.randn(8, 4, 3, 3), "a.bias": torch.randn(8), "n": torch.tensor(3)}
    back = unpacked(packed(state))
    assert back.keys() == state.keys()
    step = state["a.weight"].abs().amax((1, 2, 3), keepdim=True) / 127
    assert bool(((back["a.weight"] - state["a.weight"]).abs() <= step * 0.501).all())
    torch.testing.assert_close(back["a.bias"], state["a.bias"], atol=2e-3, rtol=0)


def test_packs_are_found_by_name_and_by_folder(tiny_pack: Path) -> None:
    assert files.find("clinic").name == "clinic"
    assert files.find(str(tiny_pack)) == tiny_pack
    with pytest.raises(PackProblem, match="neither a built-in pack nor a folder"):
        files.find("no such pack")
