"""Start-up of synthesis with the demo voice: from the command to the WAV, and to the first samples.

A first run, which is not counted, fills the cache of the WaveNet engine.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import psutil

from synthesis.voice import DEMO_VOICE
from tools.bench.bench_report import Result

ROOT = os.path.dirname(os.path.dirname(DEMO_VOICE))
TEXT = "안녕하세요. 오늘은 날씨가 참 좋습니다."      # 4 s of speech
RUNS = 5


def measure():
    """[Result]: CPU time of a sentence, CPU time and time until the first samples of a stream."""
    with tempfile.TemporaryDirectory() as folder:
        text = os.path.join(folder, "text.txt")
        with open(text, "w", encoding="utf-8") as file:
            file.write(TEXT + "\n")
        times = [_time_wav(text, os.path.join(folder, str(run))) for run in range(RUNS + 1)][1:]
        stream_times = [_time_first_samples(text) for _ in range(RUNS)]
    cpu_times, real_times = zip(*stream_times)
    return [Result("start-up: sentence to WAV", statistics.median(times), "s of CPU time", None,
                   RUNS),
            Result("start-up: first samples of --stream", statistics.median(real_times), "s", None,
                   RUNS),
            Result("start-up: CPU time until then", statistics.median(cpu_times),
                   "s of CPU time", None, RUNS)]


def _command(*arguments):
    return (sys.executable, os.path.join(ROOT, "synthesize.py"), "--voice",
            DEMO_VOICE) + arguments


def _time_wav(text, out):
    """CPU seconds of a process that synthesizes the text file."""
    before = _children_cpu_time()
    subprocess.check_output(_command(text, "--out", out), stderr=subprocess.STDOUT)
    return _children_cpu_time() - before


def _children_cpu_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _time_first_samples(text):
    """(CPU seconds, seconds) until a process has written the first samples of the text file."""
    start = time.time()
    process = subprocess.Popen(_command(text, "--stream", "raw"), stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    try:
        process.stdout.read(2)
        times = psutil.Process(process.pid).cpu_times()
        return times.user + times.system, time.time() - start
    finally:
        process.kill()
        process.communicate()
