"""Every program in containers of the image $IMAGE: `make test-image`, `make test-image-modern`.

The containers run as a user who does not exist in the image and who owns the mounted folders.
"""
import json
import os
import random
import re
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from conftest import CLIPS, TESTS

pytestmark = pytest.mark.image

IMAGE = os.environ.get("IMAGE", "voicecloning")
UNKNOWN_UID = 54321
STUBS = "/usr/local/cuda-8.0/stubs"
TINY = ("--preset", "tiny", "--hparams", "eval_interval=3,summary_interval=1")
WITHOUT_DRIVER = "note: this container has no NVIDIA driver"
# The containers get no GPU: on a host with a driver, --device auto would be an error.
HOST_DRIVER = os.path.exists("/proc/driver/nvidia/version")
DEVICE = ("--device", "cpu" if HOST_DRIVER else "auto")


def docker(*arguments):
    """(exit status, stdout and stderr together) of a docker command."""
    result = subprocess.run(("docker",) + arguments, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    return result.returncode, result.stdout.decode("utf-8", "replace")


def check_docker(*arguments):
    """The output of a docker command that has to succeed."""
    status, output = docker(*arguments)
    assert status == 0, output
    return output


def run_container(*arguments):
    """(exit status, output) of a new container."""
    return docker("run", "--rm", *arguments)


@pytest.fixture(scope="module")
def faithful():
    if "1.3.0" not in check_docker("run", "--rm", IMAGE, "python", "-c",
                                   "from nn.compat import tf; print(tf.__version__)"):
        pytest.skip("only in the faithful image")


class WorkFolder(object):
    """The folders data, logs and voices, which the containers' user owns. Runs containers with them.
    """

    def __init__(self, folder):
        self.folder = str(folder)
        self.user = os.getuid() or UNKNOWN_UID     # only root can change owners
        self.mounts = ["--user", "%d:%d" % (self.user, self.user)]
        for name in ("data", "logs", "voices"):
            os.mkdir(self.path(name))
            os.chown(self.path(name), self.user, self.user)
            self.mounts += ["-v", "%s:/work/%s" % (self.path(name), name)]
        self.mounts += ["-v", CLIPS + ":/work/clips:ro"]

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run(self, *program):
        """(exit status, output) of a program of the image."""
        return run_container(*(self.mounts + [IMAGE] + list(program)))

    def check(self, *program):
        """The output of a program of the image that has to succeed."""
        status, output = self.run(*program)
        assert status == 0, output
        return output

    def start(self, *options):
        """The id of a container that runs in the background."""
        return check_docker("run", "-d", *(self.mounts + list(options))).strip()

    def last_step(self, run):
        """The step of a run's newest checkpoint, None without a checkpoint."""
        folder = self.path("logs", run)
        steps = [int(re.match(r"model-(\d+)\.index$", name).group(1))
                 for name in (os.listdir(folder) if os.path.isdir(folder) else ())
                 if re.match(r"model-(\d+)\.index$", name)]
        return max(steps) if steps else None


@pytest.fixture(scope="module")
def work_folder(tmp_path_factory):
    return WorkFolder(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def preprocessed(work_folder):
    """WorkFolder with the store data/demo."""
    work_folder.check("preprocess", "--corpus", "clips", "--out", "data/demo", "--preset", "tiny")
    return work_folder


def tacotron_command(steps):
    return ("train_tacotron", "--data", "data/demo", "--logdir", "logs/tacotron", "--steps",
            str(steps)) + TINY + DEVICE


@pytest.fixture(scope="module")
def trained(preprocessed):
    """WorkFolder with the runs logs/tacotron and logs/vocoder of three steps."""
    output = preprocessed.check(*tacotron_command(3))
    assert (WITHOUT_DRIVER in output) is not HOST_DRIVER
    preprocessed.check("train_vocoder", "--data", "data/demo", "--logdir", "logs/vocoder",
                       "--steps", "3", *(TINY + DEVICE))
    return preprocessed


def test_without_arguments_the_image_lists_its_programs():
    output = check_docker("run", "--rm", IMAGE)
    for program in ("preprocess", "train_tacotron", "train_vocoder", "synthesize", "tensorboard",
                    "korean", "datasets", "doctor", "demo"):
        assert "\n  %s " % program in output


def test_an_unknown_program_exits_with_status_2():
    assert run_container(IMAGE, "nonsense") == (
        2, "error: nonsense: no such program; without arguments, the image lists all programs\n")


def test_the_faithful_image_has_python_3_6_and_tensorflow_1_3(faithful):
    output = check_docker("run", "--rm", IMAGE, "python", "-c",
                          "import sys; from nn.compat import tf; "
                          "print(sys.version_info[:3], tf.__version__, tf.test.is_built_with_cuda())")
    assert "(3, 6, 15) 1.3.0 True" in output


def test_tensorflow_finds_all_libraries_but_that_of_the_driver(faithful):
    ldd = ("ldd $(python -I -c 'import glob, site; print(glob.glob(site.getsitepackages()[0] + "
           "\"/tensorflow/python/_pywrap_tensorflow_internal.so\")[0])')")
    missing = {}
    for name, environment in (("without", ""), ("with", STUBS)):
        output = check_docker("run", "--rm", "--entrypoint", "sh", "-e",
                              "LD_LIBRARY_PATH=" + environment, IMAGE, "-c", ldd)
        assert "libcublas.so.8.0 => /usr/local/cuda-8.0/lib64/" in output
        missing[name] = set(re.findall(r"(\S+) => not found", output))
    assert missing == {"without": {"libcuda.so.1"}, "with": set()}


def test_every_node_has_a_gpu_kernel(faithful):
    """The list of kernels is TensorFlow's own, so no GPU is needed."""
    script = os.path.join(TESTS, "helpers", "gpu_kernels.py")
    check_docker("run", "--rm", "-v", script + ":/tmp/gpu_kernels.py:ro", IMAGE, "python",
                 "/tmp/gpu_kernels.py")


def test_a_library_missing_in_the_donor_image_stops_the_build(faithful):
    status, output = run_container("--user", "root", "--entrypoint", "sh", IMAGE, "-c",
                                   "rm /usr/local/cuda-8.0/lib64/libcudnn.so.6*; sh /tmp/libraries")
    assert status == 1 and "error: the donor image lacks libcudnn.so.6;" in output


def test_programs_do_not_run_as_root():
    output = check_docker("run", "--rm", IMAGE, "sh", "-c", "id -u; id -un")
    assert output.split() == ["1000", "trainer"]


def test_any_user_can_write_the_caches():
    output = check_docker("run", "--rm", "--user", str(UNKNOWN_UID), IMAGE, "python", "-c",
                          "import matplotlib; print(matplotlib.get_cachedir())")
    assert output == "/tmp/matplotlib\n"


def test_hangul_passes_through_stdin_and_stdout():
    result = subprocess.run(["docker", "run", "--rm", "-i", "--user", str(UNKNOWN_UID), IMAGE,
                             "korean"], input="사과 3개".encode("utf-8"), stdout=subprocess.PIPE)
    assert result.stdout.decode("utf-8") == "사과 세개\n"


def test_output_files_belong_to_the_user(trained):
    for path in (("data", "demo", "manifest.json"), ("logs", "tacotron", "run.json")):
        assert os.stat(trained.path(*path)).st_uid == trained.user


def test_docker_stop_saves_and_the_same_command_resumes(trained):
    first_step = trained.last_step("tacotron")
    container = trained.start(IMAGE, *tacotron_command(100000))
    try:
        history = trained.path("logs", "tacotron", "history.jsonl")
        size = os.path.getsize(history)
        _wait_for(lambda: os.path.getsize(history) > size, 300)
        check_docker("stop", "-t", "120", container)
        status = check_docker("inspect", "--format", "{{.State.ExitCode}}", container).strip()
        output = check_docker("logs", container)
    finally:
        check_docker("rm", "-f", container)
    stopped = trained.last_step("tacotron")
    assert status == "143"
    assert "interrupted: saved at step %d;" % stopped in output
    assert stopped > first_step
    trained.check(*tacotron_command(stopped + 1))
    assert trained.last_step("tacotron") == stopped + 1
    with open(history, encoding="utf-8") as file:
        steps = [row["step"] for row in map(json.loads, file) if "train/loss" in row]
    assert steps == list(range(1, stopped + 2))


def test_trained_models_synthesize_a_text(trained):
    with open(trained.path("logs", "text.txt"), "w", encoding="utf-8") as file:
        file.write("비가 와요.\n")
    trained.check("synthesize", "logs/text.txt", "--tacotron", "logs/tacotron", "--vocoder",
                  "logs/vocoder", "--out", "logs/spoken")
    with open(trained.path("logs", "spoken", "0001.wav"), "rb") as file:
        assert file.read(4) == b"RIFF"


def test_the_demo_voice_speaks(work_folder):
    output = work_folder.check("demo")
    for speaker in ("sol", "ram"):
        assert "logs/demo/%s/0001.wav  " % speaker in output
        with open(work_folder.path("logs", "demo", speaker, "0001.wav"), "rb") as file:
            assert file.read(4) == b"RIFF"


def test_a_clone_that_is_killed_three_times_ends_with_a_voice(work_folder):
    """Each time, a new container goes on where the last one was killed."""
    command = ("clone", "clips", "--name", "mina", "--preset", "tiny", "--steps", "20",
               "--threads", "1", "--consent", "given")
    moments, killed = random.Random(1), 0
    for _ in range(3):
        container = work_folder.start(IMAGE, *command)
        try:
            time.sleep(moments.uniform(3, 20))
            killed += docker("kill", container)[0] == 0
        finally:
            docker("rm", "-f", container)
    work_folder.check(*command)
    assert killed       # a fast machine may have finished before the later ones
    assert sorted(os.listdir(work_folder.path("voices", "mina"))) == ["tacotron", "vocoder"]
    spoken = [name for name in os.listdir(work_folder.path("logs", "clone-mina", "spoken"))
              if name.endswith(".wav")]
    assert spoken
    work_folder.check("synthesize", "clips/0001.txt", "--voice", "voices/mina", "--out",
                      "logs/mina-says")


def test_tensorboard_serves_the_alignment(trained):
    container = trained.start("-p", "127.0.0.1::6006", IMAGE, "tensorboard")
    try:
        port = check_docker("port", container, "6006").strip().split(":")[-1]

        def fetch(route, query=""):
            with urllib.request.urlopen("http://127.0.0.1:%s/data/plugin/images/%s?%s" % (
                    port, route, query), timeout=60) as page:
                return page.read()

        def alignments():
            try:
                tags = json.loads(fetch("tags").decode("utf-8"))
            except (OSError, ValueError):
                return []
            return [(run, tag) for run in tags for tag in tags[run] if "alignment" in tag]

        run, tag = _wait_for(alignments, 180)[0]
        images = json.loads(fetch("images", urllib.parse.urlencode(
            {"run": run, "tag": tag, "sample": 0})).decode("utf-8"))
        png = fetch("individualImage", images[0]["query"])
        assert png.startswith(b"\x89PNG")
    finally:
        check_docker("rm", "-f", container)


def test_the_speech_server_answers_beside_a_training(trained):
    training = trained.start(IMAGE, *tacotron_command(100000))
    server = trained.start("-p", "127.0.0.1::8010", IMAGE, "serve")
    try:
        port = check_docker("port", server, "8010").strip().split(":")[-1]
        address = "http://127.0.0.1:%s/" % port

        def is_ready():
            try:
                with urllib.request.urlopen(address + "healthz", timeout=60) as answer:
                    return answer.getcode() == 200
            except OSError:
                return False

        _wait_for(is_ready, 180)
        query = urllib.parse.urlencode({"text": "안녕하세요.", "speaker_id": "sol"})
        with urllib.request.urlopen(address + "api/tts?" + query, timeout=120) as answer:
            assert answer.read(4) == b"RIFF"
        assert check_docker("ps", "-q", "--no-trunc", "--filter", "id=" + training).strip()
        check_docker("stop", "-t", "75", server)
        assert check_docker("inspect", "-f", "{{.State.ExitCode}}", server).strip() == "0"
    finally:
        check_docker("rm", "-f", server, training)


def test_doctor_finds_no_defect_of_the_image(work_folder):
    status, output = work_folder.run("doctor", "--json", *DEVICE)
    report = json.loads(output[output.index("{"):])
    assert status == 0 and report["fit"], output
    findings = {finding["subject"]: finding for finding in report["findings"]}
    assert findings["device"]["status"] == "note"
    for subject in ("TensorFlow", "packages", "Korean font", "vocoder engine", "training step",
                    "generation", "CUDA libraries"):
        assert findings[subject]["status"] == "ok", subject
    assert "by the vocoder engine" in findings["generation"]["message"]


def test_a_read_only_folder_is_an_error(preprocessed):
    status, output = run_container(
        "--user", str(preprocessed.user), "-v", preprocessed.path("data") + ":/work/data:ro", "-v",
        CLIPS + ":/work/clips:ro", IMAGE, "preprocess", "--corpus", "clips", "--out", "data/two",
        "--preset", "tiny")
    assert status == 2
    assert re.search(r"^error: data/two: .*Read-only file system", output, re.M), output


def test_a_folder_of_another_user_is_an_error(preprocessed, tmp_path):
    os.chmod(str(tmp_path), 0o755)
    other_user = ("--user", str(preprocessed.user + 1), "-v", "%s:/work/logs" % tmp_path, "-v",
                  preprocessed.path("data") + ":/work/data", IMAGE)
    status, output = run_container(*(other_user + tacotron_command(1)))
    assert status == 2
    assert re.search(r"^error: logs/tacotron\S*: Permission denied", output, re.M), output
    status, output = run_container(*(other_user + ("doctor", "--quick")))
    assert status == 2 and "/work/logs is not writable" in output and "--user" in output


def test_a_full_volume_is_an_error(preprocessed):
    status, output = run_container(
        "--user", str(preprocessed.user), "--tmpfs", "/work/logs:size=300k,mode=1777", "-v",
        preprocessed.path("data") + ":/work/data", IMAGE, *tacotron_command(1))
    assert status == 2
    assert re.search(r"^error: .*No space left on device.*repeat the command", output, re.M), output


def _wait_for(condition, seconds):
    """Poll condition() until it is true. Returns its result."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(1)
    raise AssertionError("the condition did not become true within %d s" % seconds)
