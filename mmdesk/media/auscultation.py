"""Where on the chest heart sounds are recorded."""

from mmdesk.case import Input

# The person's posture, lying (supine) or sitting, and the valve area. mmdesk.model.audio has the same
# tuple for itself, since it imports nothing of mmdesk; a test holds them together.
POSITIONS = ("sup_Mit", "sup_Tri", "sup_Pul", "sup_Aor", "sit_Mit", "sit_Tri", "sit_Pul", "sit_Aor")
UNKNOWN = "unknown"  # what a person chooses against a file name that says otherwise


def position_of(item: Input) -> str | None:
    """The input's position, else the one its file name is; None where unknown."""
    name = item.position or item.name.rsplit(".", 1)[0]
    return name if name in POSITIONS else None
