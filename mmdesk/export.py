"""A report as a file: Markdown, plain text or JSON."""

import contextlib
import json
from pathlib import Path

from mmdesk.case import new_id
from mmdesk.errors import UserProblem
from mmdesk.report import Report


def save_report(path: Path, report: Report) -> None:
    """JSON for .json, plain text for .txt, else Markdown. Written in one step: whoever reads `path`
    finds the old file or the whole new one. Raises UserProblem."""
    part = path.with_name(f".mmdesk-{new_id()}.part")  # the name says nothing of what is in it
    try:
        part.write_text(_text(report, path.suffix.lower()), encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror or "the disk gave an error"
        raise UserProblem(path.name, f"the report cannot be written ({reason})", "Name another.") from error


def _text(report: Report, suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"
    return report.to_text() if suffix == ".txt" else report.to_markdown()
