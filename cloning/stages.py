"""The stages of a clone: programs of this project that run one after the other.

The work folder keeps their results and stages.json, which says which stages are finished and what
they were made of. A stage runs again if its command or what it reads has changed.
"""
import errno
import hashlib
import json
import math
import os
import re
import shlex
import time
from collections import namedtuple

from common import files
from common.errors import ConflictingOutput, InputError
from datasets.corpus_files import walk_files

# name: short; program: the function main(arguments) of a program; command: how it is called on the
# command line; arguments: list; inputs: files and folders that it reads; folder: that it writes
# into; output: the file or folder that exists when it has finished; existing: what it does with a
# folder that exists, one of the three below; conditions: list of what else the output depends on
Stage = namedtuple("Stage", "name program command arguments inputs folder output existing "
                            "conditions")
Stage.__new__.__defaults__ = ((),)
UPDATES = "updates"     # it brings the folder up to date, or raises ConflictingOutput
RESUMES = "resumes"     # it continues an unfinished output of the same inputs
REFUSES = "refuses"     # it makes the output completely or not at all
MAX_HASHED = 1 << 22    # bytes; the time of change stands for the content of larger files
CONSENT = "--consent"
NOT_READ = re.compile(r"(\.DS_Store|\.directory|\.localized|Thumbs\.db|desktop\.ini|"
                      r"reviewed\.tsv|.*\.orig)$")
# they do not change what is learnt
NOT_IN_FINGERPRINT = ("--steps", "--threads", "--workers", CONSENT)


def command_line_of(stage):
    """The equivalent command of a stage, for a shell."""
    return " ".join(["python", stage.command] + [shlex.quote(word) for word in stage.arguments])


class StageLog(object):
    """stages.json in the work folder: {stage: {"fingerprint", "seconds", "finished", …}}.

    "steps" is the step that a training could reach, or null, "hours" the time that this limit comes
    from, or null, and "consent" the consent that it recorded, or null. A finished training goes on
    if it may reach a later step, and runs again, without training, to record another consent.
    """

    def __init__(self, folder):
        self.folder, self.path = folder, os.path.join(folder, "stages.json")
        self.stages = {}
        if os.path.exists(self.path):
            self.stages = {name: entry
                           for name, entry in files.read_json_object(self.path, {}).items()
                           if _is_entry(entry)}

    def is_finished(self, stage, mark=None):
        """`mark` is the fingerprint of the stage, if it is known: large corpora take long."""
        entry = self.stages.get(stage.name)
        return bool(entry and entry["finished"] and os.path.exists(stage.output)
                    and entry["fingerprint"] == (mark or fingerprint(stage))
                    and entry.get("consent") in (None, _option(stage, CONSENT))
                    and step_limit(stage) <= (entry.get("steps") or math.inf))

    def seconds(self, names):
        """Seconds that the stages of these names have taken."""
        return sum(self.stages[name]["seconds"] for name in names if name in self.stages)

    def step_limit(self, stage, hours):
        """The step that the stage, a training, could reach when it last ran within `hours`."""
        entry = self.stages.get(stage.name)
        return (entry.get("steps") if entry and entry.get("hours") == hours
                and entry["fingerprint"] == fingerprint(stage) else None)

    def run(self, stage, mark=None, hours=None, finishes=True):
        """Run a stage unless it is finished. Returns the exit status of its program.

        A folder that the program could not continue is moved aside first. `mark` as in is_finished;
        `hours`: the time that the limit of the steps comes from. A stage that only begins its work
        does not `finish`. Raises InputError with the stage's name.
        """
        mark = mark or fingerprint(stage)
        if self.is_finished(stage, mark):
            return 0
        entry = self.stages.get(stage.name)
        same = bool(entry and entry["fingerprint"] == mark)
        if os.path.exists(stage.folder) and not (
                stage.existing == UPDATES or (stage.existing == RESUMES and same)):
            _move_aside(stage.folder)
        spent = entry["seconds"] if same else 0.0
        start = time.monotonic()

        def write(finished):
            limit = step_limit(stage)
            self.stages[stage.name] = {"fingerprint": mark, "finished": finished,
                                       "steps": None if limit == math.inf else limit,
                                       "hours": hours,
                                       "consent": _option(stage, CONSENT),
                                       "seconds": spent + time.monotonic() - start}
            files.write_json(self.path, self.stages)

        write(False)
        try:
            try:
                status = stage.program(stage.arguments) or 0
            except ConflictingOutput:
                if stage.existing != UPDATES:
                    raise
                _move_aside(stage.folder)
                status = stage.program(stage.arguments) or 0
        except InputError as error:
            raise InputError("%s (stage %s; after the change, the same command goes on from it)"
                             % (error, stage.name))
        finally:
            write(False)
        if not status and finishes:
            write(True)
        return status


def _is_entry(entry):
    """Whether an entry of stages.json has the fields of one. Otherwise the stage runs again."""
    return (isinstance(entry, dict) and isinstance(entry.get("fingerprint"), str)
            and type(entry.get("finished")) is bool
            and all(type(entry.get(name)) in (int, float, type(None))
                    for name in ("steps", "hours"))
            and type(entry.get("seconds")) in (int, float))


def step_limit(stage):
    """The step that a training may reach (--steps); math.inf without a limit."""
    return int(_option(stage, "--steps") or 0) or math.inf


def _option(stage, name):
    """The value of an option of the stage, or None."""
    arguments = stage.arguments
    return arguments[arguments.index(name) + 1] if name in arguments else None


def fingerprint(stage):
    """A hash of the command, of all files that are read, and of the conditions."""
    arguments = list(stage.arguments)
    for option in NOT_IN_FINGERPRINT:
        if option in arguments:
            index = arguments.index(option)
            del arguments[index:index + 2]
    content = json.dumps([stage.command, arguments, [list(_files_of(path))
                                                     for path in stage.inputs]]
                         + list(stage.conditions))
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _files_of(path):
    """(relative path, size, hash or time of change) of a file, or of all files in a folder.

    Pipes, devices and links to missing files are left out, as by the readers of a corpus; also
    files of file managers and of the review, which no reader reads.
    """
    names = [path]
    if os.path.isdir(path):
        names = sorted(os.path.join(path, name) for name, _ in walk_files(path, [])
                       if not NOT_READ.match(os.path.basename(name)))
    for name in filter(os.path.isfile, names):
        status = os.stat(name)
        state = status.st_mtime_ns
        if status.st_size <= MAX_HASHED:
            with open(name, "rb") as file:
                state = hashlib.sha256(file.read()).hexdigest()
        yield os.path.relpath(name, os.path.dirname(path)), status.st_size, state


def _move_aside(path):
    """Rename a folder that was made of other data or settings, and say so."""
    for number in range(1, 1000):
        target = "%s.old-%d" % (path, number)
        if not os.path.exists(target):
            os.replace(path, target)
            print("%s: made of other data or settings; moved to %s" % (path, target))
            return
    raise OSError(errno.EEXIST, "too many old results; delete some", path)
