"""Tokens of the decoder: byte-level BPE with special tokens for slots, statuses and sections."""

from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from mmdesk.errors import PackProblem
from mmdesk.plan import EXAM, MAX_SLOTS, SECTIONS, STATUSES, SectionPlan

MOST_PLANS = 4096  # whose tokens are remembered
PAD, TEXT, REPORT, STOP = "<pad>", "<text>", "<report>", "<stop>"
SPECIAL = (
    PAD,
    TEXT,  # begins running text, where the decoder learns its language
    REPORT,  # ends a plan; what follows is the report
    STOP,  # ends a sentence
    EXAM,
    *(f"<{section}>" for section in SECTIONS),
    *(f"<is:{status}>" for status in STATUSES),
    *(f"<{kind}:{number}>" for kind in ("finding", "fact", "change") for number in range(1, MAX_SLOTS + 1)),
)


class Tokens:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        ids = tokenizer.get_vocab()
        self._plan = lru_cache(MOST_PLANS)(self.encode)
        self.special = {name: ids[name] for name in SPECIAL}

    @classmethod
    def read(cls, path: Path) -> "Tokens":
        """Raises PackProblem where it is no tokenizer, or one without the special tokens."""
        try:
            return cls(Tokenizer.from_file(str(path)))
        except Exception as error:  # the library raises nothing narrower
            problem = f"{path.name} cannot be read: {error}"
            raise PackProblem(path.parent.name, problem, "Get the pack again.") from error

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=False)
        return text

    def plan(self, section: SectionPlan) -> list[int]:
        """What the decoder reads before it writes a sentence."""
        slots = "".join(f"{slot.token}<is:{slot.status}>{slot.label}" for slot in section.slots)
        return list(self._plan(f"<{section.name}>{slots}{REPORT}"))

    def sentence(self, template: str) -> list[int]:
        """What the decoder is to write for it."""
        return self.encode(template + STOP)
