"""No word of the diagnosis is left in a masked note; what fusion gains is paired by patient."""

import csv
import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk import codec
from mmdesk.errors import TrainingProblem
from mmdesk.packs.manifest import Measured
from mmdesk.training.evaluate import _read_rows

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))

from masking import mask
from real_pairs import Pairs, Result, by_patient, compare, linear, out_of_fold

LABELS = [
    "COVID-19", "covid19", "COVID", "SARS", "SARS-CoV-2", "Coronavirus", "coronaviral", "2019-nCoV", "nCoV",
    "Pneumocystis", "P. jirovecii", "PCP", "Mycoplasma", "Klebsiella", "Legionella", "Streptococcus",
    "streptococcal", "pneumococcal", "E. coli", "E.Coli", "Escherichia", "Lipoid", "Varicella", "chickenpox",
    "ARDS", "bacterial", "bacteria", "viral", "virus", "pneumonia", "pneumonias", "bronchopneumonia", "MERS",
    "influenza", "RT-PCR", "rRT-PCR", "PCR", "swab", "positive", "HIV", "H1N1",
]  # fmt: skip
STEMS = re.compile(
    r"covid|sars|ncov|corona|pneumo|jirovec|mycoplas|klebs|legionel|strep|coli\b|escheri|lipoid|varicel|"
    r"chickenpox|\bards\b|bacter|viral|virus|influenza|pcr|swab|positive|\bhiv|\bmers\b|h1n1|\bpcp\b",
    re.IGNORECASE,
)


@given(
    st.sampled_from(LABELS),
    st.sampled_from((str, str.lower, str.upper)),
    st.sampled_from(("", "(", '"', "anti-", "post-")),
    st.sampled_from(("", ".", ",", ")", "-like", "/ARDS", "'s")),
)
def test_no_label_survives(label, case, before, behind):
    masked = mask(f"A man with {before}{case(label)}{behind} and cough for 3 days.", context=False)
    assert not STEMS.search(masked), masked
    assert masked.startswith("A man with") and masked.endswith("cough for 3 days.")


def test_places_and_dates_go_with_the_context():
    note = "On January 22, 2020, he flew from Wuhan to Ho Chi Minh City with fever. CRP was 96."
    assert "Wuhan" in mask(note, context=False)
    masked = mask(note, context=True)
    assert not re.search(r"Wuhan|Minh|Ho\b|City|2020|January|flew", masked)
    assert "fever" in masked and "CRP was 96" in masked


def test_no_label_survives_in_the_shared_notes():
    if "MMDESK_DATA" not in os.environ:
        pytest.skip("MMDESK_DATA is not set")
    path = Path(os.environ["MMDESK_DATA"]) / "chest_xray_notes" / "manifest.csv"
    with path.open(newline="", encoding="utf-8") as file:
        notes = [row["notes"] for row in csv.DictReader(file)]
    left = {found for note in notes for found in STEMS.findall(mask(note, context=True))}
    assert left <= {"pneumo", "Pneumo"}, left  # pneumothorax, pneumomediastinum: findings, no diagnosis


@pytest.fixture
def pairs():
    """Two patients' rows of three; the first input tells the truth, the second is noise."""
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(40) % 2 == 0, 3)
    told = truth[:, None] + random.normal(0, 0.4, (120, 2))
    noise = random.normal(size=(120, 2))
    groups = np.repeat([f"p{n:02}" for n in range(40)], 3)
    return Pairs(truth, groups, {"told": (told, linear(1.0)), "noise": (noise, linear(1.0))})


def test_scores_are_of_patients_that_no_model_saw(pairs):
    seen = []

    class Spy:
        def fit(self, values, truth):
            self.fitted = set(values[:, 0])
            return self

        def decision_function(self, values):
            seen.append(self.fitted & set(values[:, 0]))
            return values[:, 0]

    marked = np.repeat(np.arange(40.0), 3)[:, None]  # a patient's rows look the same
    spied = Pairs(pairs.truth, pairs.groups, {"told": (marked, Spy), "noise": (marked, Spy)})
    out_of_fold(spied, ("told", "noise"), 0)
    assert seen and not any(seen)


def test_fusing_with_noise_gains_nothing_and_says_so(pairs):
    every = [out_of_fold(pairs, ("told", "noise"), seed) for seed in range(2)]
    scores = {n: np.stack([by_patient(pairs.groups, e[n]) for e in every]) for n in every[0]}
    truth = by_patient(pairs.groups, pairs.truth.astype(float)) > 0.5
    rows = {
        row.metric: row
        for row in compare("toy", {"it": Result(truth, scores, np.arange(len(truth)))}, ("told", "noise"))
    }
    assert rows["AUC, it, told"].value > 0.9
    assert rows["AUC, it, told"].groups == 40
    gain = rows["AUC, it, fused gained over told"]
    assert gain.low <= gain.value <= gain.high
    assert gain.value == pytest.approx(rows["AUC, it, fused"].value - rows["AUC, it, told"].value)
    assert gain.low <= 0


def test_patients_of_different_parts_are_not_ranked_against_each_other():
    """Each part is ranked rightly; the second one's scores are all lower."""
    truth = np.array([False, True, False, True])
    scores = {"it": np.array([[5.0, 6.0, 1.0, 2.0]])}
    units = np.arange(4)
    assert Result(truth, scores, units).aucs(units).tolist() == [0.75]
    assert Result(truth, scores, units, np.array([[0, 0, 1, 1]])).aucs(units).tolist() == [1.0]
    assert np.isnan(Result(truth, scores, units, np.array([[0, 1, 2, 3]])).aucs(units)).all()


def test_units_are_drawn_whole():
    result = Result(np.zeros(5, bool), {}, np.array([0, 0, 1, 1, 1]))
    rows = result.drawn(np.random.default_rng(0))
    assert sorted(set(np.bincount(rows, minlength=5)[:2])) == sorted({np.bincount(rows, minlength=5)[0]})
    assert len(rows) in (4, 5, 6)


def test_what_a_script_measured_comes_into_the_card(tmp_path):
    row = Measured("notes", "AUC, COVID-19, fused", 0.5, 0.4, 0.6, 9, "5-fold", "pairs")
    path = tmp_path / "study.json"
    path.write_text(json.dumps([codec.encode(row)]), encoding="utf-8")
    assert _read_rows(path) == [row]
    for broken in ("{", "3", '[{"task": "notes"}]'):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(TrainingProblem, match=r"study\.json.*no measured rows"):
            _read_rows(path)
    with pytest.raises(TrainingProblem, match="no measured rows"):
        _read_rows(tmp_path / "missing.json")


def test_a_patient_counts_once():
    groups = np.array(["b", "a", "b"])
    assert by_patient(groups, np.array([1.0, 5.0, 3.0])).tolist() == [5.0, 2.0]
