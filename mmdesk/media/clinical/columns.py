"""What the columns of a laboratory sheet are called, in English, German and French."""

import csv
import re
import unicodedata
from collections.abc import Sequence

from mmdesk.media.clinical.values import is_date

TEST, VALUE, UNIT, RANGE, LOW, HIGH, FLAG, DATE, TIME, CODE, PATIENT, MATERIAL = (
    "test", "value", "unit", "range", "low", "high", "flag", "date", "time", "code", "patient", "material",
)  # fmt: skip

_NAMES = {
    TEST: (
        "test", "test name", "testname", "lab test", "laboratory test", "analyte", "analyt", "parameter",
        "component", "component name", "investigation", "untersuchung", "laborwert", "laborparameter",
        "messgröße", "kenngröße", "analysis", "analyse", "observation", "measurement", "marker",
        "test description", "bezeichnung", "examen", "examens", "paramètre", "dosage", "item", "label",
        "description", "name",
    ),
    VALUE: (
        "value", "values", "result", "results", "result value", "reading", "measured value", "wert",
        "werte", "ergebnis", "messwert", "resultat", "befund", "ergebniswert", "value num", "valuenum",
        "test result", "numeric result", "aktueller wert", "your value", "résultat", "résultats", "valeur",
    ),
    UNIT: (
        "unit", "units", "einheit", "einheiten", "dimension", "uom", "valueuom", "unit of measure",
        "units of measure", "unité", "unités",
    ),
    RANGE: (
        "range", "ranges", "ref", "ref range", "reference", "reference range", "reference ranges",
        "reference interval", "normal range", "normal", "normal values", "referenz", "referenzbereich",
        "referenzwert", "referenzwerte", "normbereich", "normwert", "normwerte", "norm", "ref bereich",
        "ref intervall", "referenzintervall", "limits", "interval", "normalbereich", "normalwert",
        "normalwerte", "sollwert", "standard range", "biological reference interval", "normales", "norme",
        "normes", "valeurs de référence", "valeurs normales", "valeurs usuelles", "intervalle de référence",
    ),
    LOW: (
        "low", "lower", "lower limit", "ref low", "reference low", "range low", "min", "ref min",
        "ref range lower", "ref range low", "untere grenze", "untergrenze", "lower reference limit", "lln",
        "von",
    ),
    HIGH: (
        "high", "upper", "upper limit", "ref high", "reference high", "range high", "max", "ref max",
        "ref range upper", "ref range high", "obere grenze", "obergrenze", "upper reference limit", "uln",
        "bis",
    ),
    FLAG: (
        "flag", "flags", "abnormal", "abnormal flag", "interpretation", "bewertung", "markierung", "hinweis",
    ),
    DATE: (
        "date", "datum", "collected", "collection date", "date collected", "sample date", "sampling date",
        "date time", "datetime", "charttime", "abnahme", "abnahmedatum", "entnahme", "entnahmedatum",
        "probendatum", "test date", "result date", "observation date", "drawn", "timestamp", "zeitpunkt",
        "befunddatum", "day", "tag", "collection datetime", "collection date time", "datum uhrzeit",
        "date de prélèvement", "date du prélèvement", "prélèvement", "date prélèvement",
    ),
    TIME: ("time", "uhrzeit", "zeit", "collection time", "abnahmezeit", "heure"),
    PATIENT: (
        "patient", "patient id", "patientid", "patient name", "patient no", "subject id", "subject", "mrn",
        "patienten id", "patientenname", "patientennummer",
    ),
    MATERIAL: (
        "material", "specimen", "specimen type", "sample", "sample type", "probe", "probenmaterial",
        "untersuchungsmaterial", "matrix", "fluid", "milieu", "nature du prélèvement",
    ),
    CODE: ("loinc", "loinc code", "loinc num", "loinc number", "code", "test code", "loinccode"),
}  # fmt: skip
_ROLES = {name: (role, rank) for role, names in _NAMES.items() for rank, name in enumerate(names)}
_LONGEST = 60  # characters of a column's name
_LINE = 10_000  # characters that may name columns
DELIMITERS = ",;\t|"
TITLES = 40  # rows looked through for the names of the columns


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line of a text, of a long one the first; [] where one is no cell."""
    try:
        return [cell.strip() for cell in next(csv.reader([line[:_LINE]], delimiter=delimiter), [])]
    except csv.Error:
        return []


def role_of(cell: str) -> str:
    """The role of a column of this name, "" where it has none."""
    return _ROLES.get(_key(cell), ("", 0))[0]


def roles_of(cells: Sequence[str]) -> dict[str, int]:
    """Role → its column; of several columns of one role, the one that is named more exactly. Where none is
    named as that of the tests, but others as those of a sheet of values, it is the first one."""
    keys = [(_key(cell), place) for place, cell in enumerate(cells)]
    ranked = sorted((*_ROLES[key], place) for key, place in keys if key in _ROLES)
    roles: dict[str, int] = {}
    for role, _, place in ranked:
        roles.setdefault(role, place)
    valued = (UNIT in roles or RANGE in roles) and (VALUE in roles or any(map(is_date, filter(None, cells))))
    if TEST not in roles and valued and 0 not in {place for role, place in roles.items() if role != VALUE}:
        roles = {TEST: 0, **{role: place for role, place in roles.items() if place}}
    return roles


def is_header(cells: Sequence[str]) -> bool:
    """Whether a line names the columns of a sheet: a test and a value; a test and dates; or a date and at
    least two tests."""
    roles = roles_of(cells)
    if TEST in roles:
        return VALUE in roles or any(is_date(cell) for cell in cells if cell.strip())
    named = [cell for cell in cells if cell.strip() and not role_of(cell)]
    return DATE in roles and len(named) >= 2 and all(_is_name(cell) for cell in named)


def _is_name(cell: str) -> bool:
    return len(cell) <= _LONGEST and re.match(r"[^\W\d_]", cell.strip()) is not None


def _key(cell: str) -> str:
    if len(cell) > _LONGEST:
        return ""
    name = unicodedata.normalize("NFC", re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", cell))
    return " ".join(re.findall(r"[^\W_]+", name.lower()))
