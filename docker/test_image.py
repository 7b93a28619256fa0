"""The image named by $IMAGE, driven as a user would: `make test-image`, `make test-image-modern`.

Containers run as a user that the image does not know, on mounted folders that are theirs.
"""
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

IMAGE = os.environ["IMAGE"]
CLIPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "clips")
STRANGER = 54321
STUBS = "/usr/local/cuda-8.0/stubs"
WITHOUT_DRIVER = "note: this container has no NVIDIA driver"
# The containers are given no GPU. Where the host has one, a trainer wants to be told that.
HOST_DRIVER = os.path.exists("/proc/driver/nvidia/version")
DEVICE = ("--device", "cpu" if HOST_DRIVER else "auto")


def docker(*arguments):
    """(exit status, stdout and stderr together) of a docker command."""
    done = subprocess.run(("docker",) + arguments, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def ran(*arguments):
    """What a docker command said that has to succeed."""
    status, said = docker(*arguments)
    assert status == 0, said
    return said


def container(*arguments):
    return docker("run", "--rm", *arguments)


@pytest.fixture(scope="module")
def faithful():
    if "1.3.0" not in ran("run", "--rm", IMAGE, "python", "-c",
                          "from importlib import util; print(util.find_spec('tensorflow') and "
                          "__import__('tf1').VERSION)"):
        pytest.skip("of the faithful image alone")


class Work(object):
    """Folders for data and logs that belong to the containers' user, and containers on them."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.user = os.getuid() or STRANGER     # who is not root can give folders to nobody
        self.mounts = ["--user", "%d:%d" % (self.user, self.user)]
        for name in ("data", "logs"):
            os.mkdir(self.path(name))
            os.chown(self.path(name), self.user, self.user)
            self.mounts += ["-v", "%s:/work/%s" % (self.path(name), name)]
        self.mounts += ["-v", CLIPS + ":/work/clips:ro"]

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run(self, *program):
        """(exit status, output) of a program of the image."""
        return container(*(self.mounts + [IMAGE] + list(program)))

    def done(self, *program):
        status, said = self.run(*program)
        assert status == 0, said
        return said

    def start(self, *options):
        """The id of a container in the background."""
        return ran("run", "-d", *(self.mounts + list(options))).strip()

    def step(self, run):
        """The step of a run's newest checkpoint, None where there is none."""
        folder = self.path("logs", run)
        steps = [int(re.match(r"model-(\d+)\.index$", name).group(1))
                 for name in (os.listdir(folder) if os.path.isdir(folder) else ())
                 if re.match(r"model-(\d+)\.index$", name)]
        return max(steps) if steps else None


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return Work(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def prepared(work):
    work.done("preprocess", "--corpus", "clips", "--out", "data/demo", "--preset", "tiny")
    return work


def tacotron(steps):
    return ("train_tacotron", "--data", "data/demo", "--logdir", "logs/tacotron", "--preset",
            "tiny", "--steps", str(steps), "--hparams", "eval_interval=3,summary_interval=1") + DEVICE


@pytest.fixture(scope="module")
def trained(prepared):
    """Both models after some steps."""
    said = prepared.done(*tacotron(3))
    assert (WITHOUT_DRIVER in said) is not HOST_DRIVER
    prepared.done("train_vocoder", "--data", "data/demo", "--logdir", "logs/vocoder", "--preset",
                  "tiny", "--steps", "2", "--hparams", "eval_interval=2,summary_interval=1", *DEVICE)
    return prepared


def test_without_a_program_the_image_lists_them():
    said = ran("run", "--rm", IMAGE)
    for program in ("preprocess", "train_tacotron", "train_vocoder", "synthesize", "tensorboard",
                    "korean", "datasets", "doctor", "demo"):
        assert "\n  %s " % program in said


def test_a_program_that_is_not_there_is_2():
    assert container(IMAGE, "nonsense") == (2, "error: there is no program nonsense; without "
                                               "arguments the image lists them\n")


def test_the_faithful_image_is_what_it_says(faithful):
    said = ran("run", "--rm", IMAGE, "python", "-c",
               "import sys; from tf1 import tf, VERSION; "
               "print(sys.version_info[:3], VERSION, tf.test.is_built_with_cuda())")
    assert "(3, 6, 15) 1.3.0 True" in said


def test_tensorflow_lacks_nothing_but_the_driver(faithful):
    ldd = ("ldd $(python -I -c 'import glob, site; print(glob.glob(site.getsitepackages()[0] + "
           "\"/tensorflow/python/_pywrap_tensorflow_internal.so\")[0])')")
    missing = {}
    for name, environment in (("without", ""), ("with", STUBS)):
        said = ran("run", "--rm", "--entrypoint", "sh", "-e", "LD_LIBRARY_PATH=" + environment,
                   IMAGE, "-c", ldd)
        assert "libcublas.so.8.0 => /usr/local/cuda-8.0/lib64/" in said
        missing[name] = set(re.findall(r"(\S+) => not found", said))
    assert missing == {"without": {"libcuda.so.1"}, "with": set()}


def test_a_donor_without_a_library_stops_the_build_by_its_name(faithful):
    status, said = container("--user", "root", "--entrypoint", "sh", IMAGE, "-c",
                             "rm /usr/local/cuda-8.0/lib64/libcudnn.so.6*; sh /tmp/libraries")
    assert status == 1 and "error: the donor image has no libcudnn.so.6;" in said


def test_programs_do_not_run_as_root():
    assert ran("run", "--rm", IMAGE, "sh", "-c", "id -u; id -un").split() == ["1000", "trainer"]


def test_caches_lie_where_any_user_may_write():
    said = ran("run", "--rm", "--user", str(STRANGER), IMAGE, "python", "-c",
               "import matplotlib; print(matplotlib.get_cachedir())")
    assert said == "/tmp/matplotlib\n"


def test_hangul_goes_through():
    done = subprocess.run(["docker", "run", "--rm", "-i", "--user", str(STRANGER), IMAGE, "korean"],
                          input="사과 3개".encode("utf-8"), stdout=subprocess.PIPE)
    assert done.stdout.decode("utf-8") == "사과 세개\n"


def test_what_is_made_belongs_to_the_user(trained):
    for path in (("data", "demo", "manifest.json"), ("logs", "tacotron", "run.json")):
        assert os.stat(trained.path(*path)).st_uid == trained.user


def test_docker_stop_saves_and_the_same_command_goes_on(trained):
    before = trained.step("tacotron")
    running = trained.start(IMAGE, *tacotron(100000))
    try:
        history = trained.path("logs", "tacotron", "history.jsonl")
        size = os.path.getsize(history)
        _until(lambda: os.path.getsize(history) > size, 300)
        ran("stop", "-t", "120", running)
        status = ran("inspect", "--format", "{{.State.ExitCode}}", running).strip()
        said = ran("logs", running)
    finally:
        ran("rm", "-f", running)
    stopped = trained.step("tacotron")
    assert status == "143"
    assert "interrupted: saved at step %d; the same command goes on from there" % stopped in said
    assert stopped > before
    trained.done(*tacotron(stopped + 1))
    assert trained.step("tacotron") == stopped + 1
    with open(history, encoding="utf-8") as file:
        steps = [row["step"] for row in map(json.loads, file) if "train/loss" in row]
    assert steps == list(range(1, stopped + 2))


def test_text_becomes_speech(trained):
    with open(trained.path("logs", "text.txt"), "w", encoding="utf-8") as file:
        file.write("비가 와요.\n")
    trained.done("synthesize", "logs/text.txt", "--tacotron", "logs/tacotron", "--vocoder",
                 "logs/vocoder", "--out", "logs/spoken")
    with open(trained.path("logs", "spoken", "0001.wav"), "rb") as file:
        assert file.read(4) == b"RIFF"


def test_the_voice_in_the_box_speaks(work):
    said = work.done("demo")
    for speaker in ("sol", "ram"):
        assert "logs/demo/%s/0001.wav  " % speaker in said
        with open(work.path("logs", "demo", speaker, "0001.wav"), "rb") as file:
            assert file.read(4) == b"RIFF"


def test_tensorboard_shows_the_alignment(trained):
    running = trained.start("-p", "127.0.0.1::6006", IMAGE, "tensorboard")
    try:
        port = ran("port", running, "6006").strip().split(":")[-1]

        def answer(route, query=""):
            with urllib.request.urlopen("http://127.0.0.1:%s/data/plugin/images/%s?%s" % (
                    port, route, query), timeout=60) as page:
                return page.read()

        def alignments():
            try:
                tags = json.loads(answer("tags").decode("utf-8"))
            except (OSError, ValueError):
                return []
            return [(run, tag) for run in tags for tag in tags[run] if "alignment" in tag]

        run, tag = _until(alignments, 180)[0]
        shown = json.loads(answer("images", urllib.parse.urlencode(
            {"run": run, "tag": tag, "sample": 0})).decode("utf-8"))
        png = answer("individualImage", shown[0]["query"])
        assert png.startswith(b"\x89PNG")
    finally:
        ran("rm", "-f", running)


def test_doctor_says_what_is_there(work):
    status, said = work.run("doctor", "--json", *DEVICE)
    told = json.loads(said[said.index("{"):])
    assert status == 0 and told["fit"], said
    levels = {finding["subject"]: finding["level"] for finding in told["findings"]}
    assert levels["TensorFlow"] == levels["packages"] == levels["Korean font"] == "fit"
    assert levels["vocoder engine"] == levels["training step"] == levels["generation"] == "fit"
    assert levels["device"] == "note" and levels["CUDA libraries"] == "fit"
    generated = next(one["says"] for one in told["findings"] if one["subject"] == "generation")
    assert "by the vocoder engine" in generated


def test_a_read_only_folder_is_named(prepared):
    status, said = container("--user", str(prepared.user), "-v",
                             prepared.path("data") + ":/work/data:ro", "-v",
                             CLIPS + ":/work/clips:ro", IMAGE, "preprocess", "--corpus",
                             "clips", "--out", "data/two", "--preset", "tiny")
    assert status == 2
    assert re.search(r"^error: data/two: .*Read-only file system", said, re.M), said


def test_a_folder_of_another_user_is_named(prepared, tmp_path):
    os.chmod(str(tmp_path), 0o755)
    status, said = container("--user", str(prepared.user + 1), "-v", "%s:/work/logs" % tmp_path,
                             "-v", prepared.path("data") + ":/work/data", IMAGE,
                             *tacotron(1))
    assert status == 2
    assert re.search(r"^error: logs/tacotron\S*: Permission denied", said, re.M), said
    status, said = container("--user", str(prepared.user + 1), "-v", "%s:/work/logs" % tmp_path,
                             IMAGE, "doctor", "--quick")
    assert status == 2 and "/work/logs cannot be written" in said and "--user" in said


def test_a_full_volume_is_told(prepared):
    status, said = container("--user", str(prepared.user), "--tmpfs",
                             "/work/logs:size=300k,mode=1777", "-v",
                             prepared.path("data") + ":/work/data", IMAGE, *tacotron(1))
    assert status == 2
    assert re.search(r"^error: .*No space left on device.*make room", said, re.M), said


def _until(found, seconds):
    """What found() gives as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = found()
        if got:
            return got
        time.sleep(1)
    raise AssertionError("not within %d s" % seconds)
