"""Clinical notes without the words that name their diagnosis, or tell of the pandemic."""

import re

# Names of the diagnoses, of what causes them and of the tests that find it.
DIAGNOSIS = re.compile(
    r"\S*(?:covid|sars|ncov|corona|pneumocyst|jiroveci|mycoplasm|klebsiel|legionel|strepto|pneumoco|"
    r"staphylo|varicel|chicken ?pox|zoster|lipoid|escherich|influenza|adenovir)\S*"
    r"|\b(?:e\.? ?coli|pcp|pjp|mers|ards|acute respiratory distress(?: syndrome)?|h[1-9]n[1-9]|hiv\S*|aids|"
    r"cd4\S*)\b"
    r"|\S*(?:vir(?:us|al|emi)|bacter|fung|pneumon|pathogen|swab)\S*"
    r"|\b(?:r?rt-?)?pcr\b|\b(?:antigens?|antibod\w+|serolog\w+|assays?|cultures?|tests?|tested|testing|"
    r"positiv\w*|negativ\w*|confirm\w*|diagnos\w+|rna|dna|nucleic)\b",
    re.IGNORECASE,
)
# Where and when tell the pandemic as well as its name does: years, dates, names of places, travel,
# quarantine. A capital inside a sentence begins a name.
CONTEXT = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
    r"|\b(?:pandemic|epidemic\w*|epidemiolog\w*|outbreak\w*|quarantin\w*|isolat\w*|lockdown|travel\w*|trips?|"
    r"flew|flown|flights?|cruise|visit(?:ed|ing|ors?)?|return(?:ed|ing)?|contacts?|expos\w+|cluster\w*|"
    r"wet market|wife|husband|family|countr\w+|city|province|district|protective|ppe)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?:[ -][A-Z][a-z]+)*")


def mask(note: str, context: bool) -> str:
    """The note without the words of its diagnosis; with `context`, without places and dates as well."""
    masked = DIAGNOSIS.sub(" ", note)
    if context:
        masked = CONTEXT.sub(" ", NAME.sub(" ", masked))
    return re.sub(r"\s+", " ", masked)
