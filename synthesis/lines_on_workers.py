"""Lines of text as WAV files, each written by one of the workers of common.parallel (--scheduler).

The files are those of speech_output.write_wavs, because no line depends on the others.
"""
import functools
from collections import namedtuple

import korean
from common.errors import InputError
from common.parallel import Failure, map_in_order
from synthesis import speech_output
from synthesis.attempts import Predictor
from synthesis.voice import Voice

# folders: of the two runs; options: {argument of Voice: value}; normalizer: as_dict of the one that
# reads the lines; description: of the voice; seed, max_attempts: of the Predictor
VoiceSettings = namedtuple("VoiceSettings",
                           "folders options normalizer description seed max_attempts")

_loaded = None      # (VoiceSettings, Predictor) of this process, a worker


class _Messages(list):
    """The messages of a worker, which the program prints: [(kind, message)]."""

    def add(self, kind, message):
        self.append((kind, message))


def write_wavs(lines, settings, out, workers, messages):
    """speech_output.write_wavs of spoken_lines.Lines, with a Voice of these VoiceSettings.

    Raises InputError, after all other lines, for lines whose workers died.
    """
    speeds, failures = {}, []
    with speech_output.lock_folder(out):
        for line, result in zip(lines, map_in_order(
                functools.partial(_write_line, settings, out), lines, workers, "line")):
            if isinstance(result, Failure):
                failures.append("%s.wav: %s" % (line.stem, result.reason))
                continue
            line_speeds, line_messages = result
            speeds.update(line_speeds)
            for kind, message in line_messages:
                messages.add(kind, message)
        speech_output.remove_temporary_files(out)       # a worker that was killed leaves some, too
    if failures:
        more = ["… and %d more" % (len(failures) - 3)] if len(failures) > 3 else []
        raise InputError("; ".join(failures[:3] + more))
    return speeds


def _write_line(settings, out, line):
    """(speeds, messages) of speech_output.write_missing_wavs of one line. Runs in a worker."""
    predictor, messages = _load_predictor(settings), _Messages()
    speeds = speech_output.write_missing_wavs([line], predictor.voice, out, predictor, messages,
                                              show_progress=False)
    return speeds, list(messages)


def _load_predictor(settings):
    """The Predictor, which this process keeps until it needs another one."""
    global _loaded
    if _loaded is None or _loaded[0] != settings:
        _loaded = None      # frees its memory
        voice = Voice(*settings.folders, **settings.options)
        voice.normalizer = korean.TextNormalizer(settings.normalizer["pronounce"],
                                                 settings.normalizer["lexicon"])
        if voice.description != settings.description:
            raise InputError("the voice of this program is %s, and that of a worker %s; run the "
                             "same command again" % (settings.description, voice.description))
        _loaded = settings, Predictor(voice, settings.seed, settings.max_attempts)
    return _loaded[1]
