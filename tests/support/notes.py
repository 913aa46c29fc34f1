"""Notes of people who do not exist, and where in them stands what tells who they are.

Names, streets and numbers are drawn by a seed from lists that the program does not know. Some of what a
note says can only be found by who knows names: it counts as missed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from mmdesk.media.identifiers import Kind, Span


def words(text: str) -> list[str]:
    return text.split()


FIRST = words(
    """
    Ottoline Tobias Ingrid Leopold Marisol Dmitri Aiko Fatima Gwendolyn Ezra Rosalind Kwame Henrike Anselm
    Beatrix Cormac Délia Øystein Zofia Jürgen Seán Noor Calliope Thaddeus Mei Lorenzo Saoirse Björn
    Katharina April June Grace Mark Rose
    """
)
LAST = words(
    """
    Quillfeather Abernathy Okonkwo Vandermeer Castellanos Brzezinski Hallorann Lindqvist Pemberton Schröder
    Nakamura Fitzwilliam Oyelaran Dubois Marchetti Thornbury Weißmann O'Shaughnessy McAllister Smith-Rowe
    Brown White Young Long Day Stone Wójcik Hernández Yıldız Kowalska Müller-Lüdenscheidt Parkinson Murphy
    Wilson
    """
)
STREETS = words("Maple Elm Kensington Harbour Oakridge Victoria Chestnut Fairview")
GERMAN_STREETS = words("Hauptstraße Lindenallee Goetheplatz Schillerstr. Uferweg Rosengasse")
TOWNS = words("Springfield Aberdeen Riverton Lakewood Cambridge")
GERMAN_TOWNS = words("Heidelberg Köln Regensburg Freiburg")
MONTHS = words("January February March April May June July August September October November December")
GERMAN_MONTHS = words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")

# What looks like them and tells nothing of a person.
DISTRACTORS = """
BP 120/80 mmHg, HR 72/min, RR 16, SpO2 98% on room air, T 38.9 C.
WBC 14.2 x10^9/L, Hb 9.8 g/dL, platelets 410, CRP 96 mg/L, creatinine 1.1 mg/dL.
Grade 3/6 systolic murmur at the apex; strength 5/5 in all four limbs; reflexes 2/4.
Murphy sign negative. Known Parkinson disease and Wilson's disease. No Hodgkin lymphoma.
Amoxicillin 500 mg three times a day for 10 days; paracetamol 15 mg/kg every 6 hours.
HbA1c 6.5 %, TSH 2.10, ferritin 15-150 ng/mL, pH 7.35-7.45, INR 2.0-3.0.
Ejection fraction 55-60 %. L4/5 disc. C5-C6. Gleason 3+4=7. NYHA class II-III.
The 4-year-old boy presents with cough and fever for 3 days.
Dr. was informed. Seen by Cardiology and reviewed with Radiology.
Patient: stable. Name of drug: Metformin. Surgeon: none. Plan: Continue.
White blood cells raised, Brown sputum, Long history. Stage IIIA, T2N1M0. Day 3 of treatment.
Pain 7/10. Gravida 2, para 1. Took 1-2 tablets. Lives with two children on the 3rd floor.
Vitamin D 2000 IU daily. He quit smoking in 1998. May 5 mg be given? Ward 12, bed 4.
Follow-up in 2 weeks with Chest X-Ray. Apgar 9/10. 24-hour urine 1500 ml. 3/52 of pain.
Babinski reflex absent, McBurney point tender, Glasgow Coma Scale 15, Kawasaki disease excluded.
Blutdruck 130/85 mmHg, Puls 88/min, Temperatur 37,8 °C, Leukozyten 11.200/µl.
Keine Allergien. Nikotin 20 Packungsjahre. Morbus Crohn seit 2004. Zustand nach Appendektomie.
""".strip().splitlines()


@dataclass
class Note:
    text: str = ""
    spans: tuple[tuple[Kind, Span], ...] = ()

    def say(self, *parts: str | tuple[Kind, str]) -> None:
        for part in parts:
            words = part if isinstance(part, str) else part[1]
            if not isinstance(part, str):
                span = len(self.text), len(self.text) + len(words)
                self.spans = (*self.spans, (part[0], span))
            self.text += words
        self.text += "\n"


def note(seed: int) -> Note:
    """Ten to twenty lines, of which about half tell something of a person."""
    random_ = random.Random(seed)
    made = Note()
    maker = _Maker(random_)
    lines: list[Callable[[Note], None]] = random_.sample(maker.lines(), 9)
    lines += [lambda note, line=line: note.say(line) for line in random_.sample(DISTRACTORS, 8)]
    random_.shuffle(lines)
    for line in lines:
        line(made)
    return made


class _Maker:
    def __init__(self, random_: random.Random) -> None:
        self._random = random_
        self._first, self._last = random_.choice(FIRST), random_.choice(LAST)

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _digits(self, count: int) -> str:
        return "".join(self._random.choices("0123456789", k=count - 1)) + self._one(*"123456789")

    def _name(self) -> tuple[Kind, str]:
        first, last = self._random.choice(FIRST), self._random.choice(LAST)
        initial = self._one(*"ABCDEFG")
        return Kind.NAME, self._one(f"{first} {last}", f"{first} {initial}. {last}", f"{first[0]}. {last}")

    def _full(self) -> tuple[Kind, str]:
        return Kind.NAME, f"{self._first} {self._last}"

    def _surname(self) -> tuple[Kind, str]:
        return Kind.NAME, self._random.choice(LAST)

    def _date(self) -> tuple[Kind, str]:
        day, month, year = (self._random.randint(*bounds) for bounds in ((1, 28), (1, 12), (1931, 2024)))
        word, german = MONTHS[month - 1], GERMAN_MONTHS[month - 1]
        return Kind.DATE, self._one(
            f"{month:02}/{day:02}/{year}", f"{month}/{day}/{year % 100:02}", f"{day:02}.{month:02}.{year}",
            f"{year}-{month:02}-{day:02}", f"{day} {word} {year}", f"{word} {day}, {year}", f"{word} {year}",
            f"{month:02}/{year}", f"{day}. {german} {year}", f"{day:02}-{word[:3].upper()}-{year}",
            f"{word} {day}th, {year}", f"{day}th of {word} {year}", f"{day}.{month}.{year % 100:02}",
        )  # fmt: skip

    def _phone(self) -> tuple[Kind, str]:
        d = self._digits
        return Kind.PHONE, self._one(
            f"({d(3)}) {d(3)}-{d(4)}", f"{d(3)}-{d(3)}-{d(4)}", f"+49 {d(3)} {d(7)}", f"0{d(3)}/{d(6)}",
            f"+1 {d(3)} {d(3)} {d(4)}", f"020 {d(4)} {d(4)}", f"{d(3)}.{d(3)}.{d(4)}",
        )  # fmt: skip

    def _number(self) -> tuple[Kind, str]:
        letters = self._one("", "A", "K-", "PX")
        return Kind.NUMBER, self._one(f"{letters}{self._digits(8)}", f"{self._digits(4)}-{self._digits(3)}")

    def _address(self) -> tuple[Kind, str]:
        house, town = self._random.randint(1, 400), self._random.choice(TOWNS)
        street = f"{self._random.choice(STREETS)} {self._one('Street', 'Avenue', 'Road', 'Lane', 'St', 'Dr')}"
        german = f"{self._one(*GERMAN_STREETS)} {house}, {self._digits(5)} {self._one(*GERMAN_TOWNS)}"
        return Kind.ADDRESS, self._one(
            f"{house} {street}", f"{house} {street}, {town}", german,
            f"{house} {street}, {town}, OH {self._digits(5)}",
        )  # fmt: skip

    def _mail(self) -> tuple[Kind, str]:
        return Kind.EMAIL, f"{self._first}.{self._digits(3)}@{self._one('mail.org', 'clinic.co.uk')}".lower()

    def lines(self) -> list[Callable[[Note], None]]:
        """Each says one thing in one of its usual forms."""
        one, age = self._one, str(self._random.randint(90, 104))
        forms: list[Callable[[], tuple]] = [
            lambda: (one("Patient: ", "Name: ", "Patient name: ", "Pt: "), self._full()),
            lambda: (one("Name: ", "Patient: "), (Kind.NAME, f"{self._last.upper()}, {self._first}")),
            lambda: (self._full(), f" is a {one('45', '7')}-year-old {one('man', 'woman')} with cough."),
            lambda: (one("Mr. ", "Mrs ", "Ms. ", "Miss "), self._surname(), " reports pain since Monday."),
            lambda: ("Referred by Dr. ", self._name(), " for a second opinion."),
            lambda: ("Seen by ", self._name(), one(".", " in clinic.", ", who agreed.")),
            lambda: (one("Attending: ", "Referring physician: Dr. ", "Hausarzt: Dr. "), self._name()),
            lambda: ("Electronically signed by ", self._name(), ", MD on ", self._date()),
            lambda: (self._name(), one(", MD", ", RN", ", PhD"), " dictating."),
            lambda: (one("Herr ", "Frau ", "Frau Dr. "), self._surname(), " stellt sich heute vor."),
            lambda: (one("His wife, ", "Her son "), (Kind.NAME, one(*FIRST)), " is at the bedside."),
            lambda: ("Spoke to ", self._name(), " about the results."),  # who does not know names misses it
            lambda: (one("DOB: ", "Date of birth: ", "geb. ", "born "), self._date()),
            lambda: ("Admitted on ", self._date(), " and discharged on ", self._date(), "."),
            lambda: ("Last seen ", self._date(), "; CT of ", self._date(), " unchanged."),
            lambda: ("Symptoms began on ", (Kind.DATE, f"{one(*MONTHS)} {self._random.randint(1, 28)}"), "."),
            lambda: (one("MRN: ", "Medical record number: ", "Patient ID: ", "Fallnummer: "), self._number()),
            lambda: (one("Insurance ID ", "Account #", "Versichertennummer: "), self._number()),
            lambda: ("SSN ", (Kind.NUMBER, f"{self._digits(3)}-{self._digits(2)}-{self._digits(4)}")),
            lambda: (one("Phone: ", "Tel. ", "Call ", "Mobile "), self._phone(), "."),
            lambda: ("Reachable under ", self._phone(), " or ", self._mail()),
            lambda: (one("Address: ", "Lives at ", "wohnhaft: "), self._address(), "."),
            lambda: (one("A ", "This "), (Kind.AGE, age), one("-year-old", " year old", " y/o"), " woman."),
        ]  # fmt: skip
        return [lambda note, form=form: note.say(*form()) for form in forms]
