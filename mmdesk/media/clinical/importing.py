"""The one way to read a record, whatever its format. What reads a format is imported with the first file
of it."""

from mmdesk.media.clinical.values import LabValue
from mmdesk.media.files import Format
from mmdesk.media.text import read_text


def read_record(data: bytes, name: str, format: Format) -> str | tuple[LabValue, ...]:
    """The text of a record, or the values, one at least, of a file that holds such. Raises InputProblem."""
    match format:
        case Format.CSV:
            from mmdesk.media.clinical.sheet import read_csv

            return read_csv(data, name)
        case Format.XLSX:
            from mmdesk.media.clinical.sheet import read_xlsx

            return read_xlsx(data, name)
        case Format.FHIR:
            from mmdesk.media.clinical.fhir import read_fhir

            return read_fhir(data, name)
        case Format.HL7:
            from mmdesk.media.clinical.hl7 import read_hl7

            return read_hl7(data, name)
        case Format.PDF:
            from mmdesk.media.clinical.pdf import read_pdf

            return read_pdf(data, name)
    return read_text(data, name)
