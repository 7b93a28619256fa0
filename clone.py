"""Clone a voice: from recordings to a voice in one command.

    python clone.py recordings --name mina --consent own
    python clone.py interview.mp3 --script interview.txt --name jun --consent given --hours 2
    python synthesize.py TEXT.txt --voice voices/mina

The recordings are a corpus with transcripts, or long recordings with or without the text that was
read. The same command goes on after an interruption, and after a change of the recordings it
repeats only what depends on them.
"""
import contextlib
import os
import re
import sys

import korean
from cloning import recordings
from cloning.plan import MEASURED_STEPS, Plan, last_step, measure_step_seconds, steps_within
from cloning.stages import StageLog, command_line_of, fingerprint
from common import command_line, files
from common.errors import InputError
from common.folder_lock import FolderLock
from common.hparam_set import create_hparams
from hparams import PRESETS
from training import run_folder
from training.consent import add_consent_option, require_consent
from training.run_folder import MODEL_FOLDERS

BASE_VOICE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "voices", "base")
NO_BASE = "none"
LOCK_WAIT = 3.0     # [s]; the worker processes of a killed clone.py end within a second


def main(arguments):
    options = _create_parser().parse_args(arguments)
    options.recordings = _normalize_path(options.recordings)
    options.script = options.script and _normalize_path(options.script)
    if options.lexicon:
        options.lexicon = _normalize_path(options.lexicon)
        korean.load_lexicon(options.lexicon)        # errors before the first stage
    work = options.work or os.path.join("logs", "clone-" + options.name)
    base, hp = _load_base(options)
    if os.path.isdir(options.recordings) and _is_inside(work, options.recordings):
        raise InputError("%s: the results would be inside the recordings; choose a --work outside"
                         % work)
    found = recordings.find(options.recordings, options.script, os.path.join(work, "corpus"))
    os.makedirs(work, exist_ok=True)
    lock = FolderLock(work, "another clone.py is working in this folder; wait until it ends, or "
                            "choose another --work", LOCK_WAIT)
    with contextlib.closing(lock):
        return _clone(options, work, base, hp, found)


def _clone(options, work, base, hp, found):
    """Run the stages that are not finished. Returns the exit status."""
    log = StageLog(work)
    voice = os.path.join("voices", options.name)
    if os.path.exists(voice) and "export" not in log.stages:
        raise InputError("--name %s: %s exists and was not made by this command; choose another "
                         "name" % (options.name, voice))
    consent = _remember_consent(options, work)
    plan = Plan(options.recordings, options.script, found.format is None, options.name, work, voice,
                base, hp, options.preset, consent, options.threads, options.lexicon)
    _print_plan(plan, found, options)
    status = (_run_all(log, plan.preparation()) or _train(plan, log, options)
              or _run_all(log, plan.completion()))
    if not status:
        print("evaluation: %s\nspoken: %s\nvoice: %s" % (
            plan.path("evaluation/evaluation.html"), plan.path("spoken"), voice))
    return status


def _normalize_path(path):
    """A path in one spelling, so that the stages are the same: relative in the current folder."""
    return os.path.relpath(path) if _is_inside(path, os.curdir) else os.path.abspath(path)


def _is_inside(path, folder):
    folder = os.path.realpath(folder)
    return os.path.commonpath([os.path.realpath(path), folder]) == folder


def _load_base(options):
    """(folder or None, HParams) of the voice to start from, or of the preset."""
    if not re.fullmatch(r"[\w-]+", options.name):
        raise InputError("--name %s: should consist of letters, digits, _ and -" % options.name)
    if options.preset and options.base:
        raise InputError("--preset trains from scratch; leave out --base")
    if options.preset or options.base == NO_BASE:
        options.preset = options.preset or "small"
        return None, create_hparams(options.preset)
    base = _normalize_path(options.base or BASE_VOICE)
    runs = [run_folder.load_run(os.path.join(base, name), name) for name in MODEL_FOLDERS]
    if options.name in runs[0].speakers:
        raise InputError("--name %s: is a speaker of %s; choose another name"
                         % (options.name, base))
    return base, runs[0].hp


def _remember_consent(options, work):
    """The consent that is given now, or was given before for the same recordings."""
    path, stored = os.path.join(work, "consent.json"), {}
    if os.path.exists(path):
        stored = files.read_json_object(path, {"consent": (str,)})
    if stored.get("recordings") != options.recordings:      # perhaps those of another person
        stored = {}
    consent = require_consent(options.consent, stored.get("consent"))
    files.write_json(path, {"consent": consent, "recordings": options.recordings})
    return consent


def _print_plan(plan, found, options):
    kind = ("a corpus (%s) of %d recordings" % (found.format, found.count) if found.format else
            "%d recording%s to be split%s" % (found.count, "s" * (found.count > 1),
                                              ", with a script" if plan.script else ""))
    print("%s: %s, %.1f minutes" % (plan.recordings, kind, found.seconds / 60))
    print("start from: %s" % (plan.base or "scratch (preset %s)" % plan.preset))
    if options.hours:
        print("time: at most %g hours" % options.hours)
    stages = plan.preparation() + [plan.training(name) for name in MODEL_FOLDERS]
    print("stages: %s, export, evaluate, speak" % ", ".join(stage.name for stage in stages))


def _train(plan, log, options):
    """Train both models; returns the exit status."""
    hp, step_seconds = plan.train_hp(), {}
    train_steps = options.steps or hp.train_steps
    # the history has the time of the steps at which summaries are written
    measured_steps = max(MEASURED_STEPS, 2 * hp.summary_interval)
    if train_steps > measured_steps:
        status, step_seconds = _measure_steps(plan, log, measured_steps)
        if status:
            return status
        for name, limit in _limit_steps(plan, log, options.hours, step_seconds,
                                        train_steps).items():
            rest = max(0, limit - last_step(plan.history(name)))
            print("%s: %.2f s per step, at most %d steps more: %.0f minutes; it ends earlier when "
                  "it stops improving" % (name, step_seconds[name], rest,
                                          step_seconds[name] * rest / 60))
    for name in MODEL_FOLDERS:
        limit, hours = options.steps, None
        if options.hours and step_seconds:
            # again: what the first training has not needed is left for the second
            limit = _limit_steps(plan, log, options.hours, step_seconds, train_steps)[name]
            hours = options.hours if limit < train_steps else None
        status = _run(log, plan.training(name, limit), hours)
        if status:
            return status
    return 0


def _limit_steps(plan, log, hours, step_seconds, train_steps):
    """{model_type: the step that its training may reach}: `train_steps`, or less within `hours`.

    The same command has the same limits when it goes on.
    """
    limits = {}
    seconds_left = hours and 3600 * hours - log.seconds([s.name for s in plan.preparation()])
    for name in MODEL_FOLDERS:
        limits[name] = train_steps
        if hours:
            limits[name] = min(train_steps, log.step_limit(plan.training(name), hours)
                               or steps_within(seconds_left, step_seconds[name], name))
            # the limit counts from the first step, so that earlier training is in it already
            finished = log.is_finished(plan.training(name, limits[name]))
            seconds_left -= (log.seconds([name]) if finished else
                             step_seconds[name] * limits[name])
    return limits


def _measure_steps(plan, log, steps):
    """(exit status, {model_type: seconds per step}), from the first steps of both trainings."""
    step_seconds = {}
    for name in MODEL_FOLDERS:
        history = plan.history(name)
        if not measure_step_seconds(history):
            print("%s: measuring the time of a step" % name)
            status = log.run(plan.training(name, steps), finishes=False)
            if status:
                return status, step_seconds
        step_seconds[name] = measure_step_seconds(history)
        if not step_seconds[name]:
            raise InputError("%s: has no times of training steps; remove the run %s"
                             % (history, plan.path(name)))
    return 0, step_seconds


def _run_all(log, stages):
    """Run stages until one does not return 0. Returns the exit status."""
    return next(filter(None, (_run(log, stage) for stage in stages)), 0)


def _run(log, stage, hours=None):
    """Run a stage, with one line before and one after it. Returns the exit status."""
    mark = fingerprint(stage)
    if log.is_finished(stage, mark):
        print("%s: finished" % stage.name)
        return 0
    print("%s: %s" % (stage.name, command_line_of(stage)))
    sys.stdout.flush()
    status = log.run(stage, mark, hours)
    if status:
        print("%s: stopped; the same command goes on" % stage.name)
    else:
        print("%s: finished in %.1f minutes" % (stage.name, log.stages[stage.name]["seconds"] / 60))
    return status


def _create_parser():
    parser = command_line.Parser(prog="clone.py", description=__doc__.split("\n")[0])
    parser.add_argument("recordings", metavar="RECORDINGS",
                        help="a corpus with transcripts, a recording, or a folder of recordings")
    parser.add_argument("--name", required=True, help="name of the voice: voices/NAME")
    parser.add_argument("--script", metavar="FILE", help="the text that was read, UTF-8")
    parser.add_lexicon_option()
    parser.add_argument("--hours", type=command_line.positive_float, metavar="H",
                        help="end within this time; default: when the voice stops improving")
    add_consent_option(parser)
    parser.add_argument("--base", metavar="VOICE",
                        help="voice to start from; default: voices/base; none: from scratch")
    parser.add_argument("--preset", choices=sorted(PRESETS), metavar="NAME",
                        help="train from scratch with this preset")
    parser.add_argument("--steps", type=command_line.positive_int, metavar="N",
                        help="train each model at most to this step")
    parser.add_argument("--work", metavar="DIR",
                        help="folder of the intermediate results; default: logs/clone-NAME")
    parser.add_argument("--threads", type=command_line.positive_int, default=0, metavar="N",
                        help="CPU threads of the trainers; default: all")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
