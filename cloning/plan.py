"""The stages from recordings to a voice, and how long the trainings may take."""
import os

import datasets.__main__ as datasets_program
import evaluate
import preprocess
import synthesize
import train_tacotron
import train_vocoder
from audio import recognizer
from cloning.stages import REFUSES, RESUMES, UPDATES, Stage
from common import files
from common.hparam_set import adapt_hparams, create_hparams
from datasets.split.split_report import REPORT_FILE
from hparams import ADAPT, AUDIO, PRESETS
from nn.compat import tf
from training import export
from training.training_history import read_history

MEASURED_STEPS = 10     # at least, that are trained to measure the time of a step
TACOTRON_SHARE = 0.65   # of the time for both trainings
OVERHEAD_SHARE = 0.3    # of all the time, for all but training steps: graphs, validation, export …
EVALUATED_SENTENCES = 25    # at most: of a large corpus, many more are held out
SENTENCES = ("안녕하세요. 저는 녹음된 목소리로 만든 합성 음성입니다.",
             "오늘은 하늘이 맑고 바람이 시원해서 산책하기 좋은 날이에요.",
             "궁금한 것이 있으면 언제든지 물어보세요.")


class Plan(object):
    """The Stages of a clone. Attributes: the arguments, and `stages` by name.

    recordings, script      as given to clone.py; needs_split: whether they are not a corpus yet
    work, voice             the work folder, and the folder of the finished voice
    base                    the voice to start from, or None: train from scratch with `preset`
    base_hp                 HParams of the base, or of the preset
    consent, threads        options of the trainers
    lexicon                 path of the pronunciation lexicon, or None
    """

    def __init__(self, recordings, script, needs_split, name, work, voice, base, base_hp, preset,
                 consent, threads, lexicon=None):
        self.recordings, self.script, self.needs_split = recordings, script, needs_split
        self.name, self.work, self.voice = name, work, voice
        self.base, self.base_hp, self.preset = base, base_hp, preset
        self.consent, self.threads, self.lexicon = consent, threads, lexicon
        self.corpus = self.path("corpus") if needs_split else recordings

    def path(self, name):
        return os.path.join(self.work, name)

    def history(self, model_type):
        """The path of a training's history.jsonl."""
        return self.path(os.path.join(model_type, "history.jsonl"))

    def preparation(self):
        """The stages before the trainings."""
        check, exclude, store = self.path("check"), self.path("check/exclude.txt"), self.store
        lexicon = ["--lexicon", self.lexicon] if self.lexicon else []
        lexicon_files, settings = lexicon[1:], lexicon + describe_settings(self.base_hp)
        stages = [
            Stage("check", datasets_program.main, "-m datasets",
                  ["check", self.corpus, "--out", check] + settings,
                  [self.corpus] + lexicon_files, check, exclude, UPDATES),
            Stage("preprocess", preprocess.main, "preprocess.py",
                  ["--corpus", self.corpus, "--out", store, "--speaker", self.name,
                   "--exclude", exclude] + settings,
                  [self.corpus, exclude] + lexicon_files, store, self.path("data/manifest.json"),
                  UPDATES)]
        if self.needs_split:
            inputs = [self.recordings] + ([self.script] if self.script else []) + lexicon_files
            stages.insert(0, Stage(
                "split", datasets_program.main, "-m datasets",
                ["split", self.recordings, "--out", self.corpus]
                + (["--script", self.script] if self.script else []) + lexicon,
                inputs, self.corpus, os.path.join(self.corpus, REPORT_FILE), UPDATES,
                [recognizer.is_available()]))
        return stages

    @property
    def store(self):
        return self.path("data")

    def train_hp(self):
        """The HParams of the trainings."""
        return adapt_hparams(self.base_hp, "") if self.base else self.base_hp

    def training(self, model_type, max_steps=None):
        """The stage that trains "tacotron" or "vocoder", at most to the step `max_steps`."""
        program = {"tacotron": train_tacotron, "vocoder": train_vocoder}[model_type]
        arguments = ["--data", self.store, "--logdir", self.path(model_type)]
        arguments += (["--init-from", self.base, "--preset", ADAPT] if self.base else
                      ["--preset", self.preset])
        arguments += ["--consent", self.consent]
        if self.threads:
            arguments += ["--threads", str(self.threads)]
        if max_steps:
            arguments += ["--steps", str(max_steps)]
        inputs = [self.path("data/manifest.json")]
        if self.base:
            inputs.append(os.path.join(self.base, model_type, "run.json"))
        return Stage(model_type, lambda words: _in_new_graph(program.main, words),
                     "train_%s.py" % model_type, arguments, inputs, self.path(model_type),
                     self.path(model_type), RESUMES)

    def completion(self):
        """The stages after the trainings."""
        runs = [self.path("tacotron"), self.path("vocoder")]
        run_files = [os.path.join(run, name) for run in runs
                     for name in ("history.jsonl", "run.json")]
        sentences = self.path("sentences.txt")
        with files.atomic_write(sentences, "w", encoding="utf-8") as file:
            file.write("\n".join(SENTENCES) + "\n")
        return [
            Stage("export", export.main, "-m training.export",
                  ["--tacotron", runs[0], "--vocoder", runs[1], "--out", self.voice, "--best"],
                  run_files, self.voice, self.voice, REFUSES),
            Stage("evaluate", evaluate.main, "evaluate.py",
                  ["--voice", self.voice, "--data", self.store, "--out", self.path("evaluation"),
                   "--sentences", str(EVALUATED_SENTENCES)],
                  [self.voice, self.path("data/manifest.json")], self.path("evaluation"),
                  self.path("evaluation/evaluation.json"), RESUMES),
            Stage("speak", synthesize.main, "synthesize.py",
                  [sentences, "--voice", self.voice, "--out", self.path("spoken")],
                  [sentences, self.voice], self.path("spoken"), self.path("spoken"), RESUMES)]


def describe_settings(hp):
    """The options of preprocess.py that give the audio and text settings of `hp`."""
    settings = dict(hp.audio_settings(), pronounce=hp.pronounce)
    for preset in sorted(PRESETS):
        other = create_hparams(preset)
        if dict(other.audio_settings(), pronounce=other.pronounce) == settings:
            return ["--preset", preset]
    values = [(row[0], settings[row[0]]) for row in AUDIO] + [("pronounce", settings["pronounce"])]
    return ["--hparams", ",".join("%s=%s" % (name, str(value).lower()) for name, value in values)]


def measure_step_seconds(history_path):
    """Seconds per training step: the median of the intervals that history.jsonl has times of.

    Without the first interval, which contains the start of the session. None if there is no other.
    """
    times = [(record["step"], 60 * record["minutes"]) for record in read_history(history_path)
             if "train/loss" in record]
    rates = sorted((second[1] - first[1]) / (second[0] - first[0])
                   for first, second in zip(times, times[1:]) if second[0] > first[0])
    return rates[len(rates) // 2] if rates else None


def last_step(history_path):
    """The last step that a training has a record of; 0 without any."""
    return max([record["step"] for record in read_history(history_path)] or [0])


def steps_within(seconds_left, step_seconds, model_type):
    """How many steps a training may make if `seconds_left` are left for it and all after it."""
    share = TACOTRON_SHARE if model_type == "tacotron" else 1
    return max(1, int(share * (1 - OVERHEAD_SHARE) * max(0, seconds_left) / step_seconds))


def _in_new_graph(main, arguments):
    with tf.Graph().as_default():
        return main(arguments)
