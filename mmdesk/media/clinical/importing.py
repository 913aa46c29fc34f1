"""Files of values: which they are, and the one way to read them."""

from mmdesk.media.clinical.fhir import read_fhir
from mmdesk.media.clinical.hl7 import read_hl7
from mmdesk.media.clinical.sheet import read_csv, read_xlsx
from mmdesk.media.clinical.values import LabValue
from mmdesk.media.files import Format

_READERS = {Format.CSV: read_csv, Format.XLSX: read_xlsx, Format.FHIR: read_fhir, Format.HL7: read_hl7}


def read_values(data: bytes, name: str, format: Format) -> tuple[LabValue, ...]:
    """At least one value. Raises InputProblem."""
    return _READERS[format](data, name)


def read_record(data: bytes, name: str, format: Format) -> str | tuple[LabValue, ...]:
    """The text of a record, or the values of a file that holds such. Raises InputProblem."""
    if format in _READERS:
        return read_values(data, name, format)
    if format is Format.PDF:
        from mmdesk.media.clinical.pdf import read_pdf

        return read_pdf(data, name)
    from mmdesk.media.text import read_text

    return read_text(data, name)
