"""Read the figures that a run has recorded in history.jsonl."""
import contextlib
import json
import os


def read_history(path):
    """The records of a history.jsonl as dicts, oldest first; [] if there is no such file."""
    records = []
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as history:
            for line in history:
                with contextlib.suppress(ValueError):   # cut off by a kill or a full disk
                    record = json.loads(line)
                    if isinstance(record, dict) and {"step", "minutes"} <= set(record):
                        records.append(record)
    return records


def latest_figures(path, group):
    """{name: value} of the newest record of a group such as "validation"; {} if there is none."""
    records = [record for record in read_history(path)
               if any(name.startswith(group + "/") for name in record)]
    return {name: value for name, value in (records[-1] if records else {}).items()
            if name.startswith(group + "/")}
