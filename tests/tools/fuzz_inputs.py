"""Run the programs on generated hostile input, each case in a process with limits.

    python tests/tools/fuzz_inputs.py --cases 10000 --seed 1
    python tests/tools/fuzz_inputs.py --case "recordings/1/17" --keep /tmp/found

A case is ok, a clear error, or a failure: a traceback, killed by a signal, without output for
--timeout, above --megabytes, or an earlier output or an input that has changed. The folders of
failures are kept in --keep with the command and its output; --case repeats one. The modules are
imported once, and a forked process calls main for each case; only the cases in unusual
environments start a new interpreter. Exit status 1 if there is a failure.
"""
import argparse
import collections
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from common.progress_bar import tqdm

from fuzz_cases import KINDS, create_case
from fuzz_process import FAILURES, Limits, run_case

# how often each kind is drawn; a case in a new environment takes seconds
WEIGHTS = collections.OrderedDict([
    ("recordings", 16), ("transcripts", 10), ("names", 8), ("manifests", 12), ("examples", 6),
    ("run.json", 9), ("checkpoints", 6), ("voices", 9), ("texts", 10), ("spoken", 4),
    ("command lines", 9), ("environments", 1)])


def case_names(seed, count, kinds):
    """The names of `count` cases, KIND/SEED/NUMBER."""
    names = [kind for kind in kinds for _ in range(WEIGHTS[kind])]
    choice = random.Random("kinds %d" % seed)
    return ["%s/%d/%d" % (choice.choice(names), seed, number) for number in range(count)]


def run_named_case(name, samples, programs, limits, work, keep):
    """The Result of a case. The folder of a failure is moved to `keep`."""
    folder = tempfile.mkdtemp(prefix="case-", dir=work)
    try:
        case = create_case(name.split("/")[0], random.Random(name), folder, samples)
        result = run_case(case, folder, programs, limits)
        if keep and result.outcome in FAILURES:
            with open(os.path.join(folder, "case.json"), "w") as file:
                json.dump(dict(case._asdict(), stdin=repr(case.stdin), name=name,
                               result=result._asdict()), file, indent=1)
            kept = os.path.join(keep, name.replace("/", "-").replace(" ", "-"))
            shutil.rmtree(kept, ignore_errors=True)
            shutil.move(folder, kept)
        return result
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _work(names, deadline, *arguments):
    """The main function of a worker process; `arguments` end with a queue."""
    queue = arguments[-1]
    with contextlib.suppress(KeyboardInterrupt):
        for name in names:
            if time.time() > deadline:
                break
            queue.put((name, run_named_case(name, *arguments[:-1])))
    queue.put(None)


def run_cases(names, seconds, jobs, samples, programs, limits, work, keep):
    """Yield (name, Result) of the cases, from worker processes, for at most `seconds`."""
    queue, deadline = multiprocessing.Queue(), time.time() + seconds
    workers = [multiprocessing.Process(target=_work, args=(
        names[number::jobs], deadline, samples, programs, limits, work, keep, queue))
        for number in range(jobs)]
    for worker in workers:
        worker.start()
    running = len(workers)
    while running:
        message = queue.get()
        running -= message is None
        if message:
            yield message
    for worker in workers:
        worker.join()


def _report(results):
    """Print the counts, the costs and the failures."""
    outcomes = sorted({result.outcome for _, result in results}, key=lambda each: (each in FAILURES,
                                                                                   each))
    print("%d cases: %s" % (len(results), ", ".join("%d %s" % (
        sum(result.outcome == outcome for _, result in results), outcome) for outcome in outcomes)))
    for kind in KINDS:
        own = [result for name, result in results if name.startswith(kind + "/")]
        if own:
            print("  %-14s %5d cases, %5d ok, %5.2f s each, at most %.1f s and %d MB" % (
                kind, len(own), sum(result.outcome == "ok" for result in own),
                sum(result.seconds for result in own) / len(own),
                max(result.seconds for result in own), max(result.megabytes for result in own)))
    failures = [(name, result) for name, result in results if result.outcome in FAILURES]
    for name, result in failures:
        print("%s: %s: %s" % (name, result.outcome, ascii(result.detail)))
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=10000, help="default: 10000")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after this time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", help="run only this case, KIND/SEED/NUMBER")
    parser.add_argument("--kinds", default=",".join(WEIGHTS), help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default: 2")
    parser.add_argument("--timeout", type=float, default=180,
                        help="seconds without output; default: 180, because without a terminal, "
                             "progress bars print nothing")
    parser.add_argument("--megabytes", type=int, default=2048, help="of a case; default: 2048")
    parser.add_argument("--keep", help="folder that gets the folders of failures")
    parser.add_argument("--samples", help="folder of the valid inputs, made if it does not exist; "
                                          "default: made each time")
    options = parser.parse_args()
    names = [options.case] if options.case else case_names(options.seed, options.cases,
                                                           options.kinds.split(","))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as work:
        from fuzz_programs import PROGRAMS
        from fuzz_samples import Samples, create_samples
        folder = options.samples or os.path.join(work, "samples")
        samples = Samples(folder) if os.path.exists(folder) else create_samples(folder)
        results, counts = [], collections.Counter()
        jobs = 1 if options.case else options.jobs
        with tqdm(total=len(names), unit="case", smoothing=0.02) as bar:
            for name, result in run_cases(names, options.seconds, jobs, samples, PROGRAMS,
                                          Limits(options.timeout, options.megabytes), work,
                                          options.keep):
                results.append((name, result))
                counts[result.outcome] += 1
                bar.update()
                if result.outcome in FAILURES:
                    tqdm.write("%s: %s: %s" % (name, result.outcome, ascii(result.detail)))
                    bar.set_postfix_str("%d failures" % sum(counts[each] for each in FAILURES))
        sys.exit(1 if _report(results) else 0)


if __name__ == "__main__":
    main()
