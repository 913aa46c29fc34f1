"""Cases made from seeds: new ones, that say what the sample case says."""

from pathlib import Path

import pytest

from benchmarks import cases
from mmdesk.case import Case, Fact, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import FindingsScored, InputFailed, OutOfDistribution
from mmdesk.media.record import find_facts
from mmdesk.packs import manifest
from mmdesk.packs.files import find
from mmdesk.report import Status
from mmdesk.resources import sample_case


@pytest.mark.parametrize("modality", list(Modality))
def test_every_seed_is_another_input_and_always_the_same(modality: Modality) -> None:
    made = [cases.changed(modality, seed).data for seed in range(20)]
    assert len(set(made)) == 20
    assert made == [cases.changed(modality, seed).data for seed in range(20)]


def test_one_input_is_changed_alone() -> None:
    before = cases.case(1)
    after = cases.with_another(before, Modality.AUDIO, 2)
    assert {m for m in Modality if after.inputs[m] != before.inputs[m]} == {Modality.AUDIO}


def test_the_record_states_the_same_facts_in_other_numbers() -> None:
    vocabulary = manifest.read(find("clinic")).vocabulary

    def facts(case: Case) -> tuple[Fact, ...]:
        return find_facts((case.inputs[Modality.RECORD][0].data or b"").decode(), vocabulary)

    truth = facts(sample_case())
    for seed in range(50):
        stated = facts(cases.case(seed))
        assert [(fact.name, fact.flag) for fact in stated] == [(fact.name, fact.flag) for fact in truth]
        assert [fact.value for fact in stated] != [fact.value for fact in truth]


def test_the_pack_reads_them_as_it_reads_the_sample_case() -> None:
    engine = LocalEngine(find("clinic"))

    def present(case: Case) -> set[str]:
        names: set[str] = set()
        for event in engine.analyze(case, StopToken()):
            assert not isinstance(event, InputFailed | OutOfDistribution)
            if isinstance(event, FindingsScored):
                names = {finding.name for finding in event.findings if finding.status is Status.PRESENT}
        return names

    truth = present(sample_case())
    assert all(present(cases.case(seed)) == truth for seed in range(3))


def test_cases_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    cases.write(tmp_path / "cases", 2)
    folders = sorted((tmp_path / "cases").iterdir())
    assert [sorted(file.name for file in folder.iterdir()) for folder in folders] == 2 * [
        sorted(cases.FILES.values())
    ]
    sound = folders[1] / cases.FILES[Modality.AUDIO]
    assert sound.read_bytes() == cases.changed(Modality.AUDIO, 1).data
