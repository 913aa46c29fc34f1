"""What is heavy stays out of the modules that start first; the import contracts cover direct imports."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "transformers", "sklearn", "matplotlib")


def loaded_by(code: str) -> list[str]:
    """The heavy libraries among a new interpreter's modules after `code`."""
    report = f"import sys; print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    script = f"try:\n    {code}\nexcept SystemExit as end:\n    assert not end.code\n{report}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stderr.split()


@pytest.mark.parametrize(
    "module",
    [
        "archive",
        "batch.run",
        "batch.several",
        "casefile",
        "cli",
        "display",
        "doctor",
        "export",
        "media.audio",
        "media.image",
        "media.record",
        "packs.files",
        "packs.manifest",
        "resources",
        "settings",
        "terminal",
        "ui.app",
        "ui.window",
    ],
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import mmdesk.{module}") == []


@pytest.mark.parametrize("arguments", [["--help"], ["analyze", "--help"], ["pack", "list"]])
def test_commands_that_run_no_model_load_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_by(f"import sys; sys.argv[1:] = {arguments}; from mmdesk.cli import main; main()") == []
