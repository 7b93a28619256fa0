"""The voices of the server, which are loaded again when their folders change."""
import hashlib
import os
import sys
import threading
import time
import traceback

from common import files
from common.errors import InputError
from server import encoders
from server.request_errors import RequestError
from synthesis import spoken_lines, text_lines
from synthesis.attempts import Predictor
from synthesis.voice import Voice, resolve_run_folders
from training import licence
from training.run_folder import MODEL_FOLDERS

WATCH_SECONDS = 2.0
_MAX_COMMENT_TEXT = 1000
_NOT_OF_THE_VOICE = ("history.jsonl", "lock")


class ServedVoice(object):
    """A loaded voice.

    content   a hash of its files: the same content has the same speech
    speakers  names, the default first
    formats   names of encoders.MEDIA_TYPES that have its sample rate
    licence   the first line of its file LICENSE, or None
    """

    def __init__(self, name, folder, lexicon=None):
        self.name, self.folder, self.load_time = name, folder, time.time()
        run_folders = resolve_run_folders(folder, None, None)
        self.content = _hash(_read_files(run_folders), lexicon)
        # one thread: vocoder_threads.py runs several groups of chunks side by side
        voice = Voice(*run_folders, threads=1)
        voice.normalizer = text_lines.create_normalizer(voice.normalizer, lexicon)
        self.hp, self.normalizer, self.speakers = voice.hp, voice.normalizer, voice.speakers
        self.consent, self.licence = voice.tacotron_run.consent, licence.first_line(folder)
        self.formats = encoders.available_formats(self.hp.sample_rate)
        _ = voice.vocoder.batch_size    # builds the network of a batch: not while requests wait
        self._voices = {speaker: voice.with_speaker(speaker) for speaker in self.speakers}
        self._predictors = {speaker: Predictor(one, 1) for speaker, one in self._voices.items()}
        # measures the speech rate of the default speaker now and not with the first request
        self.predictor(self.speakers[0], 1)

    def voice(self, speaker):
        """The synthesis.voice.Voice of a speaker. Raises RequestError."""
        if speaker not in self._voices:
            raise RequestError("voice %s: is unknown; the speakers of %s are %s" % (
                ascii(speaker)[:60], self.name, ", ".join(self.speakers)), code="voice_not_found")
        return self._voices[speaker]

    def predictor(self, speaker, seed):
        """The attempts.Predictor of a speaker."""
        return self._predictors[speaker].with_seed(seed)

    def comment(self, speaker, seed, text):
        """The metadata of an audio file."""
        text = text.replace("\n", " ")
        if len(text) > _MAX_COMMENT_TEXT:
            text = text[:_MAX_COMMENT_TEXT] + "…"
        return spoken_lines.create_comment(self._voices[speaker], seed, "text: " + text)


class VoiceLibrary(object):
    """Voices by name, which is that of their folder. The first one is the default.

    `problems` is {name: message} of voices whose folder changed and cannot be loaded: the voice as
    it was goes on. Raises InputError if a voice cannot be loaded at first.
    """

    def __init__(self, folders, lexicon=None):
        self._lexicon, self._voices, self.problems = lexicon, {}, {}
        self._folders, self._stamps = {}, {}
        for folder in folders:
            name = os.path.basename(os.path.abspath(folder))
            if name in self._voices:
                raise InputError("--voice %s: another voice has the name %s; rename one of the "
                                 "folders" % (folder, name))
            self._folders[name] = folder
            self._stamps[name] = _stamp(folder)
            self._voices[name] = ServedVoice(name, folder, lexicon)
        self.names = list(self._voices)

    def get(self, name=None):
        """The ServedVoice of a name, or the default. Raises RequestError."""
        if name is None:
            name = self.names[0]
        if name not in self._voices:
            raise RequestError("model %s: is unknown; the voices are %s"
                               % (ascii(name)[:60], ", ".join(self.names)), 404, "model_not_found")
        return self._voices[name]

    def all(self):
        """[ServedVoice]"""
        return [self._voices[name] for name in self.names]

    def watch(self):
        """Start a thread that loads the voices whose folders change."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        seen = dict(self._stamps)
        while True:
            time.sleep(WATCH_SECONDS)
            for name in self.names:
                stamp = _stamp(self._folders[name])
                # wait until the folder is as it was at the last look: it may be being copied
                if stamp == seen[name] and stamp != self._stamps[name]:
                    self._stamps[name] = stamp
                    self.reload(name)
                seen[name] = stamp

    def reload(self, name):
        """Load a voice again. If that fails, the loaded one is kept, and `problems` says why."""
        try:
            voice = ServedVoice(name, self._folders[name], self._lexicon)
        except (InputError, OSError) as error:
            self._report(name, str(error))
        except Exception as error:      # of a file that changes while it is read
            traceback.print_exc()
            self._report(name, "cannot be loaded (%s)" % error)
        else:
            self._voices[name] = voice
            self.problems.pop(name, None)
            print("voice %s: loaded again" % name, file=sys.stderr)

    def _report(self, name, message):
        self.problems[name] = message
        print("warning: voice %s: %s; the voice as loaded before is kept" % (name, message),
              file=sys.stderr)


def _stamp(folder):
    """What changes with the files of a voice: names, sizes, times.

    Without those that a training writes at every step: folders of pictures, and the history.
    """
    stamp = []
    for model in MODEL_FOLDERS:
        try:
            for entry in os.scandir(os.path.join(folder, model)):
                status = entry.stat()
                if entry.is_file() and entry.name not in _NOT_OF_THE_VOICE:
                    stamp.append((model, entry.name, status.st_size, status.st_mtime_ns))
        except OSError:
            stamp.append((model, "missing"))
    return sorted(stamp)


def _read_files(run_folders):
    """[bytes] that decide about the speech of a voice: of exported runs, the checksums of the rest.

    Of other runs, run.json and what `_stamp` has.
    """
    contents = []
    for folder in run_folders:
        manifest = os.path.join(folder, "export.json")
        contents.append(files.read_bytes(
            manifest if os.path.exists(manifest) else os.path.join(folder, "run.json")))
        if not os.path.exists(manifest):
            contents.append(repr(_stamp(os.path.dirname(folder))).encode("utf-8"))
    return contents


def _hash(contents, lexicon):
    digest = hashlib.sha256(repr(sorted((lexicon or {}).items())).encode("utf-8"))
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
