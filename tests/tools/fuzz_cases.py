"""The cases of fuzz_inputs: hostile and damaged input for each program, from a random seed."""
import hashlib
import json
import os
import shutil
import unicodedata

from fuzz_environment import environment_case
from fuzz_mutations import (INTEGERS, STRINGS, mutate_bytes, mutate_json, mutate_npz,
                                  mutate_wav, random_text, random_text_bytes)
from fuzz_process import Case

FORMATS = ("kss", "ljspeech", "recognition", "folder")
_TEXTS = ("하나 둘 셋", "오늘은 맑다.", "비가 온다.")
_OPTION_VALUES = STRINGS + ("1", "0", "-1", "1.5", "1e9", "99999999999999999999", "tiny", "auto",
                            "cpu", "griffin-lim", "corpus", "store", "text.txt", "voice",
                            "tacotron", "a=1", "n_mels=-1", "hop_length=1e12", "batch_size=", "=",
                            "seed=[1]", "postnet_layers=99999999",
                            "speaker_embedding_dim=2147483648", "１２")
_HPARAMS = ("n_mels", "fft_size", "hop_length", "sample_rate", "win_length", "batch_size",
            "outputs_per_step", "fmin", "fmax", "checkpoint_interval", "learning_rate", "seed",
            "encoder_lstm_units", "dilation_cycles", "residual_channels", "validation_fraction",
            "attention_type", "wavenet_batch_size", "max_abs_value", "trim_top_db", "no_such_name")


def create_case(kind, random, folder, samples):
    """A Case of one of KINDS in the empty folder `folder`, which becomes the working directory."""
    return KINDS[kind](kind, random, folder, samples)


def _case(kind, program, arguments, never=(), on_error=(), stdin=b""):
    return Case(kind, program, list(arguments), list(never), list(on_error), stdin, None)


# -- corpora ---------------------------------------------------------------------------------------

def _corpus_case(kind, random, folder, samples):
    """A corpus of any format in which recordings, transcripts or names are damaged."""
    corpus, out = os.path.join(folder, "corpus"), os.path.join(folder, "out")
    corpus_format = random.choice(FORMATS)
    _write_corpus(random, corpus, corpus_format, samples, kind)
    on_error = []
    if random.random() < 0.25:      # what an earlier preprocess.py has written
        shutil.copytree(samples.store, out)
        on_error = [out]
    elif random.random() < 0.1:
        _write(out, b"a file")
        on_error = [out]
    options = ["--preset", "tiny", "--workers", str(random.choice((1, 1, 2)))]
    if random.random() < 0.3:
        options += ["--format", random.choice((corpus_format,) * 5 + FORMATS)]
    if random.random() < 0.65:
        return _case(kind, "preprocess", ["--corpus", "corpus", "--out", "out"] + options, [corpus],
                     on_error)
    return _case(kind, "datasets", ["check", "corpus", "--out", "report"] + options, [corpus, out])


def _write_corpus(random, corpus, corpus_format, samples, kind):
    extension = random.choice(sorted(samples.recordings))
    recording = samples.recordings[extension]
    names = ["a", "b", "c"]
    if kind == "names":
        names[random.randrange(3)] = random.choice((
            "가", unicodedata.normalize("NFD", "가"), "a\nb", "a b", "\x1b[31mred", "-x", "A", "a.b",
            "x" * 200, "é", "a'\"", "%s", "\udcff\udcfe", "{}", "[a]", "\\", "a\tb", "\u202ea"))
    stems = {"kss": "1/1_%s", "ljspeech": "wavs/%s"}.get(corpus_format, "%s")
    for number, name in enumerate(names):
        content = recording
        if kind == "recordings" and (number == 0 or random.random() < 0.3):
            mutate = mutate_wav if extension == "wav" else mutate_bytes
            content = mutate(random, recording)
        _write(os.path.join(corpus, stems % name + "." + extension), content)
    for path, content in _transcripts(corpus_format, names, extension).items():
        if kind == "transcripts" and random.random() < 0.7:
            content = random.choice((
                mutate_bytes(random, content), content + random_text_bytes(random),
                random_text_bytes(random), mutate_json(random, json.loads(content.decode("utf-8")))
                if path.endswith(".json") else mutate_bytes(random, content)))
        _write(os.path.join(corpus, path), content)
    if kind == "names":
        _add_special_files(random, corpus, extension)
    if kind == "transcripts" and random.random() < 0.2:
        _write(os.path.join(corpus, random.choice(("exclude.txt", "spoken.tsv"))),
               random_text_bytes(random))


def _transcripts(corpus_format, names, extension):
    """{path: bytes} of the transcripts of recordings."""
    pairs = list(zip(names, _TEXTS))
    if corpus_format == "kss":
        content = {"transcript.v.1.3.txt": "".join(
            "1/1_%s.%s|%s|%s|%s|0.3\n" % (name, extension, text, text, text)
            for name, text in pairs)}
    elif corpus_format == "ljspeech":
        content = {"metadata.csv": "".join("%s|%s|%s\n" % (name, text, text)
                                           for name, text in pairs)}
    elif corpus_format == "recognition":
        content = {"all.json": json.dumps({"./audio/%s.%s" % (name, extension): text
                                           for name, text in pairs})}
    else:
        content = {name + ".txt": text for name, text in pairs}
    return {path: text.encode("utf-8", "surrogateescape") for path, text in content.items()}


def _add_special_files(random, corpus, extension):
    """Links, pipes, devices and folders with the names of recordings."""
    path = os.path.join(corpus, "d." + extension)
    _write(os.path.join(corpus, "d.txt"), "넷".encode("utf-8"))
    kind = random.randrange(7)
    if kind == 0:
        os.mkfifo(path)
    elif kind == 1:
        os.symlink(random.choice(("/dev/zero", "/dev/null", "/dev/tty", "/proc/self/mem")), path)
    elif kind == 2:
        os.symlink(os.path.basename(path), path)
    elif kind == 3:
        os.makedirs(path)
    elif kind == 4:
        os.symlink(corpus, os.path.join(corpus, "loop"))
    elif kind == 5:
        _write(path, b"")
    else:
        with open(path, "wb") as file:
            file.truncate(3 * 2 ** 30)      # sparse


# -- stores and runs -------------------------------------------------------------------------------

def _store_case(kind, random, folder, samples):
    """A store with a damaged manifest or damaged examples, for a trainer or the check."""
    store = os.path.join(folder, "store")
    shutil.copytree(samples.store, store)
    if kind == "manifests":
        path = os.path.join(store, "manifest.json")
        _write(path, mutate_json(random, _read_json(path)))
    else:
        examples = os.path.join(store, "examples")
        for name in sorted(os.listdir(examples))[:random.choice((1, 10))]:
            path = os.path.join(examples, name)
            _write(path, mutate_npz(random, _read(path)))
    if random.random() < 0.3:
        return _case(kind, "datasets", ["check", "store", "--out", "report", "--preset", "tiny",
                                        "--workers", "1"], [store])
    trainer = random.choice(("tacotron", "vocoder"))
    arguments = ["--data", "store", "--logdir", "run", "--preset", "tiny", "--consent", "own",
                 "--threads", "1"]
    on_error = []
    if random.random() < 0.4:
        on_error = _copy_run(samples.runs[trainer], os.path.join(folder, "run"))
    return _case(kind, "train_" + trainer, arguments, [store], on_error)


def _copy_run(run, copy):
    """Copy a run. Returns the files that a trainer may not change if it fails."""
    shutil.copytree(run, copy)
    return _checkpoints(copy)


def _checkpoints(run):
    """The files of a run's checkpoints; a trainer that resumes may change run.json and lock."""
    return [os.path.join(run, name) for name in os.listdir(run) if name.startswith("model-")]


def _run_case(kind, random, folder, samples):
    """A run with a damaged run.json or damaged checkpoints, to be resumed or exported."""
    for model, path in samples.runs.items():
        shutil.copytree(path, os.path.join(folder, model))
    model = random.choice(("tacotron", "vocoder"))
    run = os.path.join(folder, model)
    names = [name for name in sorted(os.listdir(run)) if os.path.isfile(os.path.join(run, name))]
    names = [name for name in names if (name == "run.json") == (kind == "run.json")]
    for name in random.sample(names, min(len(names), random.choice((1, 1, 3, 20)))):
        path = os.path.join(run, name)
        content = _read(path)
        if name.endswith(".json") and random.random() < 0.9:
            content = mutate_json(random, json.loads(content.decode("utf-8")))
        elif random.random() < 0.1:
            os.remove(path)
            continue
        else:
            content = mutate_bytes(random, content)
        _write(path, content)
    never = [os.path.join(folder, "tacotron"), os.path.join(folder, "vocoder")]
    if random.random() < 0.5:
        return _case(kind, "export", ["--tacotron", "tacotron", "--vocoder", "vocoder", "--out",
                                      "exported"], never)
    if random.random() < 0.5:
        _write(os.path.join(folder, "text.txt"), "네.".encode("utf-8"))
        return _case(kind, "synthesize", ["text.txt", "--tacotron", "tacotron", "--vocoder",
                                          "vocoder", "--stream", "raw", "--attempts", "1"], never)
    return _case(kind, "train_" + model, ["--data", samples.store, "--logdir", model, "--threads",
                                          "1"], [samples.store], _checkpoints(run))


def _voice_case(kind, random, folder, samples):
    """An exported voice with damaged weights, run.json or checksums."""
    voice = os.path.join(folder, "voice")
    shutil.copytree(samples.voice, voice)
    for model in random.choice((("tacotron",), ("vocoder",), ("tacotron", "vocoder"))):
        name = random.choice(("weights.npz", "weights.npz", "run.json", "export.json"))
        path = os.path.join(voice, model, name)
        _write(path, mutate_npz(random, _read(path)) if name.endswith("npz")
               else mutate_json(random, _read_json(path)))
        if name != "export.json" and random.random() < 0.8:      # as a stranger would do
            manifest_path = os.path.join(voice, model, "export.json")
            manifest = _read_json(manifest_path)
            manifest["sha256"][name] = hashlib.sha256(_read(path)).hexdigest()
            _write(manifest_path, json.dumps(manifest).encode("utf-8"))
    _write(os.path.join(folder, "text.txt"), "네.".encode("utf-8"))
    return _case(kind, "synthesize", ["text.txt", "--voice", "voice", "--stream", "raw",
                                      "--attempts", "1"], [voice])


# -- texts and output folders ----------------------------------------------------------------------

def _text_case(kind, random, folder, samples):
    path, program = os.path.join(folder, "text.txt"), random.choice(("korean", "scripted"))
    content = random_text_bytes(random)
    _write(path, content)
    if random.random() < 0.2:
        _write(os.path.join(folder, "own.tsv"), random.choice((
            random_text_bytes(random), mutate_bytes(random, "SQL\t시퀄\n나라\t나라\n".encode("utf-8")))))
    lexicon = ["--lexicon", "own.tsv"] * os.path.exists(os.path.join(folder, "own.tsv"))
    if program == "korean":
        form = random.choice(([], ["--explain"], ["--jamo"], ["--ids"], ["--decompose"],
                              ["--pronounce", "--explain"], ["--strict"]))
        if random.random() < 0.5:
            return _case(kind, "korean", form + lexicon, [path], stdin=content)
        return _case(kind, "korean", form + lexicon + ["text.txt"], [path])
    return _case(kind, "scripted", ["text.txt"] + lexicon + random.choice((
        ["--stream", "raw"], ["--stream", "wav"], ["--out", "out"], ["--strict"],
        ["--out", "out", "--join", "book.flac", "--srt", "book.srt"])), [path])


def _spoken_case(kind, random, folder, samples):
    """Speech that exists, whole or damaged, and is to be made again or joined."""
    out = os.path.join(folder, "out")
    shutil.copytree(samples.speech, out)
    _write(os.path.join(folder, "text.txt"), samples.speech_text.encode("utf-8"))
    damaged = []
    for name in random.sample(sorted(os.listdir(out)), random.choice((1, 1, 2))):
        path = os.path.join(out, name)
        damaged.append(path)
        content = _read(path)
        if name.endswith(".json") and random.random() < 0.8:
            content = mutate_json(random, json.loads(content.decode("utf-8")))
        else:
            content = mutate_bytes(random, content)
        _write(path, content)
    never = [os.path.join(out, name) for name in os.listdir(out)
             if name.endswith(".wav") and name[:4] not in [os.path.basename(path)[:4]
                                                           for path in damaged]]
    return _case(kind, "scripted", ["text.txt", "--out", "out"] + random.choice((
        [], ["--join", "book.wav"], ["--join", "book.ogg", "--srt", "book.srt"])), never)


# -- command lines ---------------------------------------------------------------------------------

_OPTIONS = {
    "preprocess": ("--corpus", "--out", "--format", "--speaker", "--preset", "--hparams",
                   "--workers", "--limit", "--lexicon", "--exclude", "--help-hparams"),
    "train_tacotron": ("--data", "--logdir", "--preset", "--hparams", "--steps", "--init-from",
                       "--freeze", "--threads", "--towers", "--device", "--consent", "--profile"),
    "train_vocoder": ("--data", "--logdir", "--preset", "--hparams", "--steps", "--gta",
                      "--threads"),
    "scripted": ("--out", "--voice", "--tacotron", "--vocoder", "--speaker", "--seed", "--attempts",
                 "--lexicon", "--join", "--srt", "--stream", "--precision", "--strict", "--best"),
    "datasets": ("--out", "--format", "--json", "--workers", "--preset", "--hparams",
                 "--exclude-list"),
    "korean": ("--explain", "--jamo", "--ids", "--lexicon", "--strict", "--pronounce"),
    "export": ("--tacotron", "--vocoder", "--out", "--best"),
}
_REQUIRED = {"preprocess": ["--corpus", "corpus", "--out", "out"],
             "train_tacotron": ["--data", "store", "--logdir", "run", "--consent", "own"],
             "train_vocoder": ["--data", "store", "--logdir", "run", "--consent", "own"],
             "scripted": ["text.txt"], "datasets": ["check", "corpus"], "korean": ["text.txt"],
             "export": ["--tacotron", "tacotron", "--vocoder", "vocoder", "--out", "exported"]}


def _command_line_case(kind, random, folder, samples):
    """Options with values that they should not have, on valid input."""
    program = random.choice(sorted(_OPTIONS))
    never = [os.path.join(folder, name) for name in ("text.txt", "store", "corpus", "tacotron",
                                                     "vocoder")]
    _write(never[0], "네.".encode("utf-8"))
    os.symlink(samples.store, never[1])
    _write_corpus(random, never[2], "folder", samples, kind)
    for model, path in samples.runs.items():
        os.symlink(path, os.path.join(folder, model))
    arguments = list(_REQUIRED[program]) if random.random() < 0.85 else []
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        option = random.choice(_OPTIONS[program])
        value = random.choice(_OPTION_VALUES)
        if option == "--logdir" and value in samples.runs:
            continue        # the trainer would continue that run, as it should
        if option == "--hparams" and random.random() < 0.8:
            value = "%s=%s" % (random.choice(_HPARAMS), random.choice(
                STRINGS + tuple(map(str, INTEGERS))
                + ("nan", "inf", "-inf", "1e308", "true", "0.5")))
        arguments += random.choice(([option, value], [option, value], [option], [value],
                                    ["%s=%s" % (option, value)]))
    # neither may be in a command line
    arguments = [each.replace("\0", "").encode("utf-8", "surrogatepass").decode(
        "utf-8", "surrogateescape") for each in arguments]
    if program in ("preprocess", "datasets") and "tiny" not in arguments and random.random() < 0.9:
        arguments += ["--preset", "tiny"]
    return _case(kind, program, arguments, never)


# -- files -----------------------------------------------------------------------------------------

def _write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def _read_json(path):
    return json.loads(_read(path).decode("utf-8"))


KINDS = {"recordings": _corpus_case, "transcripts": _corpus_case, "names": _corpus_case,
         "manifests": _store_case, "examples": _store_case, "run.json": _run_case,
         "checkpoints": _run_case, "voices": _voice_case, "texts": _text_case,
         "spoken": _spoken_case, "command lines": _command_line_case,
         "environments": environment_case}
