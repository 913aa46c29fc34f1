"""Bytes in, arrays and facts out. Knows the case and the errors, nothing of models or windows."""

import sys

# pydicom would import it to download its test files, and it tries a socket as it is imported.
sys.modules.setdefault("requests", None)  # type: ignore[arg-type]
