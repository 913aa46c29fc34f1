"""The same decoder with and without stage `language`, from a run that is not touched."""

import shutil
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mmdesk.model.decoder import Decoder
from mmdesk.model.network import Mixer
from mmdesk.packs import manifest
from mmdesk.packs.build import configs_of, layout_of
from mmdesk.packs.tokens import Tokens
from mmdesk.training.grammar import Grammar
from mmdesk.training.language import ReportLearner, ReportStage
from mmdesk.training.loop import Schedule
from mmdesk.training.run import Run

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))

from language_worth import Setting, frequencies_row, worth

RECIPES = Path(__file__).parents[2] / "recipes"
REPORT = '"{}","{}","The lungs are clear. The heart is normal.","No disease."'


@pytest.fixture
def setting(tiny_pack: Path) -> Setting:
    spec = manifest.read(tiny_pack)
    grammar = Grammar.load(RECIPES / "clinic.grammar.toml")
    tokens = Tokens.read(tiny_pack / "tokenizer.json")
    stage = ReportStage(Schedule(epochs=1, rate=1e-3), batch=2, steps=1)
    return Setting(spec, configs_of(spec), layout_of(spec), tokens, grammar, stage)


@pytest.fixture
def run(setting: Setting, tiny_pack: Path, tmp_path: Path) -> Run:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    run = Run(tmp_path / "run", torch.device("cpu"), False)
    decoder, mixer = Decoder(setting.configs.decoder), Mixer(setting.configs, setting.layout)
    run.save("language", decoder.state_dict())
    run.save("fusion", mixer.state_dict())
    run.save("report", ReportLearner(decoder, mixer).state_dict())
    save_file({"fused": torch.randn(8, setting.configs.fusion.width)}, run.folder / "composed.safetensors")
    shutil.copyfile(tiny_pack / "tokenizer.json", run.folder / "tokenizer.json")
    return run


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "text").mkdir(parents=True)
    rows = ['"split","mesh","findings","impression"', REPORT.format("train", ""), REPORT.format("test", "")]
    (folder / "text" / "chest_reports.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "text" / "clinical_notes.csv").write_text('"text"\n"Seen today."\n', encoding="utf-8")
    return folder


def test_both_decoders_are_measured_and_the_run_stays(
    setting: Setting, run: Run, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmdesk.training.perplexity.SENTENCES", 5)
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    rows = {row.metric: row for row in worth(setting, run, texts, scratch)}
    for kind in ("trained", "withheld"):
        # Random weights and one step: both still guess among all tokens.
        for writer in ("with stage language", "without stage language"):
            assert rows[f"perplexity, {kind} phrasings, {writer}"].value > 50
    assert rows["perplexity, chest reports, after stage language"].value > 50
    assert {path.name: path.read_bytes() for path in run.folder.iterdir()} == before


def test_token_frequencies_foresee_better_than_chance(setting: Setting, texts: Path) -> None:
    row = frequencies_row(setting.tokens, texts)
    assert 1 < row.value < len(setting.tokens) / 4
