"""Names of people in a record, by what stands beside them: a label, a title, a relation, a verb.

No list of names is used: what is found is a word that begins with a capital where a name is expected, and
then the same word elsewhere. Words of medicine and of headings are no names, nor is one that a disease or a
sign is called after.
"""

import re
from collections.abc import Iterator

from mmdesk.media.text import matches


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĖĘĚĞĢĪĮİĶŁŃŅŇŌŐŒŔŘŚŞŠŢȚŤŪŮŰŲŹŻŽ"
_LOWER = "a-zß-öø-ÿāăąćĉċčďđēėęěğģīįıķłńņňōőœŕřśşšţțťūůűųźżž"
_SYLLABLES = rf"[{_UPPER}][{_LOWER}]{{1,20}}"
_QUIET = rf"(?:[DO]')?{_SYLLABLES}(?:{_SYLLABLES})?(?:[-']{_SYLLABLES}){{0,2}}"
_WORD = rf"(?:{_QUIET}(?!\w))"
_LOUD = rf"(?:(?:{_QUIET}|[{_UPPER}]{{2,20}}(?:[-'][{_UPPER}]{{2,20}})?)(?!\w))"
_INITIAL = rf"[{_UPPER}](?:\.|(?![\w'/]))"
_OF = r"(?:(?:von|van|vom|zu|zum|zur|de|del|della|di|da|dos|du|la|le|der|den|ten|ter|bin|al|el|St\.)[ ])"
_BLANK = r"[ \t]{1,3}"


def _name(word: str, most: int) -> str:
    """Words and initials in a row; "Doe, Jane" as well."""
    part = rf"{_OF}{{0,2}}(?:{word}|{_INITIAL})"
    return rf"{_OF}{{0,2}}(?:{word}|{_INITIAL}[ ]{_OF}{{0,2}}{word})(?:{_BLANK}{part}){{0,{most - 1}}}"


_LISTED = rf"{_OF}{{0,2}}{_LOUD}(?:[ -]{_LOUD})?,[ ]?{_LOUD}(?:[ ](?:{_LOUD}|{_INITIAL})){{0,2}}"
_NAME, _ANY = _name(_WORD, 3), _name(_LOUD, 4)

_LABELS = (
    r"(?:patient|pat|pt|full|legal|given|first|middle|last|family|birth|maiden|preferred|mother|father|doctor"
    r"|physician|provider|guardian|spouse|contact|insured|subscriber)(?:'s)?[ ]name"
    r"|name(?:[ ]of[ ](?:the[ ])?(?:patient|mother|father|doctor|physician|parent|child))?"
    r"|surname|forename|alias|next[ ]of[ ]kin|emergency[ ]contact|guardian|accompanied[ ]by|informant"
    r"|(?:referring|attending|ordering|consulting|primary[ ]care|treating|family|admitting|reporting)"
    r"[ ](?:physician|doctor|provider|md|clinician|radiologist|consultant)"
    r"|attending|resident|consultant|surgeon|assistant|anesthesiologist|anaesthetist|radiologist|pathologist"
    r"|cardiologist|pcp|gp|dictated[ ]by|transcribed[ ]by|author|cc"
    r"|nachname|vorname|familienname|geburtsname|name,[ ]?vorname|versicherte[rn]?|angehörige[rn]?"
    r"|hausarzt|hausärztin|überweiser|zuweiser|(?:behandelnde[rn]?|überweisende[rn]?)[ ](?:arzt|ärztin)"
    r"|operateur|befunder|bezugsperson|betreuer(?:in)?"
)
_TITLES = (
    r"(?:Drs?|Prof|Professor|Doctor|Mr|Mrs|Ms|Miss|Mx|Master|Sister|Nurse|Herrn?|Frau|Hr|Fr|Fräulein|Schwester"
    r"|Pfleger|OA|CA|PD|Sir|Dame|Rev|Father|Doktor)"
)
_VERBS = (
    r"(?:seen|examined|signed|dictated|reviewed|reported|referred|performed|transcribed|attended|requested"
    r"|ordered|authored|verified|interviewed|read|interpreted|written|typed|approved|accompanied|evaluated"
    r"|discussed|called|discharged|admitted|operated|untersucht|unterschrieben|überwiesen|befundet|diktiert"
    r"|operiert|behandelt|aufgenommen)[ ](?:by|with|to|on[ ]by|von|durch)[ ]"
)
_RELATIONS = (
    r"(?:wife|husband|spouse|partner|son|daughter|mother|mom|father|dad|brother|sister|aunt|uncle|niece|nephew"
    r"|neighbou?r|friend|Ehefrau|Ehemann|Sohn|Tochter|Mutter|Vater|Bruder|Schwester)"
)
_DEGREES = r"(?:M\.?D|D\.?O|R\.?N|N\.?P|P\.?A(?:-C)?|Ph\.?D|MBBS|MBChB|FACC|FACS|FRCS|FRCP|CRNA|APRN|DDS)\b"
_FROM = rf"(?:\b{_TITLES}\.?{_BLANK}(?:(?:Dr|med|h\.c|Prof|habil)\.?{_BLANK}){{0,3}})"

_SPEAKS = r"(?i:is|was|who|has|at|on|and|reports?|states?|called)"
_AGED = r"(?:[a-z-]{3,12}[ ]){0,2}\d{1,3}[ -]?(?i:y|j|m|w|d)"
# What a name stands in, and whether one word alone may be the name there.
_PLACES = (
    (rf"(?<![\w-])(?i:{_LABELS})[ \t]*[:=][ \t]*{_FROM}?(?P<name>{_LISTED}|{_ANY})", True),
    (rf"(?<![\w-])(?i:patient(?:in)?|pt|pat|re)[ \t]*[:=][ \t]*{_FROM}?(?P<name>{_LISTED}|{_ANY})", False),
    (rf"{_FROM}(?P<name>{_NAME})", True),
    (rf"\bDr(?:e?s)\.?{_BLANK}{_WORD}(?:,[ ]{_WORD})?[ ](?:and|und|&)[ ](?P<name>{_WORD})", True),
    (rf"(?<![\w-])(?P<name>{_NAME}),?[ ]{_DEGREES}", False),
    (rf"\b(?i:{_VERBS}){_FROM}?(?P<name>{_NAME})", False),
    (rf"\b(?i:{_RELATIONS}),?[ ](?P<name>{_NAME})(?=[,.;)]|[ ]{_SPEAKS})", True),
    (rf"(?<![\w-])(?P<name>{_NAME}),?[ ](?:(?:is|was|ist)[ ])?(?:an?|the|eine?)[ ]{_AGED}", False),
    (rf"(?<![\w-])(?P<name>{_NAME})[ ](?=\((?:DOB|MRN|born|geb|\*)|(?:born|geb\.|geboren)[ ])", False),
)
_PATTERNS = tuple((re.compile(place), lone) for place, lone in _PLACES)

# What stands behind a disease or a sign that is called after somebody.
_CALLED = re.compile(
    r"(?:'s?)?[ -](?:disease|syndrome|sign|test|criteria|score|scale|class|classification|procedure|operation"
    r"|fracture|reflex|phenomenon|triad|maneuver|manoeuvre|murmur|lymphoma|sarcoma|tumou?r|stage|grade|line"
    r"|catheter|tube|hernia|palsy|position|index|node|cells?|body|bodies|anomaly|malformation|law|method"
    r"|formula|equation|rule|stain|esophagus|oesophagus|thyroiditis|contracture|fistula|blood|matter|count"
    r"|Krankheit|Syndrom|Zeichen|Test|Score|Kriterien|Fraktur|Operation|Klassifikation)\b",
    re.IGNORECASE,
)
_MEDICAL = re.compile(
    r".*(?:olog(?:y|ist|ie|e|in)|iatr(?:y|ist|ics|ie)|therap(?:y|ist|ie)|surg(?:ery|eon|ical)|itis|oma|osis|emia"
    r"|ämie|ectomy|scopy|graphy|gram|pathy|cillin|mycin|olol|pril|statin|azole|medicine|practice)$",
    re.IGNORECASE,
)
_ORDINARY = _words(
    """
    a an the this that these those he she it they we you i his her its their our my your who which there
    here no not none nil unknown unclear unremarkable normal negative positive stable denies denied
    reports reported states stated presents presented has had have is was are were would can could might
    should must do does did and or but if so then than as at by for from in into of on to with without
    under over after before since until during per via also very well most some any all both each other
    another such only new old same patient patients pt pat doctor physician nurse nursing provider staff
    team clinic clinician department dept hospital unit room bed floor office service services center
    centre care emergency intensive family home date dob mrn id age aged sex gender male female man woman
    boy girl child infant baby adult mother father name surname address phone tel telephone fax mobile
    email e-mail insurance account number nr visit admission discharge diagnosis diagnoses history exam
    examination physical review systems assessment plan impression findings technique comparison
    indication procedure medications medication allergies allergy labs laboratory vitals vital signs
    social past medical surgical present illness chief complaint subjective objective report note notes
    summary letter consult consultation follow followup up pain fever cough blood red large left right
    upper lower days week weeks month months year years hour today yesterday tomorrow morning evening
    night monday tuesday wednesday thursday friday saturday sunday january february march july september
    october november december feb mar apr jun jul aug sep sept oct nov dec chest heart lung lungs abdomen
    brain skin liver kidney spine ct mri mr us ecg ekg eeg pet xray x-ray scan ultrasound echo ed er icu
    nicu op gp pcp md rn np phd respiratory neurologic neurological cardiac cardiovascular pulmonary
    general dear sincerely regards hello thank thanks please see seen signed electronically dictated
    transcribed continue start stop take given english spanish german french american african asian
    caucasian hispanic english-speaking dr drs prof mrs ms miss med yes self primary secondary acute
    chronic mild moderate severe type grade stage der die das ein eine einen einem einer und oder aber
    nicht kein keine mit ohne bei von vom zu zur zum im am auf aus nach seit vor für über unter ist war
    hat hatte wird wurde sie es ich wir ihr sein seine ihre patientin patienten arzt ärztin klinik
    krankenhaus station abteilung praxis datum geb geboren geburtsdatum alter geschlecht männlich weiblich
    diagnose diagnosen anamnese befund beurteilung therapie medikation allergien straße telefon adresse
    anschrift versicherung aufnahme entlassung herr herrn frau doktor januar februar märz mai juni juli
    oktober dezember fallnummer patientennummer unbekannt unauffällig
    """
)
# Words that are names as well.
_ALSO_NAMES = _words(
    """
    april may june august jan white black grey gray green brown young long short small day neck back head
    hand stone grant bush rose wood woods field hill price rich cross case page guy will read best star
    street park lane ward fall winter summer stark
    """
)
_PARTICLES = _words("von van vom zu zum zur de del della di da dos du la le der den ten ter bin al el")
_SPLIT = re.compile(rf"[{_UPPER}{_LOWER}'-]+\.?")
_AGAIN = 4  # letters of a name that is looked for elsewhere in the text


def names_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of names; they may overlap. A title or a label is none of the name."""
    known: set[str] = set()
    for pattern, lone in _PATTERNS:
        for found in matches(pattern, text):
            span = _trimmed(text, *found.span("name"), lone)
            if span is not None:
                yield span
                known.update(word.rstrip(".") for word in _SPLIT.findall(text[slice(*span)]))
    again = [word for word in known if len(word) >= _AGAIN and word.lower() not in _ALSO_NAMES]
    if again:
        same = "|".join(re.escape(word) for word in sorted(again, key=len, reverse=True))
        for found in matches(re.compile(rf"(?<![\w-])(?:{same})(?!\w)"), text):
            if not _CALLED.match(text, found.end()):
                yield found.span()


def _trimmed(text: str, start: int, end: int, lone: bool) -> tuple[int, int] | None:
    """Up to the first word that is no name; None where nothing is left, or not enough: where one word
    alone is no name, two are needed, one of them an initial or a word that is nothing else."""
    kept, words, sure = start, 0, False
    for found in _SPLIT.finditer(text, start, end):
        word = found.group().rstrip(".")
        if word in _PARTICLES:
            continue
        if len(word) == 1:
            kept, dotted = found.end(), found.group() != word
            words, sure = words + dotted, sure or dotted
            continue
        if _is_ordinary(word):
            break
        kept = found.start() + len(word)
        words += 1
        sure = sure or word.lower() not in _ALSO_NAMES
    enough = sure or lone if words > 1 else lone and kept > start + 2
    return (start, kept) if enough and not _CALLED.match(text, kept) else None


def _is_ordinary(word: str) -> bool:
    lower = word.lower().removesuffix("'s")
    return lower in _ORDINARY or (lower not in _ALSO_NAMES and _MEDICAL.match(lower) is not None)
