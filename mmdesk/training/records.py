"""Written records for training: facts of the data sets, and made-up vital signs and complaints, in
the many ways a note may state them."""

import random as random_module
from collections.abc import Mapping

from mmdesk.plan import number_text
from mmdesk.vocabulary import Term, Vocabulary

Values = Mapping[str, float | bool | str]
Random = random_module.Random

BLOOD = {
    "ALB": "albumin", "ALP": "alp", "ALT": "alt", "AST": "ast", "BIL": "bilirubin",
    "CHE": "cholinesterase", "CHOL": "cholesterol", "CREA": "creatinine", "GGT": "ggt", "PROT": "protein",
}  # fmt: skip


def blood_values(row: Mapping[str, str]) -> dict[str, float | bool | str]:
    """A row of blood_tests as facts; what it leaves out is left out."""
    values: dict[str, float | bool | str] = {"age": float(row["Age"])}
    values["sex"] = "male" if row["Sex"] == "m" else "female"
    given = {name: row[column] for column, name in BLOOD.items() if row[column] not in ("", "NA")}
    return values | {name: float(value) for name, value in given.items()}


def valve_values(row: Mapping[str, str]) -> dict[str, float | bool | str]:
    """A row of heart_valve as facts."""
    sex = "male" if row["sex"] == "M" else "female"
    smoking = "smoker" if row["smoker"] == "1" else "non-smoker"
    return {"age": float(row["age"]), "sex": sex, "smoking": smoking}


def made_up(random: Random, vocabulary: Vocabulary) -> dict[str, float | bool | str]:
    """Some vital signs, laboratory values and complaints around their ranges, of nobody."""
    values: dict[str, float | bool | str] = {}
    for term in vocabulary.terms:
        if term.kind == "complaint" and random.random() < 0.12:
            values[term.name] = random.random() < 0.6
        elif term.kind == "number" and term.name != "age" and random.random() < 0.2:
            value = _around(random, term)
            if value is not None:
                values[term.name] = value
    return values


def _around(random: Random, term: Term) -> float | None:
    """A value between half the lower and twice the upper bound of a range, within the limits."""
    if not term.ranges:
        return None
    chosen = random.choice(term.ranges)
    low = chosen.low if chosen.low is not None else 0.5 * (chosen.high or 1.0)
    high = chosen.high if chosen.high is not None else 1.1 * low
    spread = high - low
    value = random.uniform(low - 0.6 * spread, high + 0.9 * spread)
    bottom, top = term.limits or (0.0, 1e6)
    return round(min(max(value, bottom), top), term.decimals)


def write_record(random: Random, values: Values, vocabulary: Vocabulary) -> str:
    """A note that states `values`, and nothing else."""
    parts = [_person(random, values)]
    complaints = [name for name, value in values.items() if value is True]
    denied = [name for name, value in values.items() if value is False]
    if complaints:
        names = _listed([vocabulary[name].label for name in complaints], "and")
        opening = random.choice(["Presents with {}.", "Complains of {}.", "Reports {}.", "{}."])
        parts.append(opening.format(names))
    if denied:
        names = _listed([vocabulary[name].label for name in denied], "or")
        parts.append(random.choice(["Denies {}.", "No {}.", "Without {}."]).format(names))
    parts += _figures(random, values, vocabulary)
    text = random.choice([" ", "\n"]).join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _person(random: Random, values: Values) -> str:
    age, sex, smoking = values.get("age"), values.get("sex"), values.get("smoking")
    parts = []
    if isinstance(age, float):
        grown = age >= 16
        nouns = {"male": "man" if grown else "boy", "female": "woman" if grown else "girl"}
        noun = nouns.get(str(sex), "patient")
        written = number_text(age)
        parts.append(random.choice([f"{written}-year-old {noun}.", f"{noun}, {written} years old."]))
        if noun == "patient" and sex:
            parts.append(f"Sex: {sex}.")
    elif sex:
        parts.append(f"Sex: {sex}.")
    if smoking:
        parts.append(random.choice([f"{smoking}.", f"Smoking: {smoking}."]).capitalize())
    return " ".join(parts)


def _figures(random: Random, values: Values, vocabulary: Vocabulary) -> list[str]:
    lines = []
    for name, value in values.items():
        term = vocabulary[name]
        if term.kind != "number" or name == "age" or isinstance(value, str | bool):
            continue
        word = random.choice([term.label, *term.words[:2]])
        glue = random.choice([" ", ": ", " = "])
        lines.append(f"{word}{glue}{number_text(value)} {term.unit or ''}".strip())
    random.shuffle(lines)
    glue = random.choice([", ", "\n", "; "])
    return [glue.join(lines) + ("" if glue == "\n" else ".")] if lines else []


def _listed(names: list[str], joiner: str) -> str:
    if len(names) == 1:
        return names[0]
    return ", ".join(names[:-1]) + f" {joiner} {names[-1]}"
