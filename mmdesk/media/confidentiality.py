"""What becomes of each attribute of a DICOM file: PS3.15, table E.1-1, the basic profile.

The table is that of the package dicom-anonymizer, edition 2026c of the standard. Where it leaves a choice to
the class of the file (X/Z, X/D, Z/D, X/Z/D), what is valid in every class is taken.
"""

from enum import StrEnum
from functools import cache

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, repeater_has_tag

DATES = frozenset({"DA", "DT", "TM"})


class Action(StrEnum):
    KEEP = "K"
    REMOVE = "X"
    EMPTY = "Z"
    REPLACE = "D"
    MAP = "U"  # another UID, the same one for the same UID


def action_of(tag: int, vr: str, value: object = None) -> Action:
    """What becomes of an attribute; `value` is asked for UIDs alone.

    Beyond the table: what no dictionary knows goes, as do curves and overlays whole, for their labels are
    free text. A name or a time that the table does not list is emptied, a UID is kept only where it is one
    of the standard's own or that of a class.
    """
    group, element = tag >> 16, tag & 0xFFFF
    if group % 2 or element == 0 or group & 0xFF00 in (0x5000, 0x6000):
        return Action.REMOVE
    listed = _table().get(tag)
    if listed is not None:
        action = _of_sequence(listed) if vr == "SQ" else _LASTING[listed]
        return Action.MAP if action is Action.REPLACE and vr == "UI" else action
    if vr == "UN" or not (dictionary_has_tag(tag) or repeater_has_tag(tag)):
        return Action.REMOVE
    if vr == "PN" or vr in DATES:
        return Action.EMPTY
    return Action.MAP if vr == "UI" and not _is_public(tag, value) else Action.KEEP


# The columns of the table, and what is valid of each in every class of file.
_LASTING = {
    "X": Action.REMOVE, "Z": Action.EMPTY, "D": Action.REPLACE, "U": Action.MAP,
    "Z_D": Action.REPLACE, "X_Z": Action.EMPTY, "X_D": Action.REPLACE, "X_Z_D": Action.REPLACE,
    "X_Z_U_STAR": Action.MAP,
}  # fmt: skip


def _of_sequence(listed: str) -> Action:
    """Sequences that may go do: an empty item would lack what items need. Those with references to other
    files (X/Z/U*) are kept, and walked like all that is kept."""
    if listed in ("X_D", "X_Z_D"):
        return Action.REMOVE
    return Action.KEEP if listed in ("U", "X_Z_U_STAR") else _LASTING[listed]


def _is_public(tag: int, value: object) -> bool:
    """Whether UIDs name no file, series or machine: the standard's own, and those of classes."""
    uids = str(value or "").replace("\\", " ").strip("[]").replace("'", "").replace(",", " ").split()
    registered = all(uid.startswith("1.2.840.10008.") for uid in uids)
    return registered or (dictionary_has_tag(tag) and dictionary_keyword(tag).endswith("ClassUID"))


@cache
def _table() -> dict[int, str]:
    """Tag → the columns of the basic profile, as the package names them; repeating groups are above."""
    from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as lists

    return {
        tag[0] << 16 | tag[1]: name
        for name in _LASTING
        for tag in getattr(lists, f"{name}_TAGS")
        if len(tag) == 2
    }
