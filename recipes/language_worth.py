"""What stage `language` is worth: the same decoder with and without it.

    python recipes/language_worth.py --run runs/clinic [--recipe recipes/clinic.toml] [--out rows.json]

Reads the run's decoders after stages `language` and `report`, and trains stage `report` once more from
random weights. Prints the perplexity a token on chest reports that no stage has read, beside that of token
frequencies alone, and on the grammar's sentences, those trained on and those withheld. What the run holds
is not touched.
"""

import argparse
import json
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from mmdesk import codec
from mmdesk.model.decoder import Decoder
from mmdesk.model.network import Configs, Layout, Mixer
from mmdesk.packs.build import configs_of, layout_of
from mmdesk.packs.manifest import Manifest, Measured
from mmdesk.packs.tokens import TEXT, Tokens
from mmdesk.training.data import data_folder
from mmdesk.training.fusion import read_fused
from mmdesk.training.grammar import Grammar
from mmdesk.training.language import ReportLearner, ReportStage, chest_reports, texts, train_report
from mmdesk.training.perplexity import Losses, perplexity, phrasing_rows, text_row
from mmdesk.training.recipe import read_recipe, read_spec
from mmdesk.training.run import Run

NEEDED = ("fusion.safetensors", "composed.safetensors", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the stages of one recipe share."""

    manifest: Manifest
    configs: Configs
    layout: Layout
    tokens: Tokens
    grammar: Grammar
    stage: ReportStage

    @classmethod
    def read(cls, recipe: Path, run: Path) -> "Setting":
        plan = read_recipe(recipe)
        spec, _ = read_spec(recipe, plan)
        tokens, grammar = Tokens.read(run / "tokenizer.json"), Grammar.load(recipe.parent / plan.grammar)
        return cls(spec, configs_of(spec), layout_of(spec), tokens, grammar, plan.report)

    def learner(self, run: Run) -> ReportLearner:
        learner = ReportLearner(Decoder(self.configs.decoder), Mixer(self.configs, self.layout))
        run.load("report", learner)
        return learner

    def rows(self, writer: str, run: Run) -> list[Measured]:
        learner = self.learner(run)
        return phrasing_rows(writer, learner, self.tokens, self.manifest, self.grammar, read_fused(run))


def without_language(setting: Setting, run: Run, folder: Path) -> Run:
    """A run in `folder` whose stage `report` began with random weights."""
    for name in NEEDED:
        shutil.copyfile(run.folder / name, folder / name)
    other = Run(folder, run.device, False, run.seed)
    torch.manual_seed(8 + run.seed)
    other.save("language", Decoder(setting.configs.decoder).state_dict())
    train_report(
        other, setting.manifest, setting.configs, setting.layout, setting.tokens, setting.grammar,
        setting.stage,
    )  # fmt: skip
    return other


def frequencies_row(tokens: Tokens, folder: Path) -> Measured:
    """A model that knows how often each token stands in the texts of the language stage, and no more."""
    counts = Counter(i for text in texts(folder) for i in tokens.encode(TEXT + text))
    total = sum(counts.values()) + len(tokens)
    losses: Losses = []
    for text in chest_reports(folder, "test"):
        ids = tokens.encode(text)
        losses.append((float(-sum(np.log((counts[i] + 1) / total) for i in ids)), len(ids)))
    return perplexity("perplexity, chest reports, token frequencies", losses, "test")


def worth(setting: Setting, run: Run, folder: Path, scratch: Path) -> list[Measured]:
    language = Decoder(setting.configs.decoder)
    run.load("language", language)
    return [
        frequencies_row(setting.tokens, folder),
        text_row("after stage language", language, setting.tokens, folder),
        text_row("after stage report", setting.learner(run).decoder, setting.tokens, folder),
        *setting.rows("with stage language", run),
        *setting.rows("without stage language", without_language(setting, run, scratch)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished training run")
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parent / "clinic.toml")
    parser.add_argument("--out", type=Path, help="write the rows as JSON")
    asked = parser.parse_args()
    run = Run(asked.run, torch.device("cpu"), False)
    with tempfile.TemporaryDirectory() as scratch:
        rows = worth(Setting.read(asked.recipe, asked.run), run, data_folder(), Path(scratch))
    table = Table("measure", "value", "95% interval", "of")
    for row in rows:
        table.add_row(row.metric, f"{row.value:.2f}", f"{row.low:.2f} to {row.high:.2f}", str(row.groups))
    Console(width=110).print(table)
    if asked.out:
        asked.out.write_text(json.dumps([codec.encode(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
