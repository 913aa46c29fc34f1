"""From a sentence to what it rests on, and from a place in a picture to its sentences."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from support.sample import CHEST, MURMUR, SENTENCES, sample_report

from mmdesk.case import Case, Input, Modality
from mmdesk.events import FindingsScored, Located, ReportReady, Stage, Stopped
from mmdesk.report import Finding, Grid, Origin, Saliency, Sentence
from mmdesk.ui.evidence import Evidence

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
CASE = Case({m: (Input(f"{m}.x", data=b"x"),) for m in Modality})
REPORT = sample_report(CASE)
LIVER = Finding("liver_disease", "liver disease", "liver", 0.9, 0.2, 0.5, (RECORD,))


def says(*names: str, facts: tuple[str, ...] = ()) -> Sentence:
    return Sentence("It fits.", "image", Origin.DECODER, names, facts, (IMAGE,))


def place_of(report, finding: str) -> QPointF:
    """The middle of the finding's hot cell."""
    grid = next(s.grid for s in report.saliencies if s.finding == finding)
    row, column = divmod(grid.values.index(255), grid.columns)
    return QPointF((column + 0.5) / grid.columns, (row + 0.5) / grid.rows)


class Told:
    """The last of what each signal said, and how often it did."""

    def __init__(self, evidence: Evidence) -> None:
        self.image: tuple[object, str] = ({}, "")
        self.sound: tuple[object, str] = ({}, "")
        self.facts: object = {}
        self.times = 0
        evidence.image_lit.connect(self._image)
        evidence.sound_lit.connect(self._sound)
        evidence.facts_lit.connect(self._facts)

    def _image(self, heats: object, words: str, asked: bool) -> None:
        self.image, self.times = (heats, words), self.times + 1

    def _sound(self, saliencies: object, words: str, asked: bool) -> None:
        self.sound, self.times = (saliencies, words), self.times + 1

    def _facts(self, facts: object) -> None:
        self.facts, self.times = facts, self.times + 1


@pytest.fixture
def evidence(qapp) -> Evidence:
    made = Evidence()
    made.show_event(FindingsScored(CHEST + MURMUR, ()))
    made.show_event(Located(REPORT.saliencies))
    return made


@pytest.fixture
def told(evidence: Evidence) -> Told:
    return Told(evidence)


def grid_of(name: str) -> Grid | None:
    return next(s.grid for s in REPORT.saliencies if s.finding == name)


def test_a_sentence_lights_the_inputs_that_it_rests_on(evidence: Evidence, told: Told) -> None:
    evidence.choose_sentence(SENTENCES["image"][0])
    assert told.image == ({0: grid_of("bacterial_pneumonia")}, "Speaks for: bacterial pneumonia")
    assert told.sound == ({}, "") and told.facts == {}
    evidence.choose_sentence(SENTENCES["audio"][0])
    assert told.image == ({}, "")
    heard, words = told.sound
    assert words == "Speaks for: aortic stenosis murmur"
    assert isinstance(heard, dict) and heard[0].grid == grid_of("murmur_aortic_stenosis")
    evidence.choose_sentence(SENTENCES["record"][1])
    assert told.sound == ({}, "") and told.facts == {"temperature": None, "crp": None}
    evidence.choose_sentence(None)
    assert told.facts == {}


def test_of_what_is_absent_it_shows_what_speaks_against(evidence: Evidence, told: Told) -> None:
    evidence.choose_sentence(SENTENCES["image"][1])
    assert told.image[1] == "Speaks against: viral pneumonia"
    evidence.choose_finding("chest_normal")
    assert told.image == ({0: grid_of("chest_normal")}, "Speaks against: normal radiograph")


def test_several_findings_are_shown_together(evidence: Evidence, told: Told) -> None:
    """Two cells that weigh alike; of a kind that is affirmed, those that are not are left out."""
    evidence.choose_sentence(says("chest_normal", "viral_pneumonia"))
    assert told.image[1] == "Speaks against: normal radiograph, viral pneumonia"
    (grid,) = told.image[0].values()  # type: ignore[attr-defined]
    both = [grid_of(name) for name in ("chest_normal", "viral_pneumonia")]
    assert [n for n, value in enumerate(grid.values) if value] == sorted(
        g.values.index(255) for g in both if g
    )
    assert max(grid.values) == 255
    evidence.choose_sentence(says("bacterial_pneumonia", "viral_pneumonia"))
    assert told.image[1] == "Speaks for: bacterial pneumonia"


def test_a_sentence_that_is_chosen_early_lights_up_when_its_places_come(qapp) -> None:
    evidence = Evidence()
    told = Told(evidence)
    evidence.show_event(FindingsScored(CHEST + MURMUR, ()))
    evidence.choose_sentence(SENTENCES["impression"][0])
    assert told.times == 0
    evidence.show_event(Located(tuple(s for s in REPORT.saliencies if s.modality == IMAGE)))
    assert told.image[0] and told.times == 1  # nothing is said twice
    evidence.show_event(Located(tuple(s for s in REPORT.saliencies if s.modality == AUDIO)))
    assert told.sound[0] and told.times == 2
    evidence.show_event(ReportReady(REPORT))
    assert told.times == 2


def test_each_input_names_what_is_read_in_it(evidence: Evidence, told: Told) -> None:
    """Of a sentence that rests on several, also where what is affirmed in one is denied in another."""
    evidence.choose_sentence(SENTENCES["impression"][0])
    assert told.image[1] == "Speaks for: bacterial pneumonia"
    assert told.sound[1] == "Speaks for: aortic stenosis murmur"
    evidence.choose_sentence(says("bacterial_pneumonia", "murmur_normal"))
    assert told.image[1] == "Speaks for: bacterial pneumonia"
    assert told.sound[1] == "Speaks against: normal heart sound"


def test_a_record_that_was_changed_has_no_words_to_light(evidence: Evidence, told: Told) -> None:
    evidence.choose_sentence(SENTENCES["record"][1])
    assert told.facts
    evidence.input_changed(RECORD)
    assert told.facts == {}


def test_only_who_asks_is_led_to_another_input(evidence: Evidence) -> None:
    asked: list[bool] = []
    evidence.image_lit.connect(lambda heats, words, now: asked.append(now))
    evidence.choose_finding("bacterial_pneumonia")
    evidence.begin()
    evidence.show_event(FindingsScored(CHEST + MURMUR, ()))
    evidence.show_event(Located(REPORT.saliencies))  # the chosen finding lights up again
    assert asked == [True, False, False]


def test_facts_have_what_they_add(qapp) -> None:
    evidence = Evidence()
    told = Told(evidence)
    facts = {"ggt": 0.3, "age": -0.01}
    report = replace(
        REPORT, findings=(LIVER,), saliencies=(Saliency("liver_disease", RECORD, 0, facts=facts),)
    )
    evidence.show_report(report)
    evidence.choose_sentence(says("liver_disease", facts=("ggt",)))
    assert told.facts == {"ggt": None, "age": -0.01}  # one that the sentence states is marked as such
    evidence.choose_finding("liver_disease")
    assert told.facts == facts


@pytest.mark.parametrize("modality", [IMAGE, AUDIO])
def test_what_was_changed_is_not_lit(evidence: Evidence, told: Told, modality: Modality) -> None:
    evidence.choose_sentence(SENTENCES["impression"][0])
    assert told.image[0] and told.sound[0]
    evidence.input_changed(modality)
    assert bool(told.image[0]) == (modality != IMAGE) and bool(told.sound[0]) == (modality != AUDIO)
    evidence.show_event(Located(REPORT.saliencies))  # of the analysis that had begun before
    evidence.show_event(Stopped(Stage.LOCATE, REPORT))
    assert bool(told.image[0]) == (modality != IMAGE) and bool(told.sound[0]) == (modality != AUDIO)
    evidence.begin()
    assert told.image == ({}, "") and told.sound == ({}, "")
    evidence.show_event(FindingsScored(CHEST + MURMUR, ()))
    evidence.show_event(Located(REPORT.saliencies))
    evidence.choose_sentence(SENTENCES["impression"][0])
    assert told.image[0] and told.sound[0]


def test_a_place_in_the_picture_gives_its_sentences(evidence: Evidence) -> None:
    sentences = [s for part in REPORT.sections for s in part.sentences]
    hot = evidence.resting_on(0, place_of(REPORT, "bacterial_pneumonia"), sentences)
    assert hot == {SENTENCES["image"][0], SENTENCES["impression"][0]}
    assert evidence.resting_on(0, place_of(REPORT, "viral_pneumonia"), sentences) == {SENTENCES["image"][1]}
    assert evidence.resting_on(0, QPointF(0.99, 0.01), sentences) == set()
    assert evidence.resting_on(1, place_of(REPORT, "viral_pneumonia"), sentences) == set()
    assert evidence.resting_on(0, QPointF(1.0, 1.0), sentences) == set()  # the very corner is inside


# In the window


def test_in_the_window_sentences_and_pictures_light_each_other(open_window) -> None:
    one = open_window()
    one.desk.show_sample("sample")
    one.until_ended()
    one.until_quiet()
    window, text = one.window, one.window.report.text
    number = next(n for n, s in text._sentences.items() if s == SENTENCES["image"][0])
    text.choose(number)
    assert window.image.view.has_heat and window.findings.list.marked == ("bacterial_pneumonia",)
    window.image.view.pointed.emit(place_of(one.desk.report, "viral_pneumonia"))
    assert [text._sentences[n] for n in text._lit] == [SENTENCES["image"][1]]
    window.image.view.pointed.emit(None)
    assert not text._lit
    window.findings.list.chosen.emit("murmur_aortic_stenosis")
    assert not window.image.view.has_heat and window.audio._saliencies
    one.do["analyse"].trigger()
    assert not window.audio._saliencies  # they are the last analysis's
    one.until_ended(2)


def test_in_the_window_a_removed_picture_takes_its_heat_along(open_window) -> None:
    one = open_window()
    one.desk.show_sample("sample")
    one.until_ended()
    one.until_quiet()
    one.qtbot.keyClick(one.window.report.text, Qt.Key.Key_Down)
    assert one.window.image.view.has_heat
    one.model.set_inputs(IMAGE, ())
    assert not one.window.image.view.has_heat
