"""Cases read side by side give the reports that each gives alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import Failed, ReportWritten, Stage
from mmdesk.packs.files import find
from mmdesk.packs.reader import PackReader
from mmdesk.report import Report
from mmdesk.resources import sample_case
from mmdesk.together import Together


@pytest.fixture(scope="module")
def reader() -> PackReader:
    return PackReader(find("clinic"))


def cases(tmp_path: Path) -> list[Case]:
    given = dict(sample_case().inputs)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    lone = Case({Modality.IMAGE: (Input.from_path(broken),)})
    return [
        Case(given),
        Case({Modality.RECORD: (Input.from_text("58-year-old man, ALT 60 U/L, albumin 30 g/L."),)}),
        lone,
        Case({Modality.IMAGE: given[Modality.IMAGE], Modality.AUDIO: given[Modality.AUDIO]}, "plain words"),
        Case(given, "what is the size of the tumour?"),
        Case({**given, Modality.IMAGE: (*given[Modality.IMAGE], Input.from_path(broken))}, "impression only"),
    ]


def alone(engine: LocalEngine, case: Case) -> Report:
    written = (e.report for e in engine.analyze(case, StopToken()) if isinstance(e, ReportWritten))
    return next(written)


def comparable(report: Report) -> Report:
    findings = tuple(replace(f, probability=round(f.probability, 4)) for f in report.findings)
    shares = tuple(
        replace(c, shares={m: round(share, 4) + 0.0 for m, share in c.shares.items()})
        for c in report.contributions
    )
    provenance = replace(report.provenance, created="")
    return replace(report, findings=findings, contributions=shares, provenance=provenance)


def test_cases_side_by_side_give_the_reports_of_each_alone(reader: PackReader, tmp_path: Path) -> None:
    given = cases(tmp_path)
    found = Together(reader).read(given)
    engine = LocalEngine(find("clinic"))
    for number in (0, 1, 3, 5):
        report = found[number]
        assert isinstance(report, Report)
        assert comparable(report) == comparable(alone(engine, given[number]))


def test_a_case_that_cannot_be_read_says_why_and_keeps_no_other(reader: PackReader, tmp_path: Path) -> None:
    found = Together(reader).read(cases(tmp_path))
    broken, refused = found[2], found[4]
    assert isinstance(broken, Failed) and broken.stage == Stage.READ
    assert broken.problem.startswith("broken.png: ") and broken.remedy
    assert isinstance(refused, Failed) and refused.stage is None


def test_pictures_and_sounds_are_encoded_side_by_side(
    reader: PackReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    real = reader.encode_pictures
    monkeypatch.setattr(reader, "encode_pictures", lambda some: counts.append(len(some)) or real(some))
    sample = radiographs(tmp_path)
    Together(reader).read([Case({Modality.IMAGE: (Input.from_path(path),)}) for path in sample])
    assert counts == [len(sample)]


def radiographs(folder: Path) -> list[Path]:
    """The sample's radiograph, turned a little."""
    source = sample_case().inputs[Modality.IMAGE][0]
    assert source.path is not None
    paths = []
    with Image.open(source.path) as image:
        for number in range(3):
            paths.append(folder / f"{number}.png")
            image.rotate(number).save(paths[-1])
    return paths


def test_a_report_does_not_depend_on_the_cases_before(
    reader: PackReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two words that are alike likely, the one that was written before would be taken."""
    known, encoded = [], []
    write, encode = reader.write, reader.encode_pictures
    monkeypatch.setattr(
        reader, "write", lambda *given: known.append({**reader.writer._known}) or write(*given)
    )
    monkeypatch.setattr(reader, "encode_pictures", lambda some: encoded.append(len(some)) or encode(some))
    together = Together(reader)
    together.read(cases(tmp_path)[:1])
    assert reader.writer._known
    together.read(cases(tmp_path)[:1])
    assert known == [{}, {}] and encoded == [1, 1]


def test_a_case_without_inputs_says_so(reader: PackReader) -> None:
    (found,) = Together(reader).read([Case({})])
    assert isinstance(found, Failed) and found.problem == "there is nothing to read"


def test_no_cases_give_no_reports(reader: PackReader) -> None:
    assert Together(reader).read([]) == []
