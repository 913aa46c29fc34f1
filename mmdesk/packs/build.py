"""A pack on disk → a network in memory, and the proof that every input it declares goes through."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mmdesk.case import Modality
from mmdesk.errors import PackProblem, UserProblem
from mmdesk.model.audio import AudioConfig, Recordings
from mmdesk.model.decoder import DecoderConfig
from mmdesk.model.folding import fold
from mmdesk.model.fusion import FusionConfig
from mmdesk.model.image import ImageConfig, image_tensor
from mmdesk.model.network import Configs, Layout, Network
from mmdesk.model.record import RecordConfig
from mmdesk.model.sound import N_MELS, STATISTICS
from mmdesk.packs import files, manifest
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.tokens import Tokens

DEVICES = ("auto", "cpu", "cuda")
CONVOLUTION = 4  # dimensions of a convolution's weight
DRAWS = (nn.init.kaiming_uniform_, nn.init.normal_, nn.init.uniform_)


def pick_device(name: str) -> torch.device:
    """One of DEVICES → a device that is here; auto is the GPU where there is one. Raises UserProblem."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserProblem("cuda", "no CUDA device is there", "Choose the device cpu.")
    return torch.device(name)


def configs_of(spec: Manifest) -> Configs:
    """Raises PackProblem where pack.toml names a size that the network does not have."""
    kinds = {
        "image": ImageConfig, "audio": AudioConfig, "record": RecordConfig,
        "fusion": FusionConfig, "decoder": DecoderConfig,
    }  # fmt: skip
    try:
        made: dict[str, Any] = {name: kind(**spec.networks.get(name, {})) for name, kind in kinds.items()}
    except (TypeError, ValueError) as error:
        raise PackProblem(spec.name, f"pack.toml does not fit the network: {error}", files.AGAIN) from error
    return Configs(**made)


def layout_of(spec: Manifest) -> Layout:
    """Which columns each encoder scores: the first carrier's tasks in the manifest's order, and for the
    record also those it shares."""
    index = {term.name: number for number, term in enumerate(spec.vocabulary.terms)}
    columns: Mapping[Modality, list[int]] = {m: [] for m in Modality}
    record, facts = [], []
    for task in spec.tasks:
        part = spec.columns(task)
        own = list(range(part.start, part.stop))
        if Modality.RECORD in task.carriers:
            record.append(tuple(own))
            facts.append(tuple(index[name] for name in task.facts))
        if task.carriers[0] != Modality.RECORD:
            columns[task.carriers[0]].extend(own)
    return Layout(
        findings=len(spec.findings),
        image=tuple(columns[Modality.IMAGE]),
        audio=tuple(columns[Modality.AUDIO]),
        record=tuple(record),
        examinations=len(spec.examinations_of(Modality.IMAGE)),
        terms=len(spec.vocabulary.terms),
        task_facts=tuple(facts),
    )


def packed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What weights.safetensors holds: half precision, and convolutions as int8 with a scale for each
    output channel, NAME.scale, the largest weight over 127."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if tensor.ndim == CONVOLUTION:
            scale = (tensor.float().abs().amax((1, 2, 3), keepdim=True) / 127).clamp_min(1e-12)
            tensors[name] = (tensor / scale).round().to(torch.int8)
            tensors[f"{name}.scale"] = scale
        else:
            tensors[name] = tensor.half().contiguous() if tensor.is_floating_point() else tensor
    return tensors


def unpacked(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state in float32 that `packed` made `tensors` from; it shares no memory with them."""
    state = {}
    for name, tensor in tensors.items():
        if tensor.dtype == torch.int8:
            weight = tensor.contiguous(memory_format=torch.channels_last).float()
            state[name] = weight.mul_(tensors[f"{name}.scale"])
        elif not name.endswith(".weight.scale"):
            state[name] = tensor.to(torch.float32 if tensor.is_floating_point() else tensor.dtype, copy=True)
    return state


class _Undrawn(TorchFunctionMode):
    """First weights are not drawn at random: those of a pack take their place."""

    def __torch_function__(
        self, function: Callable[..., Any], types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if function in DRAWS:
            return kwargs["tensor"]
        return torch.empty(*args, **kwargs) if function is torch.randn else function(*args, **kwargs)


def build(folder: Path, spec: Manifest) -> Network:
    """The network in float32, folded, ready to read. Raises PackProblem."""
    with _Undrawn():
        network = Network(configs_of(spec), layout_of(spec)).to("meta")
    try:
        network.load_state_dict(unpacked(load_file(folder / "weights.safetensors")), assign=True)
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        problem = f"weights.safetensors does not fit: {str(error).splitlines()[0]}"
        raise PackProblem(folder.name, problem, files.AGAIN) from error
    fold(network)
    return network.eval().requires_grad_(False)


@torch.no_grad()
def verify(folder: Path) -> list[str]:
    """Hashes, then every declared input and every subset of them through the network; a line each."""
    files.check(folder)
    spec = manifest.read(folder)
    network = build(folder, spec)
    configs = configs_of(spec)
    lines = ["hashes match"]
    features = network.image(image_tensor(torch.rand(300, 200), configs.image.size)[None])
    examination, findings = network.image.heads(features)
    lines.append(
        f"image: {tuple(features.shape)} → {examination.shape[1]} examinations, {findings.shape[1]} findings"
    )
    embedding = torch.cat([network.audio.embed(torch.randn(1, frames, N_MELS)) for frames in (40, 150, 600)])
    heard = Recordings(
        embedding, torch.randn(3, sum(STATISTICS)), torch.tensor([-1, 0, 7]), torch.zeros(3, dtype=torch.long)
    )
    pooled, sounds = network.audio.heads(heard)
    lines.append(f"audio: recordings of 0.8, 3 and 12 s → {sounds.shape[1]} findings")
    values = torch.full((1, len(spec.vocabulary.terms)), torch.nan)
    record, scores = network.record(values, torch.ones(1, 5, dtype=torch.long))
    lines.append(f"record: {values.shape[1]} terms → {scores.shape[1]} findings")
    tokens = [features.flatten(2).transpose(1, 2), pooled[:, None], record]
    for subset in range(8):
        given = torch.tensor([[bool(subset >> m & 1) for m in range(3)]])
        fused = network.mixer.fuse(tokens, given)
        logits = network.mixer.score(fused, torch.zeros(1, 3, len(spec.findings)), given)
        if not bool(logits.isfinite().all()):
            raise PackProblem(folder.name, "the network gives numbers that are not finite", files.AGAIN)
    lines.append(f"fusion ({configs.fusion.kind}): all 8 subsets of inputs → {len(spec.findings)} findings")
    reader = Tokens.read(folder / "tokenizer.json")
    prefix = network.mixer.prefixes(fused)
    words = network.decoder.embed(torch.tensor([reader.encode("The <exam> fits <finding:1>.")]))
    lines.append(f"decoder: {tuple(network.decoder(torch.cat([prefix, words], 1)).shape)} logits")
    return lines
