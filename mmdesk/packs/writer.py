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
from mmdesk.packs.tokens import STOP, Tokens
from mmdesk.plan import EXAM, ORDER, SLOT, SectionPlan, Slot
from mmdesk.proofread import fault

MOST_TOKENS = 90
MOST_LISTED = 4
DRAWS = 3  # the likeliest, then two drawn at TEMPERATURE
TEMPERATURE = 0.7


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a template with slots; `withheld` are the drafts that were faulted before it, and
    `plain` says that the plain statement stands in."""

    template: str
    slots: tuple[Slot, ...]
    plain: bool
    withheld: tuple[str, ...]


class Writer:
    """`proofread` says what is wrong with a template, None where it may stand."""

    def __init__(
        self,
        decoder: Decoder,
        tokens: Tokens,
        proofread: Callable[[str, SectionPlan], str | None] = fault,
    ) -> None:
        self.decoder = decoder
        self.tokens = tokens
        self._proofread = proofread
        self._words = torch.zeros(decoder.config.vocabulary)
        self._words[[n for name, n in tokens.special.items() if name not in (EXAM, STOP)]] = -torch.inf
        self._words[len(tokens) :] = -torch.inf

    def section(
        self, prefix: Tensor, plan: SectionPlan, check: Callable[[], None], seed: int = 0
    ) -> Iterator[Written]:
        """Sentences of one section, status after status. prefix: (1, n, width); `check` is called before
        every token and ends the writing by raising. Each sentence is written from a plan of the slots it
        lists, so that the decoder cannot lose count."""
        random = torch.Generator().manual_seed(seed)
        for status in ORDER:
            slots = [slot for slot in plan.slots if slot.status == status]
            while slots:
                part = SectionPlan(plan.name, plan.exam, tuple(slots[:MOST_LISTED]))
                written = self._checked(prefix, part, check, random)
                yield written
                slots = [slot for slot in slots if slot not in written.slots]

    def _checked(
        self, prefix: Tensor, plan: SectionPlan, check: Callable[[], None], random: torch.Generator
    ) -> Written:
        """The likeliest sentence; if the proofreader faults it, one that is drawn; else the plain one."""
        cache, logits = self._start(prefix, self.tokens.plan(plan))
        mark = cache.length
        withheld: list[str] = []
        for draw in range(DRAWS):
            cache.length = mark
            ids = self._sentence(cache, logits, plan, check, random if draw else None)
            template = self.tokens.decode(ids).removesuffix(STOP).strip()
            wrong = self._proofread(template, plan) if ids[-1] == self._stop else "it does not end"
            if wrong is None:
                return Written(template, _stated(template, plan), False, tuple(withheld))
            withheld.append(f"{template} ({wrong})")
        return _plainly(plan, tuple(withheld))

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
        self,
        cache: Cache,
        logits: Tensor,
        plan: SectionPlan,
        check: Callable[[], None],
        random: torch.Generator | None,
    ) -> list[int]:
        """Ids up to the sentence's end or MOST_TOKENS: the likeliest, or drawn with `random`. Once a slot
        is stated the others follow as a list, and only then may the sentence end."""
        waiting = {self.tokens.special[slot.token] for slot in plan.slots}
        slots = _only(waiting, len(self._words))
        joiner = "or" if plan.slots[0].status in ("absent", "denied") else "and"
        allowed = torch.maximum(self._words, slots)
        allowed[self._stop] = -torch.inf
        ids: list[int] = []
        room = min(MOST_TOKENS, self.decoder.config.context - cache.length - 4 * len(waiting))
        while len(ids) < room:
            check()
            chosen = choose(logits + allowed, random)
            new = [chosen]
            if chosen in waiting:
                waiting.remove(chosen)
                new += self.tokens.encode(", " if len(waiting) > 1 else f" {joiner} ") if waiting else []
                allowed = _only(waiting, len(self._words)) if waiting else self._after_list()
            ids += new
            if chosen == self._stop:
                break
            for token in new:
                logits = self.decoder.read(self.decoder.embed(torch.tensor([[token]])), cache)
        return ids

    def _after_list(self) -> Tensor:
        """Words and the sentence's end, but nothing that would carry the list on."""
        allowed = self._words.clone()
        for text in (",", " and", " or"):
            allowed[self.tokens.encode(text)[0]] = -torch.inf
        return allowed


def choose(scores: Tensor, random: torch.Generator | None) -> int:
    """The likeliest token by scores (tokens,), or with `random` one drawn at TEMPERATURE."""
    if random is None:
        return int(scores.argmax())
    return int(torch.multinomial((scores / TEMPERATURE).softmax(0), 1, generator=random))


def _only(ids: set[int], size: int) -> Tensor:
    """(size,) 0 at `ids`, minus infinity elsewhere."""
    allowed = torch.full((size,), -torch.inf)
    allowed[list(ids)] = 0.0
    return allowed


def _stated(template: str, plan: SectionPlan) -> tuple[Slot, ...]:
    return tuple(plan.slot(token) for token in SLOT.findall(template))


def _plainly(plan: SectionPlan, withheld: tuple[str, ...]) -> Written:
    slot = plan.slots[0]
    return Written(plain_statement(plan.name, slot), (slot,), True, withheld)


PLAIN = {
    "present": "Findings fit {}.",
    "not sure": "Not sure: {}.",
    "absent": "No sign of {}.",
    "high": "Above range: {}.",
    "low": "Below range: {}.",
    "normal": "Within range: {}.",
    "stated": "Stated: {}.",
    "reported": "Reported: {}.",
    "denied": "Denied: {}.",
    "appeared": "Appeared: {}.",
    "gone": "Gone: {}.",
    "more likely": "More likely: {}.",
    "less likely": "Less likely: {}.",
    "unchanged": "Unchanged: {}.",
}
PLAIN_IN = {
    "plain": {
        "present": "The program saw signs of {}.",
        "not sure": "The program is not sure about {}.",
        "absent": "The program saw no sign of {}.",
        "high": "Higher than usual: {}.",
        "low": "Lower than usual: {}.",
        "normal": "In the usual range: {}.",
    },
    "answer": {
        "present": "Yes, the findings fit {}.",
        "absent": "No sign of {}.",
        "reported": "Yes, reported: {}.",
        "denied": "No, denied: {}.",
    },
    "instead": {"present": "A better fit: {}.", "not sure": "Possibly a better fit: {}."},
}


def plain_statement(section: str, slot: Slot) -> str:
    """The barest true sentence about a slot."""
    words = PLAIN | PLAIN_IN.get(section, {})
    return words[slot.status].format(slot.token)
