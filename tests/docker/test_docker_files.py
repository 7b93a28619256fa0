"""The Docker files, tested without Docker; test_image_containers.py tests the images."""
import ast
import glob
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest
from conftest import ROOT

IMAGES = ("Dockerfile", "Dockerfile.modern")
SPEAK_IMAGE = "Dockerfile.speak"
LOCKS = ("requirements.txt", "requirements-modern.txt")
# of what speaking needs → of everything
SPEAK_LOCKS = {"requirements-speak.txt": "requirements.txt",
               "requirements-speak-modern.txt": "requirements-modern.txt"}


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def imports(path):
    """Yield the full names of the modules that a file imports."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.fixture
def entrypoint(tmp_path):
    """entrypoint(*arguments) starts docker/entrypoint. Its `python` and `tensorboard` are scripts
    that print their arguments, and then sleep if the last one is `sleep`.
    """
    for name in ("python", "tensorboard"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n"
                           # docker/entrypoint runs `python -I` to look for a driver: none
                           "[ \"$1\" != -I ] || exit 1\n"
                           "echo %s \"$@\"\n"
                           "case \"$*\" in *sleep) exec sleep 60 ;; esac\n" % name)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    environment = dict(os.environ, PATH="%s:%s" % (tmp_path, os.environ["PATH"]))

    def start(*arguments):
        return subprocess.Popen(("sh", os.path.join(ROOT, "docker", "entrypoint")) + arguments,
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return start


@pytest.mark.parametrize("arguments, command", [
    (["train_tacotron", "--steps", "3"], "python /opt/voicecloning/train_tacotron.py --steps 3"),
    (["train_vocoder"], "python /opt/voicecloning/train_vocoder.py"),
    (["preprocess", "--corpus", "내 목소리"],
     "python /opt/voicecloning/preprocess.py --corpus 내 목소리"),
    (["synthesize", "a.txt"], "python /opt/voicecloning/synthesize.py a.txt"),
    (["serve", "--strict"], "python /opt/voicecloning/serve.py --host 0.0.0.0 --open --strict"),
    (["korean", "--jamo"], "python -m korean --jamo"),
    (["datasets", "check", "data"], "python -m datasets check data"),
    (["doctor"], "python -m doctor"),
    (["export", "--best"], "python -m training.export --best"),
    (["tensorboard"], "tensorboard --host 0.0.0.0 --port 6006 --logdir logs"),
    (["echo", "another", "program"], "another program")])
def test_programs_run_by_name(entrypoint, arguments, command):
    process = entrypoint(*arguments)
    out, _ = process.communicate()
    assert (process.returncode, out.decode("utf-8")) == (0, command + "\n")


def test_services_run_without_privileges_and_build_from_the_images_of_the_docker_files():
    for name in ("docker-compose.yml", "docker-compose.cluster.yml"):
        assert "no-new-privileges:true" in read(name) and "cap_drop:" in read(name)
    compose = read("docker-compose.yml")
    blocks = dict(re.findall(r"(?ms)^x-(\w+): &\w+\n(.*?)(?=^\S)", compose))
    for stack, image in (("faithful", "Dockerfile"), ("modern", "Dockerfile.modern")):
        assert "cap_drop:" in blocks[stack] and "security_opt:" in blocks[stack]
        defaults = dict(re.findall(r"(?m)^ARG (\w+)=(.+)$", read(image)))
        assert dict(re.findall(r"(?m)^      (\w+): \$\{\w+:-(.+)\}$", blocks[stack])) == defaults
    services = compose[compose.index("\nservices:"):compose.index("\nvolumes:")]
    for service in re.findall(r"(?ms)^  \w+:\n(.*?)(?=^  \w|\Z)", services):
        assert re.search(r"<<: .*\*(faithful|modern)", service)


@pytest.mark.skipif(os.path.exists("/proc/driver/nvidia/version"),
                    reason="on a host with a driver, the entrypoint prints no note")
@pytest.mark.parametrize("program, notes", [
    ("train_tacotron", 1), ("synthesize", 0), ("korean", 0)])
def test_a_note_says_that_a_program_for_the_gpu_has_no_driver(entrypoint, program, notes):
    _, err = entrypoint(program).communicate()
    assert err.decode("utf-8").count("note: this container has no NVIDIA driver") == notes
    assert err.count(b"\n") == notes


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_lists_every_program(entrypoint, arguments):
    process = entrypoint(*arguments)
    out = process.communicate()[0].decode("utf-8")
    assert process.returncode == 0
    with open(os.path.join(ROOT, "docker", "entrypoint"), encoding="utf-8") as file:
        cases = re.findall(r"^([a-z_ |]+)\)$", file.read(), re.M)
    programs = {name for case in cases for name in case.split(" | ")} - {"help"}
    assert len(programs) >= 9 and all("\n  %s " % name in out for name in programs)


def test_an_unknown_program_is_an_error(entrypoint):
    process = entrypoint("no-such-program")
    err = process.communicate()[1].decode("utf-8")
    assert process.returncode == 2
    assert err.startswith("error: no-such-program: no such program") and err.count("\n") == 1


def test_signals_reach_the_program(entrypoint):
    process = entrypoint("train_tacotron", "sleep")
    assert process.stdout.readline()        # the program has started
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    process.communicate()


def test_the_entrypoint_runs_every_program_of_the_root():
    programs = {os.path.basename(path)[:-len(".py")] for path in glob.glob(
        os.path.join(glob.escape(ROOT), "*.py")) if "command_line.run_program(main)" in read(path)}
    listed = re.search(r"^([a-z_ |]+)\)\n    exec python \$home/\$program\.py",
                      read("docker/entrypoint"), re.M).group(1)
    assert programs == set(listed.split(" | "))


def test_the_image_contains_every_package_that_it_imports():
    folders = re.findall(r"^!(\w+)$", read(".dockerignore"), re.M)
    paths = [path for pattern in ["*.py"] + [name + "/**/*.py" for name in folders]
             for path in glob.glob(os.path.join(glob.escape(ROOT), pattern), recursive=True)]
    imported = {name.split(".")[0] for path in paths for name in imports(path)}
    packages = {name for name in os.listdir(ROOT)
                if os.path.exists(os.path.join(ROOT, name, "__init__.py"))}
    assert "doctor" in imported & packages <= set(folders)


@pytest.mark.parametrize("name", IMAGES + (SPEAK_IMAGE,))
def test_images_install_only_what_the_lock_pins(name):
    steps = re.sub(r"^#.*$", "", read(name), flags=re.M)
    assert not re.search(r"\b(apt|apt-get|conda|curl|wget)\b", steps)
    installs = re.findall(r"pip install (.*?)(?:\\?$| &&)", steps, re.M)
    assert installs
    assert all("--require-hashes" in install and "--no-deps" in install for install in installs)


@pytest.mark.parametrize("name", IMAGES)
def test_images_do_not_run_as_root_and_copy_the_code_last(name):
    steps = [line for line in read(name).split("\n") if re.match(r"[A-Z]+ ", line)]
    assert steps[-1].startswith("COPY . ")
    assert "USER 1000:1000" in steps


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_hashes(name):
    pins = re.findall(r"^\S+==.*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", read(name),
                      re.M)
    assert len(pins) > 50 and all(pins)


@pytest.mark.parametrize("name", sorted(SPEAK_LOCKS))
def test_a_lock_for_speaking_is_a_part_of_the_whole_lock(name):
    pins = re.findall(r"^\S+==.*(?:\n    --hash=.*)+", read(name), re.M)
    assert 10 < len(pins) < 20
    assert all(pin in read(SPEAK_LOCKS[name]) for pin in pins)
    assert not re.search("tensorflow|librosa|scipy|^matplotlib", read(name), re.I | re.M)


def test_the_image_for_speaking_contains_all_files_that_speaking_needs(tmp_path):
    home = "/opt/voicecloning"
    copied = re.findall(r"^COPY ((?:[\w./]+ )+)%s(\S*)$" % home, read(SPEAK_IMAGE), re.M)
    for sources, target in copied:
        for source in sources.split():
            path = os.path.join(ROOT, source)
            if os.path.isdir(path):
                shutil.copytree(path, str(tmp_path) + target)
            else:
                shutil.copy(path, str(tmp_path) + target)
    (tmp_path / "text.txt").write_text("네.", encoding="utf-8")
    subprocess.check_call([sys.executable, str(tmp_path / "synthesize.py"),
                           str(tmp_path / "text.txt"), "--out", str(tmp_path / "spoken")],
                          cwd=str(tmp_path), env=dict(os.environ, PYTHONPATH=""))
    assert (tmp_path / "spoken" / "0001.wav").exists()


def test_the_vocoder_engine_compiles_from_what_the_build_stage_copies(tmp_path):
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("there is no C compiler")
    stage, = {re.search(r" AS native\n(.*?)\nFROM ", read(name), re.S).group(1)
              for name in IMAGES + (SPEAK_IMAGE,)}
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", stage, re.M):
        source, target = os.path.join(ROOT, source), str(tmp_path / target)
        if os.path.isdir(source):
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("build"))
        else:
            os.makedirs(target, exist_ok=True)
            shutil.copy(source, target)
    command, = re.findall(r"^RUN python (.*)$", stage, re.M)
    subprocess.check_call([sys.executable] + command.split(), cwd=str(tmp_path),
                          env=dict(os.environ, PYTHONPATH=""))
    assert glob.glob(str(tmp_path / "wavenet_vocoder" / "engine" / "build" / "*.so"))
