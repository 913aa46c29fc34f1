"""A question is understood whole or refused: what it names, and nothing that it does not say."""

import contextlib
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.errors import PromptProblem
from mmdesk.packs import manifest
from mmdesk.questions import Named, choose_prompt, questions

RECIPES = Path(__file__).parents[1] / "recipes"


def clinic() -> manifest.Manifest:
    data = tomllib.loads((RECIPES / "clinic.pack.toml").read_text(encoding="utf-8"))
    terms = tomllib.loads((RECIPES / "clinic.vocabulary.toml").read_text(encoding="utf-8"))["term"]
    return manifest.parse({**data, "vocabulary": {"terms": terms}}, "clinic")


SPEC = clinic()
LABELS = {finding.label: finding.name for finding in SPEC.findings if not finding.normal}
COMPLAINTS = [term.label for term in SPEC.vocabulary.terms if term.kind == "complaint"]
FORMS = st.sampled_from(
    ("Is there {}?", "is there a {}", "Any {}?", "ARE THERE SIGNS OF {}?", "could it be {} ?",
     "Does the patient have {}?", "Is there any {} in this case?", "do you see {}?", "does it show {}",
     "  is  there {}  .")
)  # fmt: skip


def about(text: str) -> tuple[Named, ...]:
    return choose_prompt(SPEC, text).about


def problem(text: str) -> str:
    with pytest.raises(PromptProblem) as caught:
        choose_prompt(SPEC, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(st.sampled_from(sorted(LABELS)), FORMS, st.sampled_from((str, str.upper, str.title)))
def test_every_label_is_found_in_every_form(label: str, form: str, case: object) -> None:
    assert callable(case)
    (named,) = about(form.format(case(label)))
    assert LABELS[label] in named.findings and not named.facts


@pytest.mark.parametrize("question", questions(SPEC))
def test_what_is_offered_is_understood(question: str) -> None:
    assert choose_prompt(SPEC, question).prompt.is_question


def test_what_is_offered_is_what_is_scored_and_every_complaint() -> None:
    offered = {question.removeprefix("Is there ").removesuffix("?") for question in questions(SPEC)}
    assert offered == {*LABELS, *COMPLAINTS, "pneumonia", "tumour", "murmur"}
    assert questions(replace(SPEC, prompts=SPEC.prompts[:2])) == []


@pytest.mark.parametrize(
    ("text", "tasks", "findings", "facts"),
    [
        ("is there pneumonia?", ("chest",), (), ()),
        ("a lung infection", ("chest",), (), ()),
        ("is there a tumor", ("brain",), (), ()),
        ("Any brain tumour?", ("brain",), (), ()),
        ("is there a murmur?", ("murmur",), (), ()),
        ("is there aortic stenosis?", (), ("murmur_aortic_stenosis", "aortic_stenosis"), ()),
        ("a narrowed aortic valve", (), ("murmur_aortic_stenosis", "aortic_stenosis"), ()),
        ("is there an aortic stenosis murmur", (), ("murmur_aortic_stenosis",), ()),
        ("is there fever?", (), (), ("fever", "temperature")),
        ("any shortness of breath", (), (), ("dyspnoea",)),
        ("is there CRP", (), (), ("crp",)),
        ("is there bacterial pneumonia", (), ("bacterial_pneumonia",), ()),
    ],
)
def test_names(text: str, tasks: tuple[str, ...], findings: tuple[str, ...], facts: tuple[str, ...]) -> None:
    (named,) = about(text)
    assert (named.tasks, named.findings, named.facts) == (tasks, findings, facts)


def test_several_names_in_one_question() -> None:
    named = about("Is there pneumonia, a tumour or fever, or pneumonia?")
    assert [item.name for item in named] == ["pneumonia", "tumour", "fever"]


@given(
    st.sampled_from(sorted(LABELS)),
    st.sampled_from(("severe", "left", "new", "chronic", "early", "metastatic", "tuberculous", "2", "hay")),
    st.booleans(),
)
def test_a_word_that_nothing_scores_is_not_passed_over(label: str, word: str, before: bool) -> None:
    said = problem(f"is there {word} {label}?" if before else f"is there {label} {word}?")
    assert f"“{word}”" in said and "Ask about pneumonia, tumour, murmur" in said


@given(st.sampled_from(sorted(LABELS)), st.sampled_from(("no", "not", "without", "never", "isn't it")))
def test_a_negation_is_refused(label: str, word: str) -> None:
    assert "negation" in problem(f"is there {word} {label}?")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("is there pneumonia in this chest x-ray?", "pneumonia"),
        ("Is there pneumonia in the picture?", "pneumonia"),
        ("is there a tumour in the brain scan", "tumour"),
        ("any aortic stenosis in the recording?", "aortic stenosis"),
        ("is there fever in the record?", "fever"),
    ],
)
def test_where_to_look_may_be_said(text: str, name: str) -> None:
    (named,) = about(text)
    assert named.name == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "is there a tumour in the radiograph?",
            "tumour is read from brain MRI slice, not from “radio",
        ),
        ("is there pneumonia in the record?", "pneumonia is read from chest radiograph, not from “record”"),
        ("is there jaundice in the picture?", "jaundice is read from record, not from “picture”"),
        ("any chest pain in the chest x-ray?", "chest pain is read from record, not from “chest”"),
        ("is there liver disease in the image", "liver disease is read from record, not from “image”"),
    ],
)
def test_another_input_does_not_answer(text: str, said: str) -> None:
    assert said in problem(text)


@pytest.mark.parametrize("text", ["isn't there pneumonia?", "no pneumonia?", "pneumonia or not"])
def test_a_negation_is_refused_in_any_form(text: str) -> None:
    assert "negation" in problem(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Is there pneumonia? Is there fever?", ["pneumonia", "fever"]),
        ("is there viral or bacterial pneumonia?", ["viral", "bacterial pneumonia"]),
    ],
)
def test_two_questions_in_one(text: str, names: list[str]) -> None:
    assert [named.name for named in about(text)] == names


@pytest.mark.parametrize("text", ["is there", "Is there …?", "any", "is there a sign?", "question"])
def test_a_question_without_a_name_is_refused(text: str) -> None:
    problem(text)


@given(st.text("abcdefghijklmnop ?", min_size=1, max_size=20))
def test_any_text_is_a_prompt_a_question_or_a_problem(text: str) -> None:
    with contextlib.suppress(PromptProblem):
        asked = choose_prompt(SPEC, text)
        assert asked.prompt in SPEC.prompts and bool(asked.about) == asked.prompt.is_question


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "full"), ("Full report", "full"), ("summary?", "impression"), ("In plain words", "plain"),
        ("for the patient", "plain"), ("What changed?", "change"), ("  compare ", "change"),
    ],
)  # fmt: skip
def test_prompts_by_their_words(text: str | None, name: str) -> None:
    asked = choose_prompt(SPEC, text)
    assert (asked.prompt.name, asked.about, asked.words) == (name, (), name)


def test_a_question_keeps_its_words() -> None:
    assert choose_prompt(SPEC, " Is there a Tumour? ").words == "Is there a Tumour?"


def test_a_pack_that_answers_no_questions_says_what_it_writes() -> None:
    with pytest.raises(PromptProblem) as caught:
        choose_prompt(replace(SPEC, prompts=SPEC.prompts[:2]), "is there pneumonia?")
    assert caught.value.remedy == 'Ask for "full report", "impression only".'
