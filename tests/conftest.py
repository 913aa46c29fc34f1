"""A whole pack from a seed, and inputs made in memory."""

import io
import random
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
import tomli_w
import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from mmdesk.model.network import Network
from mmdesk.packs import files, manifest
from mmdesk.packs.build import configs_of, layout_of, packed
from mmdesk.packs.tokens import SPECIAL

RECIPES = Path(__file__).parents[1] / "recipes"
NETWORKS = {
    "image": {"size": 64, "width": 4},
    "audio": {"width": 16, "channels": 4},
    "record": {"width": 8},
    "fusion": {"kind": "gated", "width": 16},
    "decoder": {"layers": 1, "heads": 2, "width": 16, "vocabulary": 400, "context": 320},
}
WORDS = ["Findings fit this. No sign of that.", "Above range. Below range. Within range."]


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Untrained weights: its findings mean nothing and its decoder writes nonsense, but it is whole."""
    folder = tmp_path_factory.mktemp("packs") / "tiny"
    folder.mkdir()
    toml = tomllib.loads((RECIPES / "clinic.pack.toml").read_text(encoding="utf-8"))
    terms = tomllib.loads((RECIPES / "clinic.vocabulary.toml").read_text(encoding="utf-8"))["term"]
    toml |= {"name": "tiny", "networks": NETWORKS, "vocabulary": {"terms": terms}}
    toml["refuse_below"] = {"image": 0.0, "audio": 0.0}
    (folder / "pack.toml").write_text(tomli_w.dumps(toml), encoding="utf-8")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(WORDS, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    spec = manifest.read(folder)
    torch.manual_seed(0)
    network = Network(configs_of(spec), layout_of(spec))
    with torch.no_grad():  # any picture is a radiograph, any sound a clip
        network.image.examination.bias.copy_(torch.tensor([9.0, 0.0, 0.0]))
        network.audio.kind.bias.copy_(torch.tensor([9.0, 0.0, 0.0]))
    save_file(packed(network.state_dict()), folder / "weights.safetensors")
    (folder / "CARD.md").write_text("# tiny\n", encoding="utf-8")
    files.write_sums(folder)
    return folder


def png(seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (80, 60), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def wav(seed: int = 0, seconds: float = 2.0) -> bytes:
    """Thumps at 70 a minute with some noise, 4 kHz."""
    choose = random.Random(seed)
    t = np.arange(int(seconds * 4000)) / 4000
    beat = np.exp(-(((t % 0.86) - 0.1) ** 2) / 0.001) * np.sin(2 * np.pi * choose.uniform(40, 60) * t)
    noise = np.random.default_rng(seed).normal(size=len(t)) * 0.01
    buffer = io.BytesIO()
    soundfile.write(buffer, 0.5 * beat + noise, 4000, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def made_png() -> bytes:
    return png()


@pytest.fixture(scope="session")
def other_png() -> bytes:
    return png(1)


@pytest.fixture(scope="session")
def made_wav() -> bytes:
    return wav()
