"""The window and the built-in pack, end to end, in a process that has never seen torch."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import real_window

from mmdesk.resources import sample_case

MOST_MEGABYTES = 250


@pytest.fixture(scope="module")
def saw(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("home")
    (home / "settings.toml").write_text('language = "en"\n')
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "MMDESK_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    program = str(Path(real_window.__file__))
    done = subprocess.run(
        [sys.executable, "-W", "error", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_the_sample_becomes_a_report(saw: dict[str, Any]) -> None:
    sample = saw["sample"]
    assert sample["failed"] == []
    assert sample["reused"] == dict.fromkeys(sample_case().inputs, False)
    assert sample["shown"] == sample["sentences"] != []
    assert sample["rows"] == sample["findings"]
    assert {"chest_normal", "murmur_normal"} <= set(sample["findings"])


def test_each_sentence_marks_what_it_rests_on(saw: dict[str, Any]) -> None:
    assert any(mark["rests on"] for mark in saw["marks"])
    for mark in saw["marks"]:
        assert mark["marked"] == mark["rests on"]
        assert mark["words"] == mark["facts"]


def test_a_click_on_a_sentence_lights_the_right_pixels_and_words(saw: dict[str, Any]) -> None:
    lights = saw["lights"]
    assert lights["lit"] == lights["hottest"]
    assert lights["chosen"] in lights["under the mouse"]
    assert lights["sound changed"] and lights["picture is as before"] and lights["sound is as before"]
    assert lights["words"] == lights["stated"] != []


def test_another_prompt_reads_nothing_again(saw: dict[str, Any]) -> None:
    impression = saw["impression"]
    assert impression["prompt"] == "impression"
    assert impression["reused"] == dict.fromkeys(sample_case().inputs, True)
    assert 0 < len(impression["shown"]) < len(saw["sample"]["shown"])
    assert impression["shown"] == impression["sentences"]


def test_a_changed_record_is_all_that_is_read_again(saw: dict[str, Any]) -> None:
    assert saw["changed"]["reused"] == {"image": True, "audio": True, "record": False}
    assert saw["changed"]["facts"].keys() == saw["sample"]["facts"].keys() | {"temperature"}


def test_the_windows_process_stays_light(saw: dict[str, Any]) -> None:
    assert saw["heavy"] == []
    assert saw["megabytes"] <= MOST_MEGABYTES


def test_closing_ends_it_all(saw: dict[str, Any]) -> None:
    assert saw["engines"] == 1
    assert not saw["visible"]
    assert saw["left"] == 0
