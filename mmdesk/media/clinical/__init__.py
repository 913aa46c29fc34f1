"""Clinical files: laboratory sheets, FHIR, HL7 and PDF, as values and text."""
