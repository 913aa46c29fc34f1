"""The built-in pack and the built-in sample, as they are shipped."""

from pathlib import Path

import numpy as np
import pytest
from support.sound import beats
from support.waveforms import waveform_bytes

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import Encoded, InputFailed, OutOfDistribution, ReportReady
from mmdesk.packs import files
from mmdesk.packs.build import verify
from mmdesk.plan import fact_slots
from mmdesk.report import Report
from mmdesk.resources import sample_case


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine(files.find("clinic"))


@pytest.fixture(scope="module")
def stream(engine: LocalEngine) -> list[object]:
    return list(engine.analyze(sample_case(), StopToken()))


@pytest.fixture(scope="module")
def report(stream: list[object]) -> Report:
    last = stream[-1]
    assert isinstance(last, ReportReady)
    return last.report


def test_the_pack_is_whole_and_small() -> None:
    folder = files.find("clinic")
    assert verify(folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 20_000_000


def test_the_sample_is_read_as_what_it_was_made_for(stream: list[object], report: Report) -> None:
    assert not [e for e in stream if isinstance(e, InputFailed | OutOfDistribution)]
    titles = [e.examination for e in stream if isinstance(e, Encoded)]
    assert titles == ["chest radiograph", "heart sound clip", None]
    present = {finding.name for finding in report.findings if finding.status == "present"}
    assert present == {"bacterial_pneumonia", "murmur_aortic_stenosis"}


def test_the_sample_report_states_all_facts(engine: LocalEngine, report: Report) -> None:
    text = " ".join(s.text for part in report.sections for s in part.sentences).lower()
    facts = fact_slots(report.facts, engine._pipeline.reader.manifest.vocabulary)
    assert len(facts) == 13
    assert all(slot.text.lower() in text for slot in facts.values())


def test_no_chest_finding_without_a_radiograph(engine: LocalEngine, tmp_path: Path) -> None:
    from PIL import Image, ImageDraw

    page = Image.new("L", (600, 800), 255)
    draw = ImageDraw.Draw(page)
    for line in range(30):
        draw.text((40, 20 + 25 * line), "This is a page of text, and no examination at all. " * 2, fill=0)
    page.save(tmp_path / "page.png")
    case = Case({Modality.IMAGE: (Input.from_path(tmp_path / "page.png"),)})
    events = list(engine.analyze(case, StopToken()))
    assert [e for e in events if isinstance(e, OutOfDistribution)]
    last = events[-1]
    assert isinstance(last, ReportReady)
    assert last.report.findings == ()
    assert "was not scored" in last.report.to_markdown()


def test_an_electrocardiogram_is_refused_by_what_its_file_says(engine: LocalEngine) -> None:
    leads = (np.stack([beats()] * 2, 1) * 30000).astype("i2")
    sound = Input("sound.dcm", data=waveform_bytes(leads))
    curve = Input("ecg.dcm", data=waveform_bytes(leads, sound=False))
    events = list(engine.analyze(Case({Modality.AUDIO: (sound, curve)}), StopToken()))
    refused = {event.name: event.reason for event in events if isinstance(event, OutOfDistribution)}
    assert refused.pop("ecg.dcm") == "the file says that it is an electrocardiogram"
    assert all("the file says" not in reason for reason in refused.values())
