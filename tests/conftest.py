"""Fixtures and helpers: the import path, tiny hyper-parameters, artificial recordings and runs."""
import contextlib
import gc
import os
import signal
import sys

import numpy as np
import pytest
import soundfile

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)
CLIPS = os.path.join(TESTS, "clips")       # 24 short recordings of espeak-ng, voice ko+f1

sys.path.insert(0, ROOT)
# as from a terminal: programs leave a signal alone that they are started to ignore, as by nohup
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

# the graphs of TensorFlow are so many objects that the collector takes 5 to 9 % of the time
gc.set_threshold(100000, 20, 100)

from common.hparam_set import create_hparams


@pytest.fixture
def hp():
    return create_hparams("tiny")


def harmonic_tone(seconds, rate=16000, pitch=150):
    """Samples [seconds · rate] of a tone of six harmonics with a little noise; the peak is 0.5."""
    time = np.arange(int(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * pitch * number * time) / number for number in range(1, 7))
    noise = np.random.RandomState(int(pitch)).standard_normal(len(time))
    samples = tone + 0.01 * noise
    return 0.5 * samples / np.abs(samples).max()


def write_recording(path, seconds=0.3, rate=16000, channels=1, pitch=150):
    """Write a tone in the format of the file extension. Creates the folder; returns the path."""
    os.makedirs(os.path.dirname(str(path)), exist_ok=True)
    samples = np.tile(harmonic_tone(seconds, rate, pitch)[:, None], (1, channels))
    soundfile.write(str(path), samples, rate)
    return str(path)


@pytest.fixture
def make_corpus(tmp_path):
    """make_corpus({name: transcript}) writes a corpus of the format `folder`. Returns its path."""
    def make(transcripts, name="corpus"):
        for number, (stem, text) in enumerate(sorted(transcripts.items())):
            write_recording(tmp_path / name / (stem + ".wav"), seconds=0.3 + 0.1 * number,
                            pitch=120 + 20 * number)
            (tmp_path / name / (stem + ".txt")).write_text(text, encoding="utf-8")
        return str(tmp_path / name)
    return make


SENTENCES = ("안녕하세요.", "오늘은 맑다.", "물을 마신다.", "책을 읽어요.", "어디 가니?", "문을 닫아라!",
             "고양이가 잔다.", "감사합니다.", "비가 온다.", "내일 보자.")


@pytest.fixture(scope="session")
def stores(tmp_path_factory):
    """Paths of two stores of ten utterances each; their speakers are `one` and `two`."""
    import preprocess
    folder, paths = tmp_path_factory.mktemp("stores"), []
    for speaker, pitch in (("one", 110), ("two", 210)):
        for number, text in enumerate(SENTENCES):
            stem = folder / ("corpus-" + speaker) / ("%02d" % number)
            write_recording("%s.wav" % stem, seconds=0.3 + 0.03 * number, pitch=pitch + 3 * number)
            stem.with_suffix(".txt").write_text(text, encoding="utf-8")
        paths.append(str(folder / speaker))
        preprocess.main(["--corpus", str(folder / ("corpus-" + speaker)), "--out", paths[-1],
                         "--speaker", speaker, "--preset", "tiny"])
    return paths


def run_main(main, *arguments):
    """Run a program's main in a new TensorFlow graph. Returns the exit status."""
    from nn.compat import tf
    with tf.Graph().as_default():
        return main([str(argument) for argument in arguments]) or 0


def unoptimized_session(threads=0, mixed_precision=False, tower_devices=()):
    """A session without graph optimisation, which starts in a tenth of the time."""
    from nn import compat
    config = compat.session_config(threads, list(tower_devices).count(None))
    disable_graph_optimization(config)
    return compat.tf.Session(config=config)


@contextlib.contextmanager
def unoptimized_sessions():
    """All sessions of the programs are without graph optimisation."""
    from nn import compat
    original = compat.session_config

    def config(*arguments):
        result = original(*arguments)
        disable_graph_optimization(result)
        return result

    compat.session_config = config
    try:
        yield
    finally:
        compat.session_config = original


def reuse_vocoder_graph(monkeypatch):
    """train_vocoder.main builds its network once in each default graph, and starts sooner."""
    import train_vocoder
    from nn import compat
    from nn.compat import tf
    build = train_vocoder.TrainingGraph

    def model(hp, *rest):
        graph = tf.get_default_graph()
        if not hasattr(graph, "model_for_tests"):
            graph.model_for_tests = build(hp, *rest)
        return graph.model_for_tests

    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    monkeypatch.setattr(train_vocoder, "TrainingGraph", model)


def disable_graph_optimization(config):
    rewriting = config.graph_options.rewrite_options
    if hasattr(rewriting, "disable_meta_optimizer"):        # 1.3.0 has none
        rewriting.disable_meta_optimizer = True


def train(model, stores, folder, *options):
    """Train "tacotron" or "vocoder" into the run folder. Returns the exit status."""
    import train_tacotron
    import train_vocoder
    program = {"tacotron": train_tacotron, "vocoder": train_vocoder}[model]
    data = [argument for store in stores for argument in ("--data", store)]
    arguments = ["--logdir", folder, "--threads", 1] + data + list(options)
    if "--mixed-precision" in options:      # an optimisation of the graph
        return run_main(program.main, *arguments)
    with unoptimized_sessions():
        return run_main(program.main, *arguments)


@pytest.fixture(scope="session")
def trained(stores, tmp_path_factory):
    """Runs of six steps on both speakers: {"tacotron": path, "vocoder": path}."""
    folder = tmp_path_factory.mktemp("trained")
    paths = {model: str(folder / model) for model in ("tacotron", "vocoder")}
    for model, path in paths.items():
        # with this learning rate, the stop token does not fire at once after only six steps
        train(model, stores, path, "--preset", "tiny", "--steps", 6, "--hparams",
              "checkpoint_interval=2,summary_interval=2,eval_interval=6,learning_rate=0.01")
    return paths
