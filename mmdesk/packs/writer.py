"""The decoder at work: a section is written token by token, and each sentence is read before it is
shown.

A token is only ever chosen among those allowed: the section's slots that are still to be stated, and
words. A section cannot end before all its slots are stated. A sentence that the proofreader faults is
drawn again; when that fails too, a plain statement stands in for it and the fault is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from mmdesk.model.decoder import Cache, Decoder
from mmdesk.packs.tokens import END, PAD, REPORT, STOP, TEXT, Tokens
from mmdesk.plan import SECTIONS, SLOT, STATUSES, SectionPlan, Slot
from mmdesk.proofread import fault

MOST_TOKENS = 90
DRAWS = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a template with slots; `withheld` are the drafts that were faulted before it, and
    `plain` says that the plain statement stands in."""

    template: str
    slots: tuple[Slot, ...]
    plain: bool
    withheld: tuple[str, ...]


class Writer:
    def __init__(self, decoder: Decoder, tokens: Tokens) -> None:
        self.decoder = decoder
        self.tokens = tokens
        self._words = torch.zeros(decoder.config.vocabulary)
        never = [PAD, TEXT, REPORT, END, *(f"<{s}>" for s in SECTIONS), *(f"<is:{s}>" for s in STATUSES)]
        slots = [name for name in tokens.special if SLOT.fullmatch(name)]
        self._words[[tokens.special[name] for name in (*never, *slots)]] = -torch.inf
        self._words[len(tokens) :] = -torch.inf

    def section(
        self, prefix: Tensor, plan: SectionPlan, check: Callable[[], None], seed: int = 0
    ) -> Iterator[Written]:
        """Sentences of one section. prefix: (1, n, width); `check` is called before every token and
        ends the writing by raising."""
        random = torch.Generator().manual_seed(seed)
        left = {slot.token: slot for slot in plan.slots}
        said: list[int] = self.tokens.plan(plan)
        while left:
            cache, logits = self._start(prefix, said)
            withheld = []
            for draw in range(DRAWS):
                mark = cache.length
                ids = self._sentence(cache, logits, left, check, random if draw else None)
                template = self.tokens.decode(ids[:-1]).strip() if ids[-1] == self._stop else ""
                wrong = fault(template, plan) if template else "it did not end"
                if wrong is None:
                    break
                withheld.append(f"{template or self.tokens.decode(ids)} ({wrong})")
                cache.length = mark
            else:
                template = plain_statement(next(iter(left.values())))
                ids = [*self.tokens.encode(template), self._stop]
            stated = tuple(left.pop(token) for token in SLOT.findall(template))
            said += ids
            yield Written(template, stated, len(withheld) == DRAWS, tuple(withheld))

    @property
    def _stop(self) -> int:
        return self.tokens.special[STOP]

    @torch.no_grad()
    def _start(self, prefix: Tensor, said: list[int]) -> tuple[Cache, Tensor]:
        cache = Cache(self.decoder.config)
        embedded = torch.cat([prefix, self.decoder.embed(torch.tensor([said]))], 1)
        return cache, self.decoder.read(embedded, cache)

    @torch.no_grad()
    def _sentence(
        self, cache: Cache, logits: Tensor, left: dict[str, Slot], check: Callable[[], None],
        random: torch.Generator | None,
    ) -> list[int]:  # fmt: skip
        """Ids up to the sentence's end or MOST_TOKENS: the likeliest, or drawn with `random`."""
        allowed = self._words.clone()
        waiting = {self.tokens.special[token]: slot.status for token, slot in left.items()}
        allowed[list(waiting)] = 0.0
        allowed[self._stop] = -torch.inf  # no sentence without a slot
        ids: list[int] = []
        room = min(MOST_TOKENS, self.decoder.config.context - cache.length)
        while len(ids) < room:
            check()
            scores = logits + allowed
            if random is None:
                chosen = int(scores.argmax())
            else:
                chosen = int(torch.multinomial((scores / 0.8).softmax(0), 1, generator=random))
            ids.append(chosen)
            if chosen == self._stop:
                break
            if chosen in waiting:
                self._state(allowed, waiting, chosen)
            logits = self.decoder.read(self.decoder.embed(torch.tensor([[chosen]])), cache)
        return ids

    def _state(self, allowed: Tensor, waiting: dict[int, str], chosen: int) -> None:
        """A slot is stated once, and with it only slots of its status; the sentence may now end."""
        status = waiting.pop(chosen)
        allowed[chosen] = -torch.inf
        allowed[[other for other, its in waiting.items() if its != status]] = -torch.inf
        allowed[self._stop] = 0.0


def plain_statement(slot: Slot) -> str:
    """The barest true sentence about a slot."""
    words = {
        "present": f"Findings fit {slot.token}.",
        "not sure": f"Not sure: {slot.token}.",
        "absent": f"No sign of {slot.token}.",
        "high": f"Above range: {slot.token}.",
        "low": f"Below range: {slot.token}.",
        "normal": f"Within range: {slot.token}.",
        "stated": f"Stated: {slot.token}.",
        "reported": f"Reported: {slot.token}.",
        "denied": f"Denied: {slot.token}.",
    }
    return words[slot.status]
