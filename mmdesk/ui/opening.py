"""A case of a work list as the desk holds one: its texts are one record."""

from dataclasses import replace

from mmdesk.batch.cases import Opened, opened
from mmdesk.batch.events import Listed
from mmdesk.batch.manifest import by_modality
from mmdesk.case import Input, Modality, new_id
from mmdesk.media.text import MAX_CHARACTERS, too_long
from mmdesk.survey import Survey, with_texts
from mmdesk.ui.intake import below


def laid_open(listed: Listed) -> Opened:
    """With what its files hold. It is a case of its own: one that was kept at an earlier time has the id that
    the list gives. Raises UserProblem."""
    found = opened(listed)
    items = [(modality, item) for modality, items in found.case.inputs.items() for item in items]
    typed = [item for _, item in items if item.typed]
    read = with_texts(Survey(tuple((modality, item) for modality, item in items if not item.typed)))
    typed += [item for _, item in read.taken if item.typed]
    others = [(modality, item) for modality, item in read.taken if not item.typed]
    record = [(Modality.RECORD, _joined(typed))] if typed else []
    case = replace(found.case, inputs=by_modality([*record, *others]), id=new_id())
    problems = (f"{problem.name}: {problem.problem}" for _, problem in read.problems)
    return replace(found, case=case, problems=(*found.problems, *problems))


def _joined(texts: list[Input]) -> Input:
    """A blank line between two of them. Raises InputProblem for what is too long for a record."""
    whole = ""
    for item in texts:
        whole = below(whole, (item.data or b"").decode())
    names = ", ".join(dict.fromkeys(item.name for item in texts))
    if len(whole) > MAX_CHARACTERS:
        raise too_long(names)
    return Input.from_text(whole, names)
