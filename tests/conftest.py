"""A whole pack with a tiny network and random weights, and inputs made in memory.

Its decoder writes nonsense, so the proofreader faults every sentence and plain statements stand in:
what a report then says is known word by word.
"""

import io
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import tomli_w
import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from mmdesk.model.image import Member
from mmdesk.model.network import Network
from mmdesk.packs import files, manifest
from mmdesk.packs.build import configs_of, layout_of, packed
from mmdesk.packs.tokens import SPECIAL

RECIPES = Path(__file__).parent.parent / "recipes"
ALPHABET = pre_tokenizers.ByteLevel.alphabet()
SENTENCES = ["The <exam> fits <finding:1>.", "Within range: <fact:1> and <fact:2>.", "No sign of it."]
NETWORKS: dict[str, dict[str, Any]] = {
    "image": {"size": 64, "width": 4},
    "audio": {"width": 8, "channels": 4},
    "record": {"width": 8, "words": 64, "bins": 4},
    "fusion": {"kind": "gated", "width": 16},
    "decoder": {
        "layers": 1,
        "heads": 2,
        "width": 16,
        "context": 512,
        "prefix": 2,
        "vocabulary": len(SPECIAL) + len(ALPHABET),
    },
}


def _spec() -> dict[str, Any]:
    spec = tomllib.loads((RECIPES / "clinic.pack.toml").read_text(encoding="utf-8"))
    terms = tomllib.loads((RECIPES / "clinic.vocabulary.toml").read_text(encoding="utf-8"))["term"]
    spec |= {"name": "tiny", "networks": NETWORKS, "vocabulary": {"terms": terms}}
    for task in spec["tasks"]:
        for finding in task["findings"]:
            finding |= {"low": 0.1, "high": 0.6, "prior": 0.3}
    return spec


def _network(spec: manifest.Manifest) -> Network:
    """Random, but every image is taken for a chest radiograph with bacterial pneumonia and every sound
    for an auscultation."""
    torch.manual_seed(11)
    network = Network(configs_of(spec), layout_of(spec))
    with torch.no_grad():
        network.audio.kind.bias += torch.tensor([0.0, 12.0, 0.0])
        for member in network.image.members:
            assert isinstance(member, Member)
            member.examination.bias += torch.tensor([12.0, 0.0, 0.0])
            member.findings.weight *= 20  # so that two images score differently
            member.findings.bias += torch.tensor([-4.0, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0])
    return network.eval()


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a pack that is whole; to break it, copy it first."""
    folder = tmp_path_factory.mktemp("packs") / "tiny"
    folder.mkdir()
    data = _spec()
    (folder / "pack.toml").write_text(tomli_w.dumps(data), encoding="utf-8")
    save_file(packed(_network(manifest.read(folder)).state_dict()), folder / "weights.safetensors")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=NETWORKS["decoder"]["vocabulary"],
        special_tokens=list(SPECIAL),
        initial_alphabet=ALPHABET,
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "CARD.md").write_text("# Tiny\n\nRandom weights, for tests.\n", encoding="utf-8")
    files.write_sums(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_png() -> Callable[[int], bytes]:
    """Seed → a PNG of 90 × 70 grey pixels: smooth blobs and noise."""

    def make(seed: int = 0) -> bytes:
        random = np.random.default_rng(seed)
        y, x = np.mgrid[0:90, 0:70] / 90
        pixels = random.normal(0, 8, (90, 70)) + 60
        for _ in range(4):
            distance = (y - random.random()) ** 2 + (x - random.random()) ** 2
            pixels += 120 * np.exp(-distance / random.uniform(0.01, 0.1))
        file = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG")
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def tiny_wav() -> Callable[..., bytes]:
    """Seed and seconds → a WAV like a heart: two thuds a beat, 75 beats a minute, and some noise."""

    def make(seed: int = 0, seconds: float = 3.0, rate: int = 4000) -> bytes:
        random = np.random.default_rng(seed)
        time = np.arange(round(seconds * rate)) / rate
        phase = time % 0.8
        pitch = random.uniform(45, 80)
        wave = random.normal(0, 0.01, len(time))
        for start, size in ((0.05, 0.5), (0.35, 0.3)):
            envelope = np.exp(-(((phase - start) / 0.03) ** 2))
            wave += size * envelope * np.sin(2 * np.pi * pitch * time)
        file = io.BytesIO()
        soundfile.write(file, wave.clip(-1, 1), rate, format="WAV")
        return file.getvalue()

    return make
