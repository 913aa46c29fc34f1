"""The sample case in an engine that is warm, and again with one thing in it changed."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks import cases
from benchmarks.engines import Moments, moments, ready
from benchmarks.figures import Figure, Goal, Table, figure, ratio
from benchmarks.measure import Asked
from mmdesk.case import Case, Modality
from mmdesk.engine.process import ProcessEngine

PROMPT = "plain words"  # in which everything is said again
NEW = "all inputs new"
GOALS = {(NEW, "first token"): Goal("≤", 0.15), (NEW, "last word"): Goal("≤", 0.6)}
OF_NEW = Goal("≤", 0.6)
SHOWN = ("first token", "last word", "last map")


def measured(asked: Asked) -> Iterator[Table]:
    with ready(asked.pack) as engine:
        _round(engine, -1)
        rounds = [_round(engine, number) for number in range(asked.rounds)]
    taken = {
        name: {moment: [one[name][moment] for one in rounds] for moment in rounds[0][name]}
        for name in rounds[0]
    }
    title = "the sample case, engine warm; every input another one in each round"
    yield Table(title, tuple(_figures(taken)))


def _round(engine: ProcessEngine, number: int) -> dict[str, Moments]:
    """A case of which nothing is known, then that case with one input after the other changed, then with
    another prompt. Each differs in one thing from the one before."""
    case = cases.case(4 * number + 4)
    taken = {NEW: moments(engine, case)}
    for place, modality in enumerate(Modality, 1):
        case = cases.with_another(case, modality, 4 * number + 4 + place)
        taken[f"another {modality}"] = moments(engine, case)
    taken["another prompt"] = moments(engine, _asked(case))
    return taken


def _asked(case: Case) -> Case:
    return replace(case, prompt=PROMPT)


def _figures(taken: dict[str, dict[str, list[float]]]) -> Iterator[Figure]:
    for name, own in taken.items():
        for moment in SHOWN:
            yield figure(f"{name}, {moment}", "s", *own[moment], goal=GOALS.get((name, moment)))
    whole = taken[NEW]
    for stage in (moment for moment in whole if moment.startswith("in ")):
        yield figure(f"{NEW}, {stage}", "ms", *(1000 * value for value in whole[stage]))
    for name, own in taken.items():
        if name != NEW:
            goal = OF_NEW if name != "another prompt" else None
            what = f"last word, {name} ÷ {NEW}"
            yield ratio(what, own["last word"], whole["last word"], goal)
