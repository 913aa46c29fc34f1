"""Bytes in, arrays and facts out. Knows the case and the errors, nothing of models or windows."""
