"""The stages of a clone: programs of this project that run one after the other.

The work folder keeps their results and stages.json, which says which stages are finished and what
they were made of. A stage runs again if its command or what it reads has changed.
"""
import errno
import hashlib
import json
import math
import os
import shlex
import time
from collections import namedtuple

from common import files
from common.errors import InputError

# name: short; program: the function main(arguments) of a program; command: how it is called on the
# command line; arguments: list; inputs: files and folders that it reads; output: the file or folder
# that it makes; existing: what it does with an output that exists, one of the three below
Stage = namedtuple("Stage", "name program command arguments inputs output existing")
UPDATES = "updates"     # it brings the output up to date, whatever that was made of
RESUMES = "resumes"     # it continues an unfinished output of the same inputs
REFUSES = "refuses"     # it makes the output completely or not at all
MAX_HASHED = 1 << 22    # bytes; the time of change stands for the content of larger files
NOT_IN_FINGERPRINT = ("--steps", "--threads", "--workers")      # they do not change what is learnt


def command_line_of(stage):
    """The equivalent command of a stage, for a shell."""
    return " ".join(["python", stage.command] + [shlex.quote(word) for word in stage.arguments])


class StageLog(object):
    """stages.json in the work folder: {stage: {"fingerprint", "seconds", "finished", "steps"}}.

    "steps" is the step that a training could reach, or null. A finished training goes on if it may
    reach a later step.
    """

    def __init__(self, folder):
        self.folder, self.path = folder, os.path.join(folder, "stages.json")
        self.stages = {}
        if os.path.exists(self.path):
            self.stages = files.read_json_object(self.path, {})

    def is_finished(self, stage):
        entry = self.stages.get(stage.name)
        return bool(entry and entry["finished"] and os.path.exists(stage.output)
                    and entry["fingerprint"] == fingerprint(stage)
                    and step_limit(stage) <= (entry.get("steps") or math.inf))

    def seconds(self):
        """Seconds that all stages have taken."""
        return sum(entry["seconds"] for entry in self.stages.values())

    def run(self, stage, finishes=True):
        """Run a stage unless it is finished. Returns the exit status of its program.

        An output that the program could not continue is moved aside first. A stage that only
        begins its work does not `finish`. Raises InputError with the stage's name.
        """
        if self.is_finished(stage):
            return 0
        mark, entry = fingerprint(stage), self.stages.get(stage.name)
        same = bool(entry and entry["fingerprint"] == mark)
        if os.path.exists(stage.output) and not (
                stage.existing == UPDATES or (stage.existing == RESUMES and same)):
            print("%s: made of other data or settings; moved to %s"
                  % (stage.output, _move_aside(stage.output)))
        spent = entry["seconds"] if same else 0.0
        start = time.monotonic()

        def write(finished):
            limit = step_limit(stage)
            self.stages[stage.name] = {"fingerprint": mark, "finished": finished,
                                       "steps": None if limit == math.inf else limit,
                                       "seconds": spent + time.monotonic() - start}
            files.write_json(self.path, self.stages)

        write(False)
        try:
            status = stage.program(stage.arguments) or 0
        except InputError as error:
            raise InputError("%s (stage %s; after the change, the same command goes on from it)"
                             % (error, stage.name))
        finally:
            write(False)
        if not status and finishes:
            write(True)
        return status


def step_limit(stage):
    """The step that a training may reach (--steps); math.inf without a limit."""
    arguments = stage.arguments
    return int(arguments[arguments.index("--steps") + 1]) if "--steps" in arguments else math.inf


def fingerprint(stage):
    """A hash of the command and of all files that are read."""
    arguments = list(stage.arguments)
    for option in NOT_IN_FINGERPRINT:
        if option in arguments:
            index = arguments.index(option)
            del arguments[index:index + 2]
    content = json.dumps([stage.command, arguments, [list(_files_of(path))
                                                     for path in stage.inputs]])
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _files_of(path):
    """(relative path, size, hash or time of change) of a file, or of all files in a folder."""
    if not os.path.isdir(path):
        names = [path] if os.path.exists(path) else []
    else:
        names = sorted(os.path.join(folder, name) for folder, _, names in os.walk(path)
                       for name in names)
    for name in names:
        status = os.stat(name)
        state = status.st_mtime_ns
        if status.st_size <= MAX_HASHED:
            with open(name, "rb") as file:
                state = hashlib.sha256(file.read()).hexdigest()
        yield os.path.relpath(name, os.path.dirname(path)), status.st_size, state


def _move_aside(path):
    for number in range(1, 1000):
        target = "%s.old-%d" % (path, number)
        if not os.path.exists(target):
            os.replace(path, target)
            return target
    raise OSError(errno.EEXIST, "too many old results; delete some", path)
