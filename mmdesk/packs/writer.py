"""The decoder at work: sentences are written side by side, token by token, and each is read before it is
shown.

A token is only ever chosen among those allowed: the sentence's slots that are still to be stated, and words.
A sentence cannot end before all its slots are stated. One that the proofreader faults is drawn again; when
that fails too, a plain statement stands in for it and the fault is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mmdesk.model.decoding import Loop
from mmdesk.packs.tokens import STOP, Tokens
from mmdesk.plan import EXAM, ORDER, SLOT, SectionPlan, Slot
from mmdesk.proofread import fault

MOST_TOKENS = 90
MOST_LISTED = 4
MOST_ROWS = 32  # sentences at once; the memory of more does not stay in a processor's cache
MOST_KNOWN = 4096  # sentences that are remembered
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


@dataclass(slots=True, eq=False)
class Draft:
    """A sentence under way. The decoder reads `prompt`, which is the prefix and what is `said` of the plan,
    as ids. `ids` are those written so far, `ahead` those of them that are not read yet and follow whatever is
    likeliest; `allowed` (vocabulary,) is 0 where a token may come next, else minus infinity. Without `random`
    the likeliest one is taken."""

    number: int
    plan: SectionPlan
    withheld: tuple[str, ...]
    prefix: Tensor
    said: tuple[int, ...]
    prompt: Tensor
    waiting: set[int]
    allowed: Tensor
    random: torch.Generator | None
    ids: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)


def sentences_of(plan: SectionPlan) -> Iterator[SectionPlan]:
    """A plan for each sentence, status after status: of so few slots the decoder cannot lose count."""
    for status in ORDER:
        slots = [slot for slot in plan.slots if slot.status == status]
        for start in range(0, len(slots), MOST_LISTED):
            yield SectionPlan(plan.name, plan.exam, tuple(slots[start : start + MOST_LISTED]))


class Writer:
    """`proofread` says what is wrong with a template, None where it may stand."""

    def __init__(
        self,
        loop: Loop,
        tokens: Tokens,
        proofread: Callable[[str, SectionPlan], str | None] = fault,
    ) -> None:
        self.loop = loop
        self.tokens = tokens
        self._proofread = proofread
        self._stop = tokens.special[STOP]
        self._words = torch.zeros(loop.config.vocabulary)
        self._words[[n for name, n in tokens.special.items() if name not in (EXAM, STOP)]] = -torch.inf
        self._words[len(tokens) :] = -torch.inf
        self._known: dict[tuple[int, ...], list[int]] = {}  # the last sentence for what is said of a plan

    def write(
        self, prefixes: Tensor, plans: Sequence[SectionPlan], check: Callable[[], None]
    ) -> Iterator[tuple[int, tuple[Written, ...]]]:
        """What is written for each plan of `sentences_of`, with its index, as it is done: one sentence, or
        more where a plain one stands in. prefixes: (plans, n, width); `check` is called before every token
        and ends the writing by raising."""
        done: dict[int, tuple[Written, ...]] = dict.fromkeys(range(len(plans)), ())
        drafts = [self.begin(number, plan, prefixes[number]) for number, plan in enumerate(plans)]
        if len(drafts) > MOST_ROWS:  # of one length, so that little is read in vain
            drafts.sort(key=lambda draft: len(draft.prompt))
        while drafts:
            batch, drafts = drafts[:MOST_ROWS], drafts[MOST_ROWS:]
            for draft in self._ended(batch, check):
                written, left, withheld = self._judged(draft)
                done[draft.number] += written
                if left is None:
                    yield draft.number, done[draft.number]
                else:
                    drafts.append(self.begin(draft.number, left, draft.prefix, withheld))

    def _ended(self, drafts: Sequence[Draft], check: Callable[[], None]) -> Iterator[Draft]:
        """Each draft when it has ended, or has no room left."""
        known = [draft for draft in drafts if draft.random is None and draft.said in self._known]
        new = [draft for draft in drafts if draft not in known]
        if known:
            check()
            for draft, likeliest in zip(known, self._likeliest(known), strict=True):
                if likeliest:
                    yield draft
                else:
                    new.append(self.begin(draft.number, draft.plan, draft.prefix))
        if new:
            yield from self._side_by_side(new, check)

    def _likeliest(self, drafts: Sequence[Draft]) -> Iterator[bool]:
        """Whether what was written for the same words before, of another prefix, is the likeliest again; then
        the draft holds it. All of it is read in one step, as speculative decoding does (Leviathan et al.
        2023), with memory in the place of a smaller network."""
        before = [self._known[draft.said] for draft in drafts]
        texts = [
            torch.cat([d.prompt, self.loop.embed(ids[:-1])]) for d, ids in zip(drafts, before, strict=True)
        ]
        foreseen = self.loop.foresee(texts, list(map(len, before)))
        for draft, ids, logits in zip(drafts, before, foreseen, strict=True):
            steps = zip(ids, logits, logits.argmax(1).tolist(), strict=True)
            yield all(self._next(draft, own, likeliest) == token for token, own, likeliest in steps)

    def _next(self, draft: Draft, logits: Tensor, likeliest: int) -> int:
        """The next token of a draft, given the logits (vocabulary,) and the likeliest without constraint."""
        if draft.ahead:
            return draft.ahead.pop(0)
        if draft.random is not None:
            likeliest = choose(logits + draft.allowed, draft.random)
        elif draft.allowed[likeliest] != 0.0:
            likeliest = int((logits + draft.allowed).argmax())
        self.take(draft, likeliest)
        return likeliest

    def begin(
        self, number: int, plan: SectionPlan, prefix: Tensor, withheld: tuple[str, ...] = ()
    ) -> Draft:
        """The likeliest sentence, or where some were withheld one that is drawn."""
        said = self.tokens.plan(plan)
        waiting = {self.tokens.special[slot.token] for slot in plan.slots}
        allowed = torch.maximum(self._words, _only(waiting, len(self._words)))
        allowed[self._stop] = -torch.inf
        random = torch.Generator().manual_seed(len(withheld)) if withheld else None
        embedded = self.loop.embed(said)
        prompt = torch.cat([prefix.to(embedded.dtype), embedded])
        return Draft(number, plan, withheld, prefix, tuple(said), prompt, waiting, allowed, random)

    def _side_by_side(self, drafts: Sequence[Draft], check: Callable[[], None]) -> Iterator[Draft]:
        """As `_ended`, token by token."""
        longest = max(len(draft.prompt) for draft in drafts)
        most = 4 * max(len(draft.waiting) for draft in drafts)  # tokens between the slots of a list
        room = min(MOST_TOKENS, self.loop.config.context - longest - most)
        check()
        rows, logits = self.loop.start([draft.prompt for draft in drafts], room + most)
        live: list[Draft | None] = list(drafts)
        while True:
            tokens = logits.argmax(1).tolist()
            for row, draft in enumerate(live):
                if draft is not None:
                    tokens[row] = self._next(draft, logits[row], tokens[row])
                    if tokens[row] == self._stop or (len(draft.ids) >= room and not draft.ahead):
                        live[row] = None
                        yield draft
            kept = [row for row, draft in enumerate(live) if draft is not None]
            if not kept:
                return
            if 2 * len(kept) <= len(live):
                rows.keep(kept)
                live, tokens = [live[row] for row in kept], [tokens[row] for row in kept]
            check()
            logits = self.loop.read(torch.tensor(tokens), rows)

    def take(self, draft: Draft, chosen: int) -> None:
        """A token more. Once a slot is stated the others follow as a list, and only then may the sentence
        end."""
        draft.ids.append(chosen)
        if chosen not in draft.waiting:
            return
        waiting = draft.waiting
        waiting.remove(chosen)
        if waiting:
            joiner = "or" if draft.plan.slots[0].status in ("absent", "denied") else "and"
            draft.ahead = self.tokens.encode(", " if len(waiting) > 1 else f" {joiner} ")
            draft.ids += draft.ahead
            draft.allowed = _only(waiting, len(self._words))
        else:
            draft.allowed = self._after_list()

    def _judged(self, draft: Draft) -> tuple[tuple[Written, ...], SectionPlan | None, tuple[str, ...]]:
        """What may stand of a draft, what is still to be written of its plan, and what was withheld of that:
        where none of DRAWS may stand the plain statement of one slot does, and the others are left."""
        plan, ended = draft.plan, draft.ids[-1] == self._stop
        template = self.tokens.decode(draft.ids).removesuffix(STOP).strip()
        wrong = self._proofread(template, plan) if ended else "it does not end"
        if ended and draft.random is None:
            self._remember(draft)
        if wrong is None:
            slots = tuple(plan.slot(token) for token in SLOT.findall(template))
            return (Written(template, slots, False, draft.withheld),), None, ()
        withheld = (*draft.withheld, f"{template} ({wrong})")
        if len(withheld) < DRAWS:
            return (), plan, withheld
        first, *others = plan.slots
        written = Written(plain_statement(plan.name, first), (first,), True, withheld)
        return (written,), SectionPlan(plan.name, plan.exam, tuple(others)) if others else None, ()

    def forget(self) -> None:
        """What was written before."""
        self._known.clear()

    def _remember(self, draft: Draft) -> None:
        self._known.pop(draft.said, None)
        self._known[draft.said] = draft.ids
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

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
