"""The images' files as far as they can be tried without Docker; docker/test_image.py does more."""
import ast
import glob
import importlib.util
import os
import re
import signal
import stat
import subprocess
import time

import pytest
from conftest import ROOT

IMAGES = ("Dockerfile", "Dockerfile.modern")
LOCKS = ("requirements.txt", "requirements-modern.txt")


def content(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def imports(path):
    """The modules that a file imports, by their full names."""
    for node in ast.walk(ast.parse(content(path))):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.name
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def module(name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(ROOT, "docker", name + ".py"))
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def entrypoint(tmp_path):
    """entrypoint(*arguments): a process of it, in which `python` and `tensorboard` tell how they
    were called, or sleep where they are told to."""
    for name in ("python", "tensorboard"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n"
                           # the entry point asks whether there is a driver: there is none
                           "[ \"$1\" != -I ] || exit 1\n"
                           "echo %s \"$@\"\n"
                           "case \"$*\" in *sleep) exec sleep 60 ;; esac\n" % name)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    environment = dict(os.environ, PATH="%s:%s" % (tmp_path, os.environ["PATH"]))

    def start(*arguments):
        return subprocess.Popen(("sh", os.path.join(ROOT, "docker", "entrypoint")) + arguments,
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return start


@pytest.mark.parametrize("arguments, called", [
    (["train_tacotron", "--steps", "3"], "python /opt/voicecloning/train_tacotron.py --steps 3"),
    (["train_vocoder"], "python /opt/voicecloning/train_vocoder.py"),
    (["preprocess", "--corpus", "내 목소리"],
     "python /opt/voicecloning/preprocess.py --corpus 내 목소리"),
    (["synthesize", "a.txt"], "python /opt/voicecloning/synthesize.py a.txt"),
    (["korean", "--jamo"], "python -m korean --jamo"),
    (["datasets", "check", "data"], "python -m datasets check data"),
    (["doctor"], "python -m doctor"),
    (["tensorboard"], "tensorboard --host 0.0.0.0 --port 6006 --logdir logs"),
    (["echo", "another", "program"], "another program")])
def test_programs_are_called_by_name(entrypoint, arguments, called):
    process = entrypoint(*arguments)
    out, _ = process.communicate()
    assert (process.returncode, out.decode("utf-8")) == (0, called + "\n")


@pytest.mark.skipif(os.path.exists("/proc/driver/nvidia/version"),
                    reason="this host has a driver: the programs speak for themselves")
@pytest.mark.parametrize("program, told", [("train_tacotron", 1), ("synthesize", 1), ("korean", 0)])
def test_whoever_computes_without_a_driver_is_told_in_one_line(entrypoint, program, told):
    _, err = entrypoint(program).communicate()
    assert err.decode("utf-8").count("note: this container has no NVIDIA driver") == told
    assert err.count(b"\n") == told


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_names_every_program(entrypoint, arguments):
    process = entrypoint(*arguments)
    out = process.communicate()[0].decode("utf-8")
    assert process.returncode == 0
    with open(os.path.join(ROOT, "docker", "entrypoint"), encoding="utf-8") as file:
        cases = re.findall(r"^([a-z_ |]+)\)$", file.read(), re.M)
    programs = {name for case in cases for name in case.split(" | ")} - {"help"}
    assert len(programs) >= 9 and all("\n  %s " % name in out for name in programs)


def test_a_program_that_is_not_there_is_an_error(entrypoint):
    process = entrypoint("no-such-program")
    err = process.communicate()[1].decode("utf-8")
    assert process.returncode == 2
    assert err.startswith("error: there is no program no-such-program") and err.count("\n") == 1


def test_a_signal_reaches_the_program_itself(entrypoint):
    process = entrypoint("train_tacotron", "sleep")
    assert process.stdout.readline()        # it runs
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    process.communicate()


def test_every_program_is_one_of_the_image():
    programs = {os.path.basename(path)[:-len(".py")] for path in glob.glob(
        os.path.join(glob.escape(ROOT), "*.py")) if "command_line.run(main)" in content(path)}
    named = re.search(r"^([a-z_ |]+)\)\n    exec python \$home/\$program\.py",
                      content("docker/entrypoint"), re.M).group(1)
    assert programs == set(named.split(" | "))


def test_the_image_has_what_its_files_import():
    there = re.findall(r"^!(\w+)$", content(".dockerignore"), re.M)
    paths = [path for pattern in ["*.py"] + [name + "/**/*.py" for name in there]
             for path in glob.glob(os.path.join(glob.escape(ROOT), pattern), recursive=True)]
    imported = {name.split(".")[0] for path in paths for name in imports(path)}
    packages = {name for name in os.listdir(ROOT)
                if os.path.exists(os.path.join(ROOT, name, "__init__.py"))}
    assert "doctor" in imported & packages <= set(there)


@pytest.mark.parametrize("name", IMAGES)
def test_images_install_nothing_that_is_not_in_the_lock(name):
    steps = re.sub(r"^#.*$", "", content(name), flags=re.M)
    assert not re.search(r"\b(apt|apt-get|conda|curl|wget)\b", steps)
    installs = re.findall(r"pip install (.*?)(?:\\?$| &&)", steps, re.M)
    assert installs and all("--require-hashes" in one and "--no-deps" in one for one in installs)


@pytest.mark.parametrize("name", IMAGES)
def test_images_do_not_run_as_root_and_copy_the_code_last(name):
    steps = [line for line in content(name).split("\n") if re.match(r"[A-Z]+ ", line)]
    assert steps[-1].startswith("COPY . ")
    assert "USER 1000:1000" in steps


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_hashes(name):
    pins = re.findall(r"^\S+==.*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", content(name),
                      re.M)
    assert len(pins) > 50 and all(pins)


@pytest.mark.parametrize("name", LOCKS)
def test_hashes_are_written_anew_without_touching_the_rest(name):
    hashes, lock = module("hashes"), content(name)
    assert hashes.hashed(lock, lambda package, version: ["1", "2"]).count("--hash=sha256:2") > 50
    known = {}
    for pin, below in re.findall(r"^([\w.-]+)==.*((?:\n    --hash=.*)*)", lock, re.M):
        known[pin] = re.findall(r"sha256:(\w+)", below)
    assert hashes.hashed(lock, lambda package, version: known[package]) == lock
    with pytest.raises(SystemExit, match="the index has no file"):
        hashes.hashed("absent==1\n", lambda package, version: [])


@pytest.mark.parametrize("name, right", [
    ("numpy-1.16.6-cp36-cp36m-manylinux1_x86_64.whl", True),
    ("numpy-1.16.6-cp36-cp36m-manylinux1_i686.whl", False),
    ("numpy-1.16.6-cp37-cp37m-manylinux1_x86_64.whl", False),
    ("six-1.16.0-py2.py3-none-any.whl", True),
    ("cryptography-3.4-cp35-abi3-manylinux2010_x86_64.whl", True),
    ("cryptography-3.4-cp37-abi3-manylinux2010_x86_64.whl", False),
    ("soundfile-0.12.1-py2.py3-none-win_amd64.whl", False),
    ("kss-2.6.0.tar.gz", False)])
def test_hashes_are_those_of_files_that_can_be_installed(name, right):
    hashes = module("hashes")
    pythons, platforms, _ = hashes.LOCKS["requirements.txt"]
    assert hashes.fits(name, pythons, platforms) is right


def test_a_source_archive_counts_where_no_wheel_fits():
    hashes = module("hashes")
    files = [("a-1-cp39-cp39-win32.whl", "w"), ("a-1.tar.gz", "s")]
    assert hashes.digests(files, ("cp36",), "any") == ["s"]
    assert hashes.digests(files + [("a-1-cp36-cp36m-any.whl", "r")], ("cp36",), "any") == ["r"]
