"""Every sentence of the parts that know no Qt, and of every card and notice, can be said in the language
of the window."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from mmdesk.case import Modality
from mmdesk.events import Stage
from mmdesk.media import files
from mmdesk.media.clinical import values
from mmdesk.media.clinical.fhir import YEAR_ONLY
from mmdesk.media.clinical.terms import BOUND, NO_ANSWER, NO_UNIT, NOTE, TEXT
from mmdesk.report import RESEARCH_USE, STOPPED_NOTICE
from mmdesk.ui.intake import PASTED_TEXT
from mmdesk.ui.record_panel import TYPED
from mmdesk.ui.sentences import SENTENCES
from mmdesk.ui.wording import said, said_line, said_together

ROOT = Path(__file__).parents[2] / "mmdesk"
SPEAKERS = [
    *sorted((ROOT / "media").rglob("*.py")), *sorted((ROOT / "engine").glob("*.py")),
    *sorted((ROOT / "packs").glob("*.py")), *sorted((ROOT / "ui").glob("*.py")),
    *(path for path in sorted((ROOT / "batch").glob("*.py")) if path.stem != "ray_engine"),
    *(ROOT / f"{name}.py" for name in ("pipeline", "records", "refusal", "casefile", "archive", "disk")),
    *(ROOT / f"{name}.py" for name in ("export", "passing_on", "settings")),
]  # fmt: skip
# What is called, and from which of its arguments on it is a sentence.
CALLS = {
    "InputProblem": 1, "CaseProblem": 1, "PackProblem": 1, "UserProblem": 1, "SettingsProblem": 1,
    "PromptProblem": 1, "Failed": 1, "EngineState": 1, "InputFailed": 2, "OutOfDistribution": 2, "Refusal": 2,
    "_Ended": 0, "Unloadable": 0, "give_up": 0, "show_card": 0, "say": 1,
    "Listed": 2, "Row": 2,
}  # fmt: skip
EMITTED = {"failed": 0, "refused": 1, "moved": 1}  # signals that end in a card or a notice
# Functions whose strings are all said: what they return, or add to what they return.
WORDERS = {
    "disk": ("why",),
    "settings": ("load", "_read", "_set_aside"),
    "pipeline": ("population_notices",),
    "refusal": ("_unlike",),
    "records": ("_unconfirmed",),
    "terms": ("_number", "_said", "_term_of"),
    "intake": ("offer", "_offered", "_say_moved"),
    "player": ("_words",),
    "microphone": ("why",),
    "process": ("_ending",),
    "rows": ("_row",),
}
# Arguments that are no sentences: tones, keys, and details for a bug report.
NO_SENTENCES = {"problem", "notice", "utf-8", "saved", "recover", "recording", "purge", "linux", "\n"}


class Module:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.constants = _strings(self.tree.body)

    def templates(self, constants: dict[str, list[ast.expr]]) -> Iterator[str]:
        for function, call in _calls(self.tree):
            known = {**constants, **self.constants, **_strings(ast.walk(function) if function else ())}
            for argument in _sentences_of(call):
                yield from _texts(argument, known)
        for function in ast.walk(self.tree):
            named = isinstance(function, ast.FunctionDef) and function.name in WORDERS.get(self.path.stem, ())
            for part in function.body if named else ():
                for node in _outermost_strings(part):
                    yield from _texts(node, {})


def _strings(nodes) -> dict[str, list[ast.expr]]:
    """Every value that is assigned to a name."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Each call of what is in CALLS or EMITTED, and the function that it stands in."""

    def walk(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield function, child
            yield from walk(child, child if isinstance(child, ast.FunctionDef) else function)

    return walk(tree, None)


def _sentences_of(call: ast.Call) -> list[ast.expr]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    first = CALLS.get(name)
    if name == "emit" and isinstance(call.func, ast.Attribute):
        first = EMITTED.get(getattr(call.func.value, "attr", ""))
    if first is None:
        return []
    return [*call.args[first:], *(word.value for word in call.keywords)]


def _texts(node: ast.expr, known: dict[str, list[ast.expr]]) -> list[str]:
    """The templates that an expression may give; nothing where it passes on what another one said."""
    match node:
        case ast.Constant(value=str(text)):
            return [text] if re.match("[A-Za-z].*[a-z]|{", text) and text not in NO_SENTENCES else []
        case ast.JoinedStr(values=values):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)
            parts = [
                text for v in values if isinstance(v, ast.FormattedValue) for text in _texts(v.value, known)
            ]
            return [text, *parts] if re.search("[a-z]", text) else parts
        case ast.Name(id=name):
            return [text for value in known.get(name, ()) for text in _texts(value, {})]
        case ast.Attribute(attr=name) if name.isupper():
            return [text for value in known.get(name, ()) for text in _texts(value, {})]
        case ast.IfExp(body=body, orelse=orelse):
            return _texts(body, known) + _texts(orelse, known)
        case ast.BoolOp(values=values):
            return [text for value in values for text in _texts(value, known)]
        case ast.BinOp(left=left, op=ast.Add()):
            texts = _texts(left, known)
            return texts if isinstance(left, ast.BinOp) else [f"{text}{{}}" for text in texts]
    return []


def _outermost_strings(node: ast.AST) -> Iterator[ast.expr]:
    """Strings of some length, without docstrings and without those within others."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr):
        yield node
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and " " in node.value.strip():
            yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _outermost_strings(child)


def all_templates() -> dict[str, str]:
    """Template → the file that it is from."""
    modules = [Module(path) for path in SPEAKERS]
    constants = {name: value for module in modules for name, value in module.constants.items()}
    return {text: module.path.name for module in modules for text in module.templates(constants)}


def test_no_sentence_is_forgotten() -> None:
    found = all_templates()
    assert {"this is a folder", "{} is missing", "it cannot be written ({})"} <= found.keys()
    assert {text: file for text, file in found.items() if text not in SENTENCES} == {}


def test_names_of_kinds_are_not_forgotten() -> None:
    kinds = [*(kind for _, kind in files._FOREIGN), *files._NOUN.values(), *files._READABLE.values()]
    kinds += [files._article(modality) for modality in Modality]
    kinds += [str(stage) for stage in Stage] + [RESEARCH_USE, STOPPED_NOTICE, TYPED, PASTED_TEXT]
    doubts = [values.FUTURE, values.NO_DATE, values.TWO_DATES, values.TWO_NUMBERS, values.NOT_FINAL]
    doubts += [values.REFUTED, values.OVER]
    kinds += [*doubts, YEAR_ONLY, values.UNKNOWN, TEXT, BOUND, NO_UNIT, NO_ANSWER, NOTE]
    assert set(kinds) <= set(SENTENCES)


def test_no_sentence_is_left_over() -> None:
    """What nobody says any more is not translated: each stands in the source, but for these."""
    by_the_system = SENTENCES[
        SENTENCES.index("No space left on device") : SENTENCES.index("Input/output error") + 1
    ]
    source = "".join(
        path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path.stem != "sentences"
    )
    words = re.sub(r'"\s*\n\s*f?"', "", re.sub(r"\{[^{}\"]*\}", "{}", source))
    made = {"an image ({})", "a recording ({})", "a record ({})", "get the pack again from where it came."}
    left = [text for text in SENTENCES if text not in words and text not in (*by_the_system, *made)]
    assert [text for text in left if text not in all_templates()] == []


def test_cards_and_notices_are_given_english() -> None:
    """They translate it themselves: what was translated before could not change with the language."""
    for path in (ROOT / "ui").glob("*.py"):
        for _, call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            inner = [node for part in _sentences_of(call) for node in ast.walk(part)]
            assert not any(getattr(node, "attr", "") == "tr" for node in inner), f"{path.name}:{call.lineno}"


def test_each_sentence_once() -> None:
    assert len(set(SENTENCES)) == len(SENTENCES)


class Marked(QTranslator):
    """«…» around every sentence, so that a part that was not translated shows."""

    def translate(self, context, source, disambiguation=None, n=-1):
        return f"«{source}»" if context == "said" else ""

    def isEmpty(self) -> bool:  # noqa: N802 (Qt's name)
        return False


@pytest.fixture
def marked(qapp) -> Iterator[None]:
    translator = Marked()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


SAID = {
    "this is empty": "«this is empty»",
    "this is a GIF picture, not an image": "«this is «a GIF picture», not «an image»»",
    "labs.csv: 3 imported values do not count until they are confirmed (in Record, or by --confirm-labs).": (
        "«labs.csv: «3 imported values do not count until they are confirmed"
        " («in Record, or by --confirm-labs»).»»"
    ),
    "% cannot be converted to g/L": "«% cannot be converted to g/L»",
    "this is an image (PNG), not a text file": "«this is «an image (PNG)», not «a text file»»",
    "x.png: this is a folder": "«x.png: «this is a folder»»",
    "a: b.png: this is empty": "«a: b.png: «this is empty»»",
    "typed text: the record is empty": "««typed text»: «the record is empty»»",
    "clinic: pack.toml is missing": "«clinic: «pack.toml is missing»»",
    "clinic: pack.toml is missing.": "«clinic: ««pack.toml is missing».»»",
    "clinic: pack.toml cannot be read: bad value": "«clinic: «pack.toml cannot be read: bad value»»",
    "it cannot be written (No space left on device)": "«it cannot be written («No space left on device»)»",
    "the engine ended unexpectedly (signal 9), three times within a minute": (
        "««the engine ended unexpectedly («signal 9»)», three times within a minute»"
    ),
    "Make room on the disk. The next change tries again.": (
        "««Make room on the disk.» The next change tries again.»"
    ),
    "Chest: learned from children aged 1 to 5.": "«Chest: learned from children aged 1 to 5.»",
    "Chest: the age is not known; learned from children.": (
        "«Chest: the age is not known; learned from children.»"
    ),
    "In the settings: not a usable value, so the default is used: theme; unknown and ignored: 'x'.": (
        "«In the settings: ««not a usable value, so the default is used: theme»;"
        " «unknown and ignored: 'x'»».»"
    ),
    "The analysis failed: clinic: SHA256SUMS cannot be read.": (
        "«The analysis failed: «clinic: «SHA256SUMS cannot be read»».»"
    ),
    "a.png is an image: it was put into Image.": "«a.png is an image: it was put into Image.»",
    "a.png: not scored": ("«a.png: not scored»"),
    "Pneumonia: 87%": "Pneumonia: 87%",
    "": "",
}


@pytest.mark.parametrize("text", SAID)
def test_said(marked, text: str) -> None:
    assert said(text) == SAID[text]


@pytest.mark.parametrize("text", SAID)
def test_in_english_nothing_changes(qapp, text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize("text", SENTENCES)
def test_each_sentence_is_found(marked, text: str) -> None:
    assert said(text.replace("{}", "3")).count("«") == 1


def test_problem_and_remedy_are_sentences_of_one_line(marked) -> None:
    assert said_together("this is empty", "Choose a file.") == "«««this is empty».» «Choose a file.»»"
    assert said_together("Saved as x.mmcase.", "") == "«Saved as x.mmcase.»"


def test_a_problem_with_a_remedy_in_english(qapp) -> None:
    assert said_together("x.png: this is empty", "Choose a file.") == "x.png: this is empty. Choose a file."
    assert said_together("a.png: it is so.", "Do it.") == "a.png: it is so. Do it."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.wav: this is empty", "«a.wav: «this is empty»»"),
        ("a.wav: this is empty. Choose a file.", "««a.wav: ««this is empty».»» «Choose a file.»»"),
        ("a. b.wav: this is empty. Choose a file.", "««a. b.wav: ««this is empty».»» «Choose a file.»»"),
        ("this is empty; a: b.png: this is empty", "«this is empty»; «a: b.png: «this is empty»»"),
        ("line 4: there is no file a. b.png", "«line 4: there is no file a. b.png»"),
        ("", ""),
    ],
)
def test_lines_about_a_case_of_a_list(marked, text: str, expected: str) -> None:
    assert said_line(text) == expected
