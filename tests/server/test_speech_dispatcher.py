"""Speech Dispatcher with the configuration of docs/speech-dispatcher, if it is installed."""
import contextlib
import os
import shutil
import subprocess
import threading

import numpy as np
import pytest
from conftest import ROOT
from helpers.scripted_server import ScriptedLibrary, ScriptedServedVoice
from helpers.waiting import wait_until

from server import access
from server.application import create_application
from server.http_server import HttpServer
from server.speech_queue import SpeechQueue

CONFIGURATION = os.path.join(ROOT, "docs/speech-dispatcher/voicecloning-generic.conf")
ADDRESS = "http://127.0.0.1:8010/"


def read_configuration():
    with open(CONFIGURATION, encoding="utf-8") as file:
        return file.read()


@contextlib.contextmanager
def running_server():
    """The port of an HTTP server with the speakers of voices/demo."""
    speech_queue = SpeechQueue(ScriptedLibrary(ScriptedServedVoice("demo", ("sol", "ram"))), 1)
    server = HttpServer(create_application(speech_queue, access.AccessControl()), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.address[1]
    finally:
        server.stop()
        thread.join(30)
        speech_queue.stop()


@pytest.fixture
def say(tmp_path, monkeypatch):
    """say(option, …) calls spd-say, and returns the WAV files that were given to the player."""
    if not (shutil.which("speech-dispatcher") and shutil.which("spd-say") and shutil.which("curl")):
        pytest.skip("Speech Dispatcher is not installed")
    for name in ("modules", "clients", "played", "bin", "log"):
        (tmp_path / name).mkdir()
    (tmp_path / ".libao").write_text("default_driver=null\n")       # no sound card
    player = tmp_path / "bin/play"
    player.write_text("#!/bin/sh\nexec cat >\"$HOME/played/$$.wav\"\n")
    player.chmod(0o755)
    (tmp_path / "speechd.conf").write_text(
        'AddModule "voicecloning-generic" "sd_generic" "voicecloning-generic.conf"\n'
        'DefaultModule "voicecloning-generic"\nAudioOutputMethod "libao"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", "%s:%s" % (tmp_path / "bin", os.environ["PATH"]))
    monkeypatch.setenv("SPEECHD_ADDRESS", "unix_socket:%s/socket" % tmp_path)
    with running_server() as port:
        configuration = read_configuration().replace(ADDRESS, "http://127.0.0.1:%d/" % port)
        (tmp_path / "modules/voicecloning-generic.conf").write_text(configuration,
                                                                    encoding="utf-8")
        process = subprocess.Popen(
            ["speech-dispatcher", "-s", "-C", str(tmp_path), "-c", "unix_socket", "-S",
             str(tmp_path / "socket"), "-L", str(tmp_path / "log"), "-P", str(tmp_path / "pid")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((tmp_path / "socket").exists)

        def call(*options):
            before = set((tmp_path / "played").iterdir())
            subprocess.check_call(["spd-say", "--wait", "--language", "ko"] + list(options),
                                  timeout=60)
            return [path.read_bytes() for path in (tmp_path / "played").iterdir()
                    if path not in before]
        yield call
        process.terminate()
        process.wait(30)


def test_the_configuration_names_the_default_port_and_the_speakers_of_the_demo():
    configuration = read_configuration()
    assert ADDRESS in configuration
    assert [line.split()[-1] for line in configuration.splitlines()
            if line.startswith("AddVoice")] == ['"sol"', '"ram"']


def test_hangul_arrives_and_is_played(say, tmp_path):
    file, = say("안녕하세요. 2024. 3. 5. 화요일입니다.")
    assert "안녕하세요. 이천이십사년 삼월 오일 화요일입니다.".encode("utf-8") in file
    samples = np.frombuffer(file[file.index(b"data") + 8:], "<i2")
    assert len(samples) > 16000 and np.abs(samples).max() > 1000
    # quotes and commands of the shell are text
    files = say("-t", "female1", "'둘' $(touch %s/x) `id`; \"셋\"" % tmp_path)
    assert not (tmp_path / "x").exists()
    assert any("셋".encode("utf-8") in file and b"speech; sol;" in file for file in files)
    file, = say("--ssml", "<speak>네, <break time='1s'/>그래요.</speak>")
    assert "네, 그래요.".encode("utf-8") in file and b"break" not in file
