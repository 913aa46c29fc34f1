"""Why an input is not scored: first what its file says of itself, then what its encoder says."""

from collections.abc import Mapping
from dataclasses import dataclass

from mmdesk.case import Modality
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.reader import Encoded
from mmdesk.packs.tags import fitting, spoken


@dataclass(frozen=True, slots=True)
class Refusal:
    modality: Modality
    name: str
    reason: str

    @property
    def sentence(self) -> str:
        """Without its full stop."""
        return f"{self.name} was not scored: {self.reason}"


def refused(
    modality: Modality, name: str, tags: Mapping[str, str], encoded: Encoded, spec: Manifest
) -> Refusal | None:
    """None where the input is scored; a record always is."""
    known = spec.examinations_of(modality)
    if not known:
        return None
    fits, said = fitting(known, tags), spoken(tags)
    if not fits:
        return Refusal(modality, name, f"the file says that it is {said}")
    if encoded.examination is None:
        return Refusal(modality, name, _unlike(modality, encoded, spec))
    taken = spec.examination(encoded.examination)
    if taken not in fits:
        reason = f"the file says that it is {said}, but it looks like {taken.title}"
        return Refusal(modality, name, reason)
    return None


def _unlike(modality: Modality, encoded: Encoded, spec: Manifest) -> str:
    if encoded.certainty >= spec.refuse_below[modality]:
        title = spec.examination(encoded.nearest).title
        return f"the nearest is {title}, but it is too unlike those that the pack learned from"
    kinds = " nor ".join(item.title for item in spec.examinations_of(modality))
    return f"it looks like neither {kinds} (at most {max(encoded.certainty, 0.01):.0%})"
