"""A pack on disk: what is accepted, and one clear line for everything that is not."""

import re
import shutil
from pathlib import Path

import platformdirs
import pytest
import torch
from safetensors.torch import load_file, save_file

from mmdesk import resources
from mmdesk.errors import PackProblem
from mmdesk.packs import files, manifest
from mmdesk.packs.build import build, packed, unpacked, verify
from mmdesk.packs.reader import PackReader


@pytest.fixture
def pack(tiny_pack: Path, tmp_path: Path) -> Path:
    """A copy that may be broken."""
    return Path(shutil.copytree(tiny_pack, tmp_path / "mine"))


def refusal(folder: Path, *, after_check: bool = False) -> PackProblem:
    """The problem that loading raises: one line that names the pack and says what to do.
    `after_check`: the hashes are right, only what is inside does not fit."""
    if after_check:
        files.write_sums(folder)
        files.check(folder)
    with pytest.raises(PackProblem) as caught:
        PackReader(folder)
    problem = caught.value
    assert "\n" not in str(problem)
    assert len(str(problem)) < 400
    assert problem.name in (folder.name, str(folder), "tiny")
    assert problem.remedy.endswith(".") and not problem.problem.endswith(".")
    return problem


def replace_in_toml(folder: Path, old: str, new: str) -> None:
    path = folder / "pack.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_whole_pack_passes(tiny_pack: Path) -> None:
    files.check(tiny_pack)
    reader = PackReader(tiny_pack)
    assert reader.manifest.name == "tiny"
    assert reader.sha256 == files.pack_hash(tiny_pack) and re.fullmatch("[0-9a-f]{64}", reader.sha256)


def test_a_copy_has_the_same_hash(tiny_pack: Path, pack: Path) -> None:
    assert files.pack_hash(tiny_pack) == files.pack_hash(pack)
    files.write_sums(pack)
    assert files.pack_hash(tiny_pack) == files.pack_hash(pack)


@pytest.mark.parametrize("name", files.FILES)
def test_one_changed_byte(pack: Path, name: str) -> None:
    data = bytearray((pack / name).read_bytes())
    data[len(data) // 2] ^= 1
    (pack / name).write_bytes(data)
    assert f"{name} was changed" in refusal(pack).problem


@pytest.mark.parametrize("name", files.FILES)
def test_a_missing_file(pack: Path, name: str) -> None:
    (pack / name).unlink()
    assert name in refusal(pack).problem


@pytest.mark.parametrize("name", files.FILES)
def test_a_file_that_has_no_sum(pack: Path, name: str) -> None:
    sums = (pack / files.SUMS).read_text(encoding="utf-8").splitlines()
    (pack / files.SUMS).write_text("\n".join(line for line in sums if name not in line), encoding="utf-8")
    assert name in refusal(pack).problem


@pytest.mark.parametrize("name", ["weights.pkl", "model.pt", "model.py", "sub/weights.pickle", ".hidden"])
def test_a_foreign_file(pack: Path, name: str) -> None:
    (pack / name).parent.mkdir(exist_ok=True)
    (pack / name).write_bytes(b"\x80\x04cos\nsystem\n.")
    problem = refusal(pack)
    assert Path(name).name in problem.problem and "will not be opened" in problem.problem


def test_a_pickle_under_the_name_of_the_weights(pack: Path) -> None:
    torch.save({"a": torch.zeros(2)}, pack / "weights.safetensors")
    assert "weights.safetensors" in refusal(pack, after_check=True).problem


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b""])
def test_no_sums(pack: Path, content: bytes | None) -> None:
    (pack / files.SUMS).unlink()
    if content is not None:
        (pack / files.SUMS).write_bytes(content)
    assert files.SUMS in refusal(pack).problem


@pytest.mark.parametrize("number", ["2", "0", "-1", '"1"', "1.5"])
def test_an_unknown_format(pack: Path, number: str) -> None:
    replace_in_toml(pack, "format = 1\n", f"format = {number}\n")
    problem = refusal(pack, after_check=True)
    assert "format" in problem.problem and "reads format 1" in problem.problem


def test_no_format(pack: Path) -> None:
    replace_in_toml(pack, "format = 1\n", "")
    assert "format none" in refusal(pack, after_check=True).problem


@pytest.mark.parametrize(
    "content", [b"format = ", b"\xff\xfe", b"format = 1\nname = 'x'\n", b"a = [1,\n2,\n}"]
)
def test_a_broken_manifest(pack: Path, content: bytes) -> None:
    (pack / "pack.toml").write_bytes(content)
    assert "pack.toml" in refusal(pack, after_check=True).problem


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format = 1\n", "format = true\n"),
        ('modality = "image"', 'modality = "smell"'),
        ("exclusive = true", 'exclusive = "yes"'),
        ('kind = "gated"', 'kind = "magic"'),
        ("size = 64", "colour = 64"),
        ('title = "Full report"', "title = 7"),
    ],
)
def test_a_manifest_that_does_not_fit(pack: Path, old: str, new: str) -> None:
    replace_in_toml(pack, old, new)
    assert "does not fit" in refusal(pack, after_check=True).problem


def test_weights_of_another_size(pack: Path) -> None:
    replace_in_toml(pack, "[networks.image]\nsize = 64\nwidth = 4", "[networks.image]\nsize = 64\nwidth = 8")
    problem = refusal(pack, after_check=True)
    assert "weights.safetensors does not fit" in problem.problem


@pytest.mark.parametrize("cut", [0, 4, 1000])
def test_weights_that_are_cut_off(pack: Path, cut: int) -> None:
    path = pack / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    assert "weights.safetensors" in refusal(pack, after_check=True).problem


def test_weights_with_a_tensor_missing(pack: Path) -> None:
    path = pack / "weights.safetensors"
    tensors = load_file(path)
    del tensors["mixer.correction.bias"]
    save_file(tensors, path)
    assert "weights.safetensors does not fit" in refusal(pack, after_check=True).problem


def test_an_int8_weight_without_its_scale(pack: Path) -> None:
    path = pack / "weights.safetensors"
    tensors = load_file(path)
    del tensors["image.members.0.stem.0.weight.scale"]
    save_file(tensors, path)
    assert "weights.safetensors" in refusal(pack, after_check=True).problem


@pytest.mark.parametrize("content", [b"{}", b"not json", b""])
def test_a_broken_tokenizer(pack: Path, content: bytes) -> None:
    (pack / "tokenizer.json").write_bytes(content)
    assert "tokenizer.json" in refusal(pack, after_check=True).problem


def test_no_pack_at_all(tmp_path: Path) -> None:
    with pytest.raises(PackProblem):
        files.check(tmp_path)
    with pytest.raises(PackProblem, match=r"no pack\.toml") as caught:
        manifest.read(tmp_path)
    assert "\n" not in str(caught.value)


def test_find_by_name_and_by_folder(tiny_pack: Path) -> None:
    assert files.find("clinic") == resources.folder() / "packs" / "clinic"
    assert files.find(str(tiny_pack)) == tiny_pack
    assert [folder.name for folder in files.packs()] == ["clinic"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_pack_that_was_added_is_found_by_name(pack: Path, home: Path) -> None:
    added = files.add(pack, "tiny")
    assert added == home / "packs" / "tiny" == files.find("tiny")
    assert [folder.name for folder in files.packs()] == ["clinic", "tiny"]
    shutil.rmtree(pack)
    assert verify(added)
    assert [path.name for path in (home / "packs").iterdir()] == ["tiny"]


@pytest.mark.parametrize("name", ["clinic", "tiny"])
def test_a_name_is_given_once(pack: Path, home: Path, name: str) -> None:
    files.add(pack, "tiny")
    with pytest.raises(PackProblem, match="already") as caught:
        files.add(pack, name)
    assert ("Delete" in caught.value.remedy) is (name == "tiny")  # not what mmdesk came with


def test_nobodys_packs_are_those_built_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("MMDESK_HOME", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_path", find)
    assert [folder.name for folder in files.packs()] == ["clinic"]


@pytest.mark.parametrize("name", ["../tiny", "/tiny", ".tiny", "", "a/b", " ", "x\ny", "a\0b", "a" * 65])
def test_a_name_that_leads_elsewhere_is_refused(pack: Path, home: Path, name: str) -> None:
    with pytest.raises(PackProblem, match="cannot be that of a folder"):
        files.add(pack, name)
    assert not home.exists()


def test_a_broken_pack_is_not_added(pack: Path, home: Path) -> None:
    (pack / "CARD.md").write_text("changed", encoding="utf-8")
    with pytest.raises(PackProblem, match=r"CARD\.md was changed"):
        files.add(pack, "tiny")
    assert not home.exists()


def test_two_that_add_at_once_do_not_blame_the_disk(
    pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.add(pack, "tiny")
    monkeypatch.setattr(files, "packs", lambda: [])
    with pytest.raises(PackProblem, match="already"):
        files.add(pack, "tiny")
    assert [path.name for path in (home / "packs").iterdir()] == ["tiny"]


def test_the_folder_one_stands_in_is_named(pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pack / "more.txt").touch()
    monkeypatch.chdir(pack)
    with pytest.raises(PackProblem) as caught:
        files.add(Path(), "tiny")
    assert caught.value.name == "mine"


def test_a_copy_that_is_cut_off_leaves_nothing(
    pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(PackProblem, match="Make room"):
        files.add(pack, "tiny")
    assert list((home / "packs").iterdir()) == []


@pytest.mark.parametrize("name", ["nothing", "x" * 300, "a\0b", "", "/nowhere/at/all", "recipes"])
def test_find_nothing(name: str) -> None:
    with pytest.raises(PackProblem, match="Packs here: clinic") as caught:
        files.find(name)
    assert caught.value.name == name and "\n" not in str(caught.value)


def test_verify_runs_every_input_and_every_subset(tiny_pack: Path) -> None:
    lines = verify(tiny_pack)
    assert [line.partition(":")[0].split(" (")[0] for line in lines] == [
        "hashes match", "image", "audio", "record", "fusion", "decoder",
    ]  # fmt: skip
    assert "all 8 subsets of inputs → 17 findings" in lines[4]
    assert "3 examinations, 7 findings" in lines[1]
    assert all(line and "\n" not in line for line in lines)


def test_verify_leaves_the_folder_as_it_was(tiny_pack: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tiny_pack.iterdir()}
    verify(tiny_pack)
    assert {path: path.stat().st_mtime_ns for path in tiny_pack.iterdir()} == before


def test_verify_checks_the_hashes_first(pack: Path) -> None:
    (pack / "CARD.md").write_text("changed", encoding="utf-8")
    with pytest.raises(PackProblem, match=r"CARD\.md was changed"):
        verify(pack)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_verify_finds_numbers_that_are_not_finite(pack: Path, value: float) -> None:
    path = pack / "weights.safetensors"
    tensors = load_file(path)
    tensors["mixer.prior"][0] = value
    save_file(tensors, path)
    files.write_sums(pack)
    with pytest.raises(PackProblem, match="not finite"):
        verify(pack)


def test_packing_loses_little(tiny_pack: Path) -> None:
    """Half precision, and a 254th of a channel's largest weight in a convolution."""
    state = build(tiny_pack, manifest.read(tiny_pack)).state_dict()
    again = unpacked(packed(state))
    assert again.keys() == state.keys()
    for name, tensor in state.items():
        if not tensor.is_floating_point() or tensor.isinf().any():
            assert torch.equal(again[name], tensor)
            continue
        bound = tensor.abs().amax() / 250 if tensor.ndim == 4 else tensor.abs() / 1000 + 1e-6
        assert bool(((again[name] - tensor).abs() <= bound).all()), name
