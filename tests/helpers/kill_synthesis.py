"""Write a text that is killed (kill -9) KILLS times, and the same text without interruption.

    kill_synthesis.py KILLS FOLDER [CHARACTERS]

Prints how many processes were killed before their end, and "identical" if the files are the same.
"""
import os
import random
import signal
import sys
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from helpers.forked_process import fork
from helpers.scripted_voice import ScriptedVoice

from common.repeated_messages import RepeatedMessages
from synthesis import joining, speech_output, spoken_lines
from synthesis.attempts import Predictor
from synthesis.text_lines import SpokenLine

SENTENCE = "바람이 불고 비가 내려서 강가의 나무들이 모두 %s 흔들렸다."


def create_text(n_characters):
    """Lines of one, four and forty sentences."""
    random_state, texts = random.Random(1), []
    while sum(map(len, texts)) < n_characters:
        texts += [" ".join(SENTENCE % "".join(random_state.choice("가나다라마") for _ in range(3))
                           for _ in range(count)) for count in (1, 4, 40)]
    return texts


def write(folder, texts):
    voice = ScriptedVoice()
    lines = spoken_lines.create_lines([SpokenLine(text, False) for text in texts], voice, folder, 1)
    speech_output.write_wavs(lines, voice, folder, Predictor(voice, 1), RepeatedMessages())
    joining.join_audio([(line.pause, line.stem + ".wav") for line in lines],
                       os.path.join(folder, "book.flac"), voice.hp.sample_rate, "synthetic speech",
                       "test")


def fork_write(folder, texts):
    """Start a process that writes. Returns its id."""
    return fork(lambda: write(folder, texts))


def contents(folder):
    result = {}
    for name in os.listdir(folder):
        if not name.endswith(".part"):      # the temporary file of a process that was killed
            with open(os.path.join(folder, name), "rb") as file:
                result[name] = file.read()
    return result


def main(kills, folder, n_characters=1000):
    texts, killed = create_text(n_characters), 0
    whole, interrupted = (os.path.join(folder, name) for name in ("whole", "interrupted"))
    start = time.time()
    assert os.waitpid(fork_write(whole, texts), 0)[1] == 0
    duration, random_state = time.time() - start, random.Random(2)
    for _ in range(kills):
        process = fork_write(interrupted, texts)
        time.sleep(random_state.uniform(0, duration / kills * 1.5))
        os.kill(process, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(process, 0)[1])
    assert os.waitpid(fork_write(interrupted, texts), 0)[1] == 0
    assert contents(whole) == contents(interrupted)
    print(killed, "killed; identical")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
