"""The commands, with an engine that plays a script: what is printed where, files, exit codes."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner, Result

from mmdesk import __version__, cli, display, events, menu
from mmdesk.case import Case, Modality
from mmdesk.engine import StopToken
from mmdesk.errors import PackProblem, PromptProblem
from mmdesk.events import (
    Encoded,
    Event,
    Failed,
    FindingsScored,
    InputFailed,
    ReportReady,
    SentenceWritten,
    Stage,
    StageFinished,
    StageStarted,
    Stopped,
    TextDelta,
)
from mmdesk.report import (
    RESEARCH_USE,
    STOPPED_NOTICE,
    Finding,
    Origin,
    Provenance,
    Report,
    Section,
    Sentence,
)

Script = Callable[[Case, StopToken], Iterator[Event]]

FINDING = Finding("effusion", "pleural effusion", "chest", 0.87, 0.25, 0.75, (Modality.IMAGE,))
SENTENCE = Sentence("Größe 12 cm.", "image", Origin.DECODER)
NOTICE = "The age is not known."
REPORT = Report(
    "id",
    "full",
    (NOTICE,),
    (FINDING,),
    (),
    (Section("image", "Image", (SENTENCE,)),),
    Provenance("clinic", "0.1.0", "0" * 64, "2026-01-01T00:00:00Z", ()),
)
WHOLE: tuple[Event, ...] = (
    StageStarted(Stage.READ),
    StageFinished(Stage.READ, 3.0),
    Encoded(Modality.IMAGE, ("a.png",), "chest radiograph", 30.0, reused=False),
    FindingsScored((FINDING,), (NOTICE,)),
    StageFinished(Stage.SCORE, 1.0),
    TextDelta("image", "Größe "),
    TextDelta("image", "12 cm."),
    SentenceWritten(SENTENCE),
    StageFinished(Stage.WRITE, 400.0),
    ReportReady(REPORT),
)
BROKEN = InputFailed(Modality.AUDIO, "b.wav", "this is\nempty", "Export it again.")


@pytest.fixture(autouse=True)
def packs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def find(name: str) -> Path:
        if name != "clinic":
            raise PackProblem(name, "there is no such pack", "See `mmdesk pack list`.")
        return tmp_path / "clinic"

    files = ModuleType("mmdesk.packs.files")
    vars(files).update(find=find, packs=lambda: [tmp_path / "clinic"], check=lambda folder: None)
    monkeypatch.setitem(sys.modules, "mmdesk.packs.files", files)


def run(monkeypatch: pytest.MonkeyPatch, script: Script, *arguments: str, stdin: bytes = b"") -> Result:
    class LocalEngine:
        def __init__(self, pack_folder: Path, device: str) -> None:
            assert pack_folder.name == "clinic"
            assert device == "auto"

        def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
            return script(case, stop)

    local = ModuleType("mmdesk.engine.local")
    vars(local).update(LocalEngine=LocalEngine)
    monkeypatch.setitem(sys.modules, "mmdesk.engine.local", local)
    return CliRunner().invoke(cli.app, arguments, input=stdin, catch_exceptions=False)


def plays(*script: Event) -> Script:
    return lambda case, stop: iter(script)


def test_the_analysis_streams_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, plays(*WHOLE), "analyze", "--image", "a.png")
    parts = [
        "Reading a.png",
        "read",
        "a.png: chest radiograph",
        NOTICE,
        "Findings",
        "87%",
        "Image",
        "Größe 12 cm.",
    ]
    places = [result.stdout.index(part) for part in parts]
    assert places == sorted(places)
    assert result.stdout.splitlines()[-1] == RESEARCH_USE
    assert result.stderr == ""
    assert result.exit_code == 0


def test_json_is_one_event_a_line_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    script = (BROKEN, *WHOLE)
    result = run(monkeypatch, plays(*script), "analyze", "--image", "a.png", "--json")
    assert tuple(events.from_json(json.loads(line)) for line in result.stdout.splitlines()) == script
    assert "Größe" in result.stdout
    assert result.exit_code == 1


def test_a_broken_input_is_one_line_and_the_rest_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, plays(BROKEN, *WHOLE), "analyze", "--image", "a.png", "--audio", "b.wav")
    assert result.stderr == "b.wav: this is empty. Export it again.\n"
    assert "Größe 12 cm." in result.stdout
    assert result.exit_code == 1


def test_a_failure_is_one_line_with_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Failed(Stage.ENCODE, "the memory is used up", "Close other programs.")
    result = run(monkeypatch, plays(failed), "analyze", "--image", "a.png")
    assert result.stderr == "encode: the memory is used up. Close other programs.\n"
    assert RESEARCH_USE not in result.stdout
    assert result.exit_code == 1


def test_a_mistake_in_the_program_shows_its_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Failed(None, "the analysis failed", "Report it.", "Traceback: line 1\nKeyError")
    result = run(monkeypatch, plays(failed), "analyze", "--image", "a.png")
    assert result.stderr == "the analysis failed. Report it.\nTraceback: line 1\nKeyError\n"


def test_the_case_holds_what_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    cases: list[Case] = []

    def script(case: Case, stop: StopToken) -> Iterator[Event]:
        cases.append(case)
        return iter(WHOLE)

    arguments = ["--image", "x/a.png", "--image", "b.png", "--record", "-", "--prompt", "impression only"]
    run(monkeypatch, script, "analyze", *arguments, stdin=b"Age 63.")
    (case,) = cases
    assert [item.path for item in case.inputs[Modality.IMAGE]] == ["x/a.png", "b.png"]
    assert [item.data for item in case.inputs[Modality.RECORD]] == [b"Age 63."]
    assert Modality.AUDIO not in case.inputs
    assert case.prompt == "impression only"


@pytest.mark.parametrize("confirmed", [True, False])
def test_several_records_and_whether_their_values_are_confirmed(
    monkeypatch: pytest.MonkeyPatch, confirmed: bool
) -> None:
    cases: list[Case] = []

    def script(case: Case, stop: StopToken) -> Iterator[Event]:
        cases.append(case)
        return iter(WHOLE)

    arguments = ["--record", "a.txt", "--record", "-", "--record", "labs.csv"]
    confirm = ["--confirm-labs"] if confirmed else []
    run(monkeypatch, script, "analyze", *arguments, *confirm, stdin=b"Age 63.")
    items = cases[0].inputs[Modality.RECORD]
    assert [item.name for item in items] == ["a.txt", "standard input", "labs.csv"]
    assert {item.confirmed for item in items} == {confirmed}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "mmdesk analyze: no input was given. Name at least one --image, --audio or --record."),
        (["--image", "a.png", "--pack", "law"], "law: there is no such pack. See `mmdesk pack list`."),
        (
            ["--image", "a.png", "--out", "no/where.md"],
            "where.md: there is no folder no. Make it, or name another.",
        ),
    ],
)
def test_a_wrong_command_is_one_line(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    result = run(monkeypatch, plays(*WHOLE), "analyze", *arguments)
    assert result.stderr == message + "\n"
    assert result.stdout == ""
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (PromptProblem("prompt", "nothing was trained for “poem”", "Ask for a full report."), 2),
        (PackProblem("clinic", "weights.safetensors was changed", "Get the pack again."), 1),
    ],
)
def test_a_problem_at_the_start_is_one_line(
    monkeypatch: pytest.MonkeyPatch, problem: Exception, code: int
) -> None:
    def script(case: Case, stop: StopToken) -> Iterator[Event]:
        raise problem

    result = run(monkeypatch, script, "analyze", "--image", "a.png")
    assert result.stderr == f"{problem}\n"
    assert result.exit_code == code


def test_a_programming_error_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="ended with"):
        run(monkeypatch, plays(*WHOLE[:3]), "analyze", "--image", "a.png")


def test_out_writes_markdown_or_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("report.md", "report.json"):
        run(monkeypatch, plays(*WHOLE), "analyze", "--image", "a.png", "--out", str(tmp_path / name))
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == REPORT.to_markdown()
    assert Report.from_json(json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))) == REPORT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "report.md"]


def test_a_report_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    result = run(
        monkeypatch, plays(*WHOLE), "analyze", "--image", "a.png", "--out", str(tmp_path / "report.md")
    )
    assert result.stderr.startswith("report.md: the report cannot be written (")
    assert result.stderr.count("\n") == 1
    assert result.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def interrupted(report: Report | None) -> Script:
    """Ctrl+C comes after the first event; the engine stops at its next look at the token."""

    def script(case: Case, stop: StopToken) -> Iterator[Event]:
        yield TextDelta("image", "Größe ")
        signal.raise_signal(signal.SIGINT)
        assert stop.stopped
        yield Stopped(Stage.WRITE, report)

    return script


def test_ctrl_c_stops_and_keeps_what_was_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "report.md"
    result = run(monkeypatch, interrupted(REPORT), "analyze", "--image", "a.png", "--out", str(out))
    assert result.exit_code == 130
    assert "Größe" in result.stdout
    assert result.stdout.splitlines()[-1] == RESEARCH_USE
    assert f"> {STOPPED_NOTICE}" in out.read_text(encoding="utf-8")
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_anything_was_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    result = run(monkeypatch, interrupted(None), "analyze", "--image", "a.png", "--out", str(out))
    assert "Stopped. Nothing was written yet." in result.stdout
    assert result.exit_code == 130
    assert not out.exists()


def test_a_second_ctrl_c_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(case: Case, stop: StopToken) -> Iterator[Event]:
        yield TextDelta("image", "Größe ")
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    assert run(monkeypatch, script, "analyze", "--image", "a.png").exit_code == 130


def test_without_a_display_the_sample_case_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "missing", lambda: "There is no display for a window.")
    result = run(monkeypatch, plays(*WHOLE))
    first, second, *_ = result.stdout.splitlines()
    assert first == "There is no display for a window. The sample case is read here, in the terminal."
    assert second == "Reading radiograph.png, heart_sound.wav, record.txt with the pack clinic."
    assert result.exit_code == 0


def test_a_window_without_a_display_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "missing", lambda: "There is no display for a window.")
    result = run(monkeypatch, plays(), "window", "case.mmcase")
    expected = "mmdesk window: There is no display for a window. Use mmdesk analyze instead.\n"
    assert result.stderr == expected
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "paths", "demo"), [([], [], False), (["window", "a.png", "b.wav", "--demo"], 2, True)]
)
def test_with_a_display_the_window_opens(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], paths: list[str] | int, demo: bool
) -> None:
    calls: list[tuple[list[Path], bool, Path | None]] = []
    application = ModuleType("mmdesk.ui.app")
    vars(application).update(run=lambda *a: calls.append(a) or 7)
    monkeypatch.setitem(sys.modules, "mmdesk.ui.app", application)
    monkeypatch.setattr(display, "missing", lambda: None)
    assert run(monkeypatch, plays(), *arguments).exit_code == 7
    assert calls == [([Path(name).absolute() for name in ("a.png", "b.wav")] if paths else [], demo, None)]


def test_pack_verify_prints_what_was_run(monkeypatch: pytest.MonkeyPatch) -> None:
    build = ModuleType("mmdesk.packs.build")
    vars(build).update(verify=lambda folder: ["image: 1 x 128 x 128", "report: 3 tokens"])
    monkeypatch.setitem(sys.modules, "mmdesk.packs.build", build)
    result = run(monkeypatch, plays(), "pack", "verify", "clinic")
    assert result.stdout.splitlines() == ["image: 1 x 128 x 128", "report: 3 tokens"]
    assert result.exit_code == 0


@pytest.mark.parametrize(("command", "code"), [("list", 1), ("show", 1), ("verify", 2)])
def test_packs_that_cannot_be_read_are_one_line(
    monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    name = {"list": [], "show": ["clinic"], "verify": ["law"]}[command]
    result = run(monkeypatch, plays(), "pack", command, *name)
    assert result.stderr.count("\n") == 1
    assert result.exit_code == code


def test_pack_show_and_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recipes = Path(__file__).parents[1] / "recipes"
    (tmp_path / "clinic").mkdir()
    manifest = (recipes / "clinic.pack.toml").read_text(encoding="utf-8")
    if "[vocabulary" not in manifest:
        manifest = manifest.replace("[networks.image]", "[vocabulary]\nterms = []\n\n[networks.image]", 1)
    (tmp_path / "clinic" / "pack.toml").write_text(manifest, encoding="utf-8")
    listed = run(monkeypatch, plays(), "pack", "list")
    assert listed.stdout.startswith("clinic 0.3.0")
    shown = run(monkeypatch, plays(), "pack", "show", "clinic")
    assert "Intended use: Research" in shown.stdout
    assert "brain MRI slice" in shown.stdout
    assert "DICOM files that say otherwise are not scored: Modality MR; " in shown.stdout


def test_training_without_its_libraries_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    recipe = ModuleType("mmdesk.training.recipe")

    def train(*arguments: object) -> None:
        import sklearn  # noqa: F401

    vars(recipe).update(train=train)
    monkeypatch.setitem(sys.modules, "mmdesk.training.recipe", recipe)
    result = run(monkeypatch, plays(), "train", "clinic.toml")
    assert result.stderr == "sklearn is not installed. In mmdesk's folder, run: pip install '.[train]'\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("option", "partner"), [("--grammar", "--reports"), ("--run", "--plots"), ("--seeds", "--card")]
)
def test_an_option_that_would_do_nothing_alone_is_refused(
    monkeypatch: pytest.MonkeyPatch, option: str, partner: str
) -> None:
    result = run(monkeypatch, plays(), "evaluate", "clinic", option, "x")
    assert result.exit_code == 2
    assert result.stderr == f"{option}: it does nothing without {partner}. Add {partner}.\n"


def test_train_and_evaluate_pass_their_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[object, ...]] = []
    for name in ("recipe", "evaluate"):
        module = ModuleType(f"mmdesk.training.{name}")
        vars(module).update(train=lambda *a: calls.append(a), evaluate=lambda *a: calls.append(a))
        vars(module).update(Evidence=lambda *a: a)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    run(
        monkeypatch,
        plays(),
        "train",
        "clinic.toml",
        "--stage",
        "image",
        "--stage",
        "audio",
        "--device",
        "cpu",
    )
    reports = ("--reports", "5", "--grammar", "g", "--rows", "s", "--rows", "t")
    run(monkeypatch, plays(), "evaluate", "clinic", "--data", "d", "--out", "results.json", *reports)
    seeds = ("--seeds", "a", "--seeds", "b", "--run", "r")
    run(monkeypatch, plays(), "evaluate", "clinic", "--card", "--plots", "p", *seeds)
    told, given = (5, Path("g"), (Path("s"), Path("t"))), (Path("a"), Path("b"))
    assert calls == [
        (Path("clinic.toml"), Path("runs/clinic"), None, ["image", "audio"], False, "cpu", 0),
        (tmp_path / "clinic", Path("d"), "test", (Path("results.json"), False, None, (), None, *told)),
        (tmp_path / "clinic", None, "test", (None, True, Path("p"), given, Path("r"), 0, None, ())),
    ]


def test_it_says_its_version() -> None:
    result = CliRunner().invoke(cli.app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"mmdesk {__version__}\n")


def test_a_build_without_training_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("mmdesk.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mmdesk.training", None)
    result = CliRunner().invoke(cli.app, ["evaluate", "clinic"])
    assert result.exit_code == 1
    assert result.stderr == "This build only reads cases; training and evaluation need mmdesk's source.\n"


def test_the_menu_says_what_it_wrote_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = {"add": [tmp_path / "a"], "remove": [tmp_path / "b"]}
    monkeypatch.setattr(menu, "add", lambda: done["add"])
    monkeypatch.setattr(menu, "remove", lambda: done["remove"])
    assert CliRunner().invoke(cli.app, ["menu"]).stdout == f"written: {tmp_path / 'a'}\n"
    assert CliRunner().invoke(cli.app, ["menu", "--remove"]).stdout == f"removed: {tmp_path / 'b'}\n"


def test_a_self_test_needs_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "missing", lambda: None)
    result = CliRunner().invoke(cli.app, ["window", "--self-test", str(tmp_path / "gone")])
    assert result.exit_code == 2 and "there is no such folder" in result.stderr
    for more in ("--demo", "chest.png"):
        result = CliRunner().invoke(cli.app, ["window", "--self-test", str(tmp_path), more])
        assert result.exit_code == 2 and "the sample case alone" in result.stderr


def test_a_pack_is_added_by_its_own_name(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real modules of packs
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path))
    result = CliRunner().invoke(cli.app, ["pack", "add", str(tiny_pack)])
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'packs' / 'tiny'}\n")
    assert "tiny" in CliRunner().invoke(cli.app, ["pack", "list"]).stdout
    result = CliRunner().invoke(cli.app, ["pack", "add", str(tmp_path / "gone")])
    assert result.exit_code == 1 and "there is no pack.toml in this folder" in result.stderr
