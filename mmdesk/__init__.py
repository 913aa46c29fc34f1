"""mmdesk: reads an image, a heart sound and a record with one local model and writes a report."""

import os

__version__ = "0.1.0"

# The libraries of Hugging Face read these once, when they are imported.
os.environ.update(
    HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1"
)
