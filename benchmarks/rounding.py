"""What int8 weights change in what the decoder foresees and writes, beside the same weights in float32.

    python benchmarks/rounding.py [--cases 300]

Needs the data sets (MMDESK_DATA) and the `train` extra. Prints perplexity a token, of phrasings of the
grammar and of chest reports, and of composed cases how many reports state something else, and how many
sentences are worded otherwise.
"""

import argparse
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F
from torch import Tensor

from mmdesk.model.decoding import KINDS, Loop
from mmdesk.packs.files import find
from mmdesk.packs.reader import PackReader
from mmdesk.packs.tokens import TEXT
from mmdesk.packs.writer import Writer
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.plan import SLOT
from mmdesk.questions import choose_prompt
from mmdesk.report import Report, Sentence
from mmdesk.training.data import data_folder
from mmdesk.training.grammar import Grammar
from mmdesk.training.language import chest_reports, random_plan
from mmdesk.training.reports import compose, written

GRAMMAR = Path(__file__).parent.parent / "recipes" / "clinic.grammar.toml"
PHRASINGS = 300


def perplexity(loop: Loop, texts: list[tuple[Tensor, list[int]]]) -> float:
    """A token, of what is said after each prompt of embeddings (n, width)."""
    loss, count = 0.0, 0
    for prompt, said in texts:
        (logits,) = loop.foresee([torch.cat([prompt, loop.embed(said[:-1])])], [len(said)])
        loss += float(F.cross_entropy(logits, torch.tensor(said), reduction="sum"))
        count += len(said)
    return math.exp(loss / count)


def phrasings(reader: PackReader, loop: Loop, fused: Tensor) -> list[tuple[Tensor, list[int]]]:
    """Sentences of plans that are made up, about the cases of `fused` (n, width)."""
    random, grammar, tokens = Random(3), Grammar.load(GRAMMAR), reader.writer.tokens
    prefixes = reader.network.mixer.prefixes(fused)
    texts: list[tuple[Tensor, list[int]]] = []
    while len(texts) < PHRASINGS:
        plan = random_plan(random, reader.manifest)
        for template in grammar.write(plan, random):
            listed = replace(plan, slots=tuple(map(plan.slot, SLOT.findall(template))))
            read = loop.embed(tokens.plan(listed))
            prefix = prefixes[random.randrange(len(prefixes))].to(read.dtype)
            texts.append((torch.cat([prefix, read]), tokens.sentence(template)))
    return texts


def chest(reader: PackReader, loop: Loop, folder: Path) -> list[tuple[Tensor, list[int]]]:
    tokens, most = reader.writer.tokens, reader.configs.decoder.context
    texts = [tokens.encode(TEXT + text)[:most] for text in chest_reports(folder, "test")]
    return [(loop.embed(ids[:1]), ids[1:]) for ids in texts]


def changed(exact: Report, rounded: Report) -> Counter[str]:
    first, other = sentences(exact), sentences(rounded)
    texts = [Counter(sentence.text for sentence in some) for some in (first, other)]
    return Counter(
        {
            "sentences": len(first),
            "of them worded otherwise": (texts[0] - texts[1]).total(),
            "reports that state another finding or fact": stated(first) != stated(other),
        }
    )


def sentences(report: Report) -> list[Sentence]:
    return [sentence for section in report.sections for sentence in section.sentences]


def stated(some: list[Sentence]) -> set[tuple[str, str]]:
    return {(sentence.section, name) for sentence in some for name in (*sentence.findings, *sentence.facts)}


def main(cases: int) -> None:
    reader, folder = PackReader(find("clinic")), data_folder()
    writers = {kind: Writer(Loop(reader.network.decoder, kind), reader.writer.tokens) for kind in KINDS}
    pipeline, counts, fused = Pipeline(reader), Counter[str](), []
    for case in compose(reader, folder, "test", cases, reader.manifest.prompts):
        reports = {}
        for kind, reader.writer in writers.items():
            analysis = Analysis(case, choose_prompt(reader.manifest, case.prompt))
            reports[kind] = written(pipeline, analysis)
            counts[f"drafts withheld, {kind}"] += len(analysis.withheld)
        fused.append(analysis.fused)
        counts.update(changed(reports["float32"], reports["int8"]))
    for kind, writer in writers.items():
        own = perplexity(writer.loop, phrasings(reader, writer.loop, torch.cat(fused)))
        texts = perplexity(writer.loop, chest(reader, writer.loop, folder))
        print(f"perplexity, {kind}: phrasings {own:.4f}, chest reports {texts:.3f}")
    print(f"of {cases} cases: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=300)
    main(asked.parse_args().cases)
