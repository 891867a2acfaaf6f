"""Switches off what libraries would report of themselves; the product's own figures are `/metrics`.

Some read the environment when they are imported, and some report from native code, which no guard inside the
interpreter sees. So this runs before any of them can be imported: as soon as any room is.
"""

import os
from typing import Final

_OFF: Final = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime on Linux sends usage events and keeps a device id
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, below faster-whisper
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",  # whoever keeps to the common sign (consoledonottrack.com)
}


def switch_off() -> None:
    """Say no for this process and those it starts, whatever the environment said before."""
    os.environ.update(_OFF)
