"""Cases in unusual environments, each in a new interpreter: locale, closed descriptors, HOME that
cannot be written, read-only folders, full disks.
"""
import os
import shutil
import sys

from fuzz_process import Case, can_mount

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_LOCALES = ("C", "POSIX", "C.UTF-8", "en_US.ISO-8859-1", "ko_KR.EUC-KR", "no_NO", "")
_ENCODINGS = ("latin-1", "ascii", "cp949", "utf-8", "utf-8:strict", "ascii:strict")
_TEXT = "안녕하세요, 오늘은 2018년 3월 4일입니다.\nHello 😀\n"
_mounts = []        # [whether file systems can be mounted], once known


def environment_case(kind, random, folder, samples):
    """A Case in a new interpreter with a random environment."""
    program, command, never = _program(random, folder, samples)
    variables = dict(os.environ)
    variables.pop("PYTHONUTF8", None)
    variables["PYTHONPATH"] = ROOT
    environment = {"closed": [], "variables": variables, "stdout": None, "is_mute": False}
    before = []
    for change in random.sample((_change_locale, _close, _change_home, _fill_stdout, _mount),
                                random.choice((1, 1, 2))):
        before += change(random, environment, folder) or []
    if before:      # a shell in a namespace of its own mounts file systems first
        os.makedirs(os.path.join(folder, "out"), exist_ok=True)
        script = " && ".join(before + ['exec "$@"'])
        command = ["unshare", "-rm", "sh", "-c", script, "sh"] + command
    return Case(kind, program, [], never, [], b"", dict(environment, command=command))


def _program(random, folder, samples):
    """(name, command, paths that may not change); the output folder is out."""
    with open(os.path.join(folder, "text.txt"), "wb") as file:
        file.write(_TEXT.encode("utf-8"))
    corpus = os.path.join(folder, "말뭉치")
    os.makedirs(corpus)
    for name, text in (("가", "하나 둘"), ("나", "오늘은 맑다.")):
        with open(os.path.join(corpus, name + ".wav"), "wb") as file:
            file.write(samples.recordings["wav"])
        with open(os.path.join(corpus, name + ".txt"), "wb") as file:
            file.write(text.encode("utf-8"))
    shutil.copytree(samples.voice, os.path.join(folder, "voice"))
    name, arguments = random.choice((
        ("korean", ["-m", "korean", "--explain", "text.txt"]),
        ("synthesize", ["synthesize.py", "text.txt", "--voice", "voice", "--out", "out",
                        "--attempts", "1"]),
        ("preprocess", ["preprocess.py", "--corpus", corpus, "--out", "out", "--preset", "tiny",
                        "--workers", "1"]),
        ("datasets", ["-m", "datasets", "check", corpus, "--out", "out", "--preset", "tiny",
                      "--workers", "1"]),
        ("export", ["-m", "training.export", "--tacotron", samples.runs["tacotron"], "--vocoder",
                    samples.runs["vocoder"], "--out", "out/exported"]),
        ("train", [random.choice(("train_tacotron.py", "train_vocoder.py")), "--help-hparams"])))
    if arguments[0].endswith(".py"):
        arguments[0] = os.path.join(ROOT, arguments[0])
    never = [os.path.join(folder, "voice"), corpus, os.path.join(folder, "text.txt")]
    return name, [sys.executable] + arguments, never


def _change_locale(random, environment, folder):
    environment["variables"].update({"LC_ALL": random.choice(_LOCALES),
                                     "PYTHONCOERCECLOCALE": random.choice("01")})
    if random.random() < 0.5:
        environment["variables"]["PYTHONIOENCODING"] = random.choice(_ENCODINGS)


def _close(random, environment, folder):
    environment["closed"] = random.choice(([0], [1], [2], [0, 1], [1, 2], [0, 1, 2]))
    environment["is_mute"] = 2 in environment["closed"]


def _change_home(random, environment, folder):
    path = os.path.join(folder, "file")
    with open(path, "w"):
        pass
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        if random.random() < 0.6:
            environment["variables"][name] = random.choice(("/nonexistent", path, "", "/proc"))
    environment["variables"].update({"COLUMNS": random.choice(("0", "-1", "x", "80")),
                                     "TERM": random.choice(("dumb", "", "xterm"))})


def _fill_stdout(random, environment, folder):
    environment["stdout"] = "/dev/full"


def _mount(random, environment, folder):
    """Shell commands that make out a small or read-only file system."""
    if not _mounts:
        _mounts.append(can_mount())
    if not _mounts[0]:
        return []
    if random.random() < 0.5:
        return ["mount -t tmpfs -o size=%dk tmpfs out" % random.choice((4, 16, 64, 256))]
    return ["mount --bind out out", "mount -o remount,ro,bind out"]
