"""What is asked of a case: one of the pack's prompts, or a question about what it knows by name.

A question is understood as a whole or not at all. "Is there severe pneumonia?" names a degree that nothing
scores: an answer about pneumonia would be one to another question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mmdesk.case import Modality
from mmdesk.errors import PromptProblem
from mmdesk.packs.manifest import Examination, Manifest, Prompt, Task

QUESTION = "Is there "
_FORM = re.compile(
    r"\b(?:(?:is|are|was|were) there|any|(?:is|could|can|might|may) (?:it|this)(?: be)?|"
    r"do(?:es)? (?:the patient|he|she|they|i) have|(?:do|can) you (?:see|find)|"
    r"does (?:it|this|the \w+) (?:show|suggest))\b"
)
_NEGATION = re.compile(r"\b(?:no|not|never|none|without|neither|nor)\b|n['’]t\b")
_WORD = re.compile(r"[\w+]+(?:[-./'’][\w+]+)*")
# Words between the names that change nothing of what is asked.
_FILLERS = frozenset(
    _WORD.findall(
        "a an any the some sign signs evidence of or and in on this that these here case patient please"
    )
)
# What inputs of a kind are called, besides what a pack calls its examinations.
_INPUTS = {
    Modality.IMAGE: frozenset(("image", "images", "picture", "pictures")),
    Modality.AUDIO: frozenset(("sound", "sounds", "recording", "recordings")),
    Modality.RECORD: frozenset(("record", "note")),
}


@dataclass(frozen=True, slots=True)
class Named:
    """One name in a question, and what it may mean: `tasks` are those whose abnormal findings it names
    together, `findings` and `facts` are names of the pack's."""

    name: str
    tasks: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`about` and `text` are empty but for a question."""

    prompt: Prompt
    about: tuple[Named, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """What asks for the same again."""
        return self.text or self.prompt.name


def choose_prompt(spec: Manifest, asked: str | None) -> Asked:
    """The prompt whose words were asked, or the question; the first prompt without any. Raises
    PromptProblem."""
    if asked is None:
        return Asked(spec.prompts[0])
    wanted = " ".join(asked.lower().split()).strip(" .?!")
    question = next((prompt for prompt in spec.prompts if prompt.is_question), None)
    for prompt in spec.prompts:
        if prompt is not question and wanted in (prompt.name, _bare(prompt.title), *prompt.asks):
            return Asked(prompt)
    form = _FORM.match(wanted)
    if question is not None:
        about, places, unknown = _read(spec, _FORM.sub(" ", wanted))
        negated = about and _NEGATION.search(wanted)
        if negated or (form and (unknown or not about)):
            raise _unclear(spec, asked, wanted, unknown)
        if about and not unknown:
            for named in about:
                _check_places(spec, asked, named, places)
            return Asked(question, about, asked.strip())
    titles = ", ".join(f'"{prompt.title.lower()}"' for prompt in spec.prompts)
    raise PromptProblem(
        f'"{asked}"', f"the pack {spec.name} was not trained to answer this", f"Ask for {titles}."
    )


def _read(spec: Manifest, text: str) -> tuple[tuple[Named, ...], list[str], list[str]]:
    """The names in it, the words that say where to look, and those that it is not understood without."""
    names = _names(spec)
    known_places = frozenset().union(*_INPUTS.values(), *map(_words_of, spec.examinations))
    longest = max(map(len, names), default=0)
    words = _WORD.findall(text)
    about, places, unknown = [], [], []
    while words:
        found = next((n for n in range(min(longest, len(words)), 0, -1) if tuple(words[:n]) in names), 0)
        if found:
            about.append(names[tuple(words[:found])])
        elif words[0] in known_places:
            places.append(words[0])
        elif words[0] not in _FILLERS:
            unknown.append(words[0])
        del words[: found or 1]
    return tuple(dict.fromkeys(about)), places, unknown


def _words_of(examination: Examination) -> frozenset[str]:
    texts = (examination.title, examination.noun, examination.plural, examination.plain)
    return frozenset(_WORD.findall(" ".join(texts).lower()))


def _check_places(spec: Manifest, asked: str, named: Named, places: list[str]) -> None:
    """Raises PromptProblem where the question looks for something in an input that cannot carry it."""
    words = set(_INPUTS[Modality.RECORD]) if named.facts else set()
    titles = ["record"] if named.facts else []
    for task in spec.tasks:
        if task.name in named.tasks or any(finding.name in named.findings for finding in task.findings):
            for modality in task.carriers:
                words |= _INPUTS[modality]
            examination = spec.examination(task.examination) if task.examination else None
            words |= _words_of(examination) if examination else set()
            titles.append(examination.title if examination else "record")
    for place in places:
        if place not in words:
            problem = f"{named.name} is read from {' or '.join(titles)}, not from “{place}”"
            raise PromptProblem(f'"{asked}"', problem, "Ask without that word.")


def _unclear(spec: Manifest, asked: str, text: str, unknown: list[str]) -> PromptProblem:
    if _NEGATION.search(text):
        problem = "a question with a negation could be answered both ways"
        return PromptProblem(f'"{asked}"', problem, "Ask without it.")
    problem = f"the pack {spec.name} has no answer without a name"
    if unknown:
        more = f"“{' '.join(unknown)}”"
        problem = f"the pack {spec.name} has no answer to {more}"
    kinds = [label for task in spec.tasks for label in _asked_first(task)]
    remedy = f"Ask about {', '.join(kinds)}, a kind of one of these, or what a record may state."
    return PromptProblem(f'"{asked}"', problem, remedy)


def _asked_first(task: Task) -> list[str]:
    """What a task's abnormal findings are together, or each of them."""
    if task.abnormal:
        return [task.abnormal.label]
    return [finding.label for finding in task.findings if not finding.normal]


def questions(spec: Manifest) -> list[str]:
    """A question about everything that is scored but what is normal, and about every complaint, by
    label; empty for a pack that answers none."""
    if not any(prompt.is_question for prompt in spec.prompts):
        return []
    labels = [label for task in spec.tasks for label in _asked_first(task)]
    labels += [f.label for task in spec.tasks for f in task.findings if not f.normal]
    labels += [term.label for term in spec.vocabulary.terms if term.kind == "complaint"]
    return [f"{QUESTION}{label}?" for label in dict.fromkeys(labels)]


def _bare(title: str) -> str:
    return title.lower().strip(" .?!")


def _names(spec: Manifest) -> dict[tuple[str, ...], Named]:
    """Words of a name → all that it may mean."""
    names: dict[tuple[str, ...], Named] = {}
    for name, kind, item in _meanings(spec):
        words = tuple(_WORD.findall(name.lower()))
        # A letter may name a value in a record ("T 38.9"), but in a question it is a slip.
        if _NEGATION.search(name.lower()) or len("".join(words)) < 2:
            continue
        known = names.get(words, Named(" ".join(words)))
        meant = {"tasks": known.tasks, "findings": known.findings, "facts": known.facts}
        meant[kind] = tuple(dict.fromkeys((*meant[kind], item)))
        names[words] = Named(known.name, **meant)
    return names


def _meanings(spec: Manifest) -> Iterator[tuple[str, str, str]]:
    """(what it may be called, field of Named, its own name)"""
    for task in spec.tasks:
        if task.abnormal:
            for name in (task.abnormal.label, task.abnormal.plain, *task.abnormal.words):
                yield name, "tasks", task.name
        for finding in task.findings:
            for name in (finding.label, finding.plain, finding.name.replace("_", " "), *finding.words):
                yield name, "findings", finding.name
    for term in spec.vocabulary.terms:
        for name in (term.label, *term.words):
            yield name, "facts", term.name
