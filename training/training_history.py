"""Read the figures that a run has recorded in history.jsonl."""
import contextlib
import os

from common import files
from common.errors import InputError


def read_history(path):
    """The records of a history.jsonl as dicts, oldest first; [] if there is no such file."""
    records = []
    if os.path.isfile(path):
        with open(path, encoding="utf-8", errors="replace") as history:
            for line in history:
                with contextlib.suppress(InputError):   # cut off by a kill or a full disk
                    record = files.parse_json(line, path)
                    if _is_record(record):
                        records.append(record)
    return records


def _is_record(record):
    """Whether a JSON value is an object with step, minutes, and figures that are numbers."""
    return (isinstance(record, dict) and type(record.get("step")) is int
            and all(type(value) in (int, float) for name, value in record.items()
                    if "/" in name or name == "minutes") and "minutes" in record)


def latest_figures(path, group):
    """{name: value} of the newest record of a group such as "validation"; {} if there is none."""
    records = [record for record in read_history(path)
               if any(name.startswith(group + "/") for name in record)]
    return {name: value for name, value in (records[-1] if records else {}).items()
            if name.startswith(group + "/")}
