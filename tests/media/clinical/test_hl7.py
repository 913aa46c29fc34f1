from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sheets import oru

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.hl7 import read_hl7
from mmdesk.media.clinical.values import NO_DATE, NOT_FINAL, LabValue
from mmdesk.media.files import Format, sniff

PID = "PID|1||123^^^H||DOE^JANE||19670731|F"
OBR = "OBR|1|||CBC^Blood count^L|||202601310815"


def test_a_message_of_results() -> None:
    data = oru(
        PID, OBR,
        "OBX|1|NM|1988-5^CRP^LN||96.5|mg/L^milligram per litre^UCUM|0.0-5.0|H|||F",
        "OBX|2|SN|6690-2^Leukocytes^LN||>^14.2|10*9/L|4.0-10.0|H~A|||F|||202601301200",
        "OBX|3|ST|NA^Sodium^L^2951-2^Sodium^LN||138|mmol/L|135-145||||F",
        "OBX|4|CWE|72166-2^Smoking^LN||266919005^Never smoked^SCT|||N|||F",
        "OBX|5|TX|NOTE^Comment^L||Fever \\T\\ cough.||||||F",
        "OBX|6|TX|NOTE^Comment^L||No chest pain.\\.br\\Well.||||||F",
        "OBX|7|ED|IMG^Image^L||^^^Base64^AAAA||||||F",
    )  # fmt: skip
    assert sniff(data) is Format.HL7
    when = "2026-01-31T08:15"
    assert read_hl7(data, "a.hl7") == (
        LabValue("CRP", "96.5", 96.5, "", "1988-5", "mg/L", 0.0, 5.0, "H", when, "OBX 1"),
        LabValue(
            "Leukocytes", ">14.2", 14.2, ">", "6690-2", "10*9/L", 4.0, 10.0, "H", "2026-01-30T12:00", "OBX 2"
        ),
        LabValue("Sodium", "138", 138.0, "", "2951-2", "mmol/L", 135.0, 145.0, "", when, "OBX 3"),
        LabValue("Smoking", "Never smoked", code="72166-2", flag="N", date=when, place="OBX 4"),
        LabValue(
            "Comment", "Fever & cough.\nNo chest pain.\nWell.", date=when, place="OBX 5", note=True
        ),
        LabValue("sex", "female", code="46098-0", place="PID"),
        LabValue("age", "58.51", 58.51, "", "30525-0", "a", date=when, place="PID"),
    )  # fmt: skip


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("frame", [("", ""), ("\x0b", "\x1c\r")])
def test_frames_and_ends_of_segments(end: str, frame: tuple[str, str]) -> None:
    text = oru("OBX|1|NM|CRP||96").decode().replace("\r", end)
    data = f"{frame[0]}{text}{frame[1]}".encode()
    assert sniff(data) is Format.HL7
    assert [value.number for value in read_hl7(data, "a")] == [96.0]


def test_other_marks_of_a_message() -> None:
    header = "MSH#*?!+#LAB#H#EHR#H#20260131##ORU*R01#1#P#2.5"
    data = oru("OBX#1#ST#NOTE*A !F! B !S! C !T! D !R! E !E! F !X41!##1#mg", header=header)
    (value,) = read_hl7(data, "a")
    assert value.test == "A # B * C + D ? E ! F A"


def test_several_messages_and_a_batch() -> None:
    two = b"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r" + oru(PID, "OBX|1|NM|CRP||96") + oru(PID, "OBX|1|NM|NA||138")
    data = two + b"BTS|2\rFTS|1\r"
    assert sniff(data) is Format.HL7
    assert [value.test for value in read_hl7(data, "a")] == ["CRP", "sex", "NA", "sex"]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("UNICODE UTF-8", "utf-8"), ("8859/1", "latin-1"), ("", "utf-8"), ("", "cp1252")],
)
def test_character_sets(charset: str, encoding: str) -> None:
    header = f"MSH|^~\\&|LAB|H|EHR|H|20260131||ORU^R01|1|P|2.5||||||{charset}"
    data = oru("OBX|1|NM|HB^Hämoglobin||142|g/L", header=header).decode().encode(encoding)
    assert read_hl7(data, "a")[0].test == "Hämoglobin"


@pytest.mark.parametrize(("status", "count", "doubt"), [
    ("F", 1, ""), ("C", 1, ""), ("", 1, ""), ("P", 1, NOT_FINAL), ("R", 1, NOT_FINAL),
    ("D", 0, ""), ("W", 0, ""), ("X", 0, ""),
])  # fmt: skip
def test_the_status_of_a_result(status: str, count: int, doubt: str) -> None:
    values = read_hl7(oru("OBX|1|NM|NA||138", f"OBX|2|NM|CRP||96||||||{status}"), "a")[1:]
    assert [value.doubt for value in values] == [doubt] * count


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("NM||+96", "+96", None),
        ("SN||^1^:^80", "1:80", None),
        ("SN||^3^-^5", "3-5", None),
        ("ST||< 5", "< 5", 5.0),
        ("ST||a~b", "a, b", None),
        ("NM||NaN", "NaN", None),
    ],
)
def test_kinds_of_values(value: str, text: str, number: float | None) -> None:
    kind, _, content = value.partition("||")
    (read,) = read_hl7(oru(f"OBX|1|{kind}|X||{content}"), "a")
    assert read.text == text
    assert read.number == (96.0 if text == "+96" else number)


URINE = "UR^Urine^HL70487"


@pytest.mark.parametrize(
    "segments",
    [
        ("OBR|1|||X^Chemistry|||||||||||" + URINE, "OBX|1|NM|CREA^Creatinine^L||900|umol/L"),
        ("OBR|1|||UA^Urinalysis^L", "OBX|1|NM|CREA^Creatinine^L||900|umol/L"),
        ("OBR|1|||X^Chemistry", "OBX|1|NM|CREA^Creatinine^L||900|umol/L", "SPM|1|||" + URINE),
    ],
)
def test_what_was_made_of_no_blood_says_so(segments: tuple[str, ...]) -> None:
    serum = ("OBR|2|||Y^Chemistry|||||||||||SER^Serum", "OBX|1|NM|CREA^Creatinine^L||88|umol/L")
    first, second = read_hl7(oru(*segments, *serum), "a")
    assert first.test.startswith("Creatinine (U") and second.test == "Creatinine"


def test_numbers_as_german_systems_write_them() -> None:
    values = read_hl7(oru("OBX|1|NM|A||9,6||0,5-4,2", "OBX|2|NM|B||1.250||150-370^^"), "a")
    assert [(v.number, v.low, v.high) for v in values] == [(9.6, 0.5, 4.2), (1250.0, 150.0, 370.0)]
    (alone,) = read_hl7(oru("OBX|1|NM|B||1.250"), "a")
    assert alone.number == 1.25


@pytest.mark.parametrize("escaped", ["\\XB5\\", "\\XC2B5\\"])
def test_characters_by_their_codes(escaped: str) -> None:
    assert read_hl7(oru(f"OBX|1|NM|A||9|{escaped}mol/L"), "a")[0].unit == "µmol/L"


def test_a_date_that_is_none() -> None:
    (value,) = read_hl7(oru("OBX|1|NM|X||1||||||F|||20269931"), "a")
    assert (value.date, value.doubt) == ("20269931", NO_DATE)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"MSH|", "this file is damaged"),
        (oru(header="MSH|^~\\&|LAB|H|EHR|H|20260131||ADT^A01|1|P|2.5"), "this message holds no results"),
        (oru("OBX|1|NM|X||"), "no values were found in it"),
        (oru(*["OBX|1|NM|X||1"] * 5001), "it holds more than 5,000 values"),
        (oru(PID, "OBX|1|NM|X||1") + oru(PID.replace("123", "124")), "it holds values of several patients"),
        (oru("OBX|1|NM|X||1" + "|" * 2**23), "the file is larger than 8 MB"),
    ],
)
def test_what_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InputProblem) as caught:
        read_hl7(data, "a")
    assert (caught.value.name, caught.value.problem) == ("a", problem) and caught.value.remedy


@given(st.lists(st.text("|^~\\&OBXPIDR1.-<> NMSTX\r\n\x0b", max_size=40), max_size=6))
def test_whatever_is_in_a_message(segments: list[str]) -> None:
    with suppress(InputProblem):
        read_hl7(oru(*segments), "a")
