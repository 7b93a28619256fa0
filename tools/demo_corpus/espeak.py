"""Speech from espeak-ng: a synthetic voice, no person's."""
import subprocess
import tempfile
from collections import namedtuple

import audio
from common import files
from common.errors import InputError

# name: of the speaker; voice: espeak-ng's, with its variant; speed: words a minute as it counts;
# pitch: 0 to 99
Speaker = namedtuple("Speaker", "name voice speed pitch")
SPEAKERS = (Speaker("sol", "ko+f2", 150, 60), Speaker("ram", "ko+m3", 140, 35))


def speak(path, text, speaker, sample_rate, peak=0.8):
    """Write the text as 16-bit WAV. Raises InputError where there is no espeak-ng."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as spoken:
        try:
            subprocess.run(["espeak-ng", "-v", speaker.voice, "-s", str(speaker.speed), "-p",
                            str(speaker.pitch), "--stdin", "-w", spoken.name],
                           input=text.encode("utf-8"), check=True)
        except FileNotFoundError:
            raise InputError("espeak-ng: is not installed; get it with apt install espeak-ng")
        samples, rate = audio.read_wav(spoken.name)
    samples = audio.resample(samples, rate, sample_rate)
    with files.atomic_write(path) as out:
        audio.write_wav(out, samples * peak / abs(samples).max(), sample_rate,
                        "synthetic speech: espeak-ng %s" % speaker.voice, "espeak-ng")
