"""mmdesk: reads an image, a heart sound and a record with one local model and writes a report."""

__version__ = "0.1.0"
