"""The server as a program, over real connections: limits, disconnected clients, its end."""
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import namedtuple

import psutil
import pytest
from conftest import ROOT
from helpers.waiting import wait_until

import serve
from common.errors import InputError
from server import limits, voice_library
from server.http_server import HttpServer
from server.voice_library import VoiceLibrary
from synthesis.voice import DEMO_VOICE

LONG_TEXT = "오늘 아침에는 바람이 조금 불었지만 하늘은 맑고 날씨는 따뜻했습니다. " * 20


# -- connections: a WSGI application that is not about speech --------------------------------------

@contextlib.contextmanager
def running_server(application):
    server = HttpServer(application, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, thread
    finally:
        server.stop()
        thread.join(30)
    assert not thread.is_alive()


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


def get(address):
    connection = http.client.HTTPConnection(address[0], address[1], timeout=30)
    connection.request("GET", "/")
    try:
        return connection.getresponse().read()
    finally:
        connection.close()


def is_closed(connection, seconds=20):
    """Whether the server closes a connection, possibly after an answer."""
    connection.settimeout(seconds)
    try:
        while connection.recv(1 << 16):
            pass
        return True
    except ConnectionError:
        return True
    except socket.timeout:
        return False


def test_connections_that_send_slowly_are_closed_and_do_not_stop_others(monkeypatch):
    monkeypatch.setattr(limits, "MAX_RECEIVE_SECONDS", 1.0)
    with running_server(hello) as (server, _):
        slow = [socket.create_connection(server.address) for _ in range(500)]
        for connection in slow:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na")
        start_time = time.monotonic()
        assert get(server.address) == b"hello" and time.monotonic() - start_time < 20
        assert all(is_closed(connection) for connection in slow)
        for connection in slow:
            connection.close()
        assert get(server.address) == b"hello"


def test_a_client_that_does_not_read_is_given_up(monkeypatch):
    monkeypatch.setattr(limits, "MAX_IDLE_SECONDS", 1.0)
    ended = threading.Event()

    def endless(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])

        def pieces():
            try:
                while True:
                    yield b"x" * (1 << 20)
            finally:
                ended.set()
        return pieces()
    with running_server(endless) as (server, _):
        with contextlib.closing(socket.create_connection(server.address)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert ended.wait(30)


def test_an_answer_may_begin_late(monkeypatch):
    monkeypatch.setattr(limits, "MAX_IDLE_SECONDS", 1)

    def late(environ, start_response):
        time.sleep(3)
        return hello(environ, start_response)
    with running_server(late) as (server, _):
        assert get(server.address) == b"hello"


def test_stop_finishes_running_requests_and_refuses_new_ones():
    has_started, may_end = threading.Event(), threading.Event()

    def slow(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        has_started.set()
        yield b"begin "
        may_end.wait(30)
        yield b"end"
    results = []
    with running_server(slow) as (server, thread):
        client = threading.Thread(target=lambda: results.append(get(server.address)))
        client.start()
        assert has_started.wait(30)
        server.stop()

        def is_refused():
            try:
                socket.create_connection(server.address, timeout=1).close()
            except OSError:
                return True
        wait_until(is_refused)
        assert thread.is_alive() and not results
        may_end.set()
        client.join(30)
        thread.join(30)
    assert results == [b"begin end"]


def test_bodies_that_are_far_too_large_are_refused_before_they_are_read():
    with running_server(hello) as (server, _):
        with contextlib.closing(socket.create_connection(server.address)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000"
                               b"\r\n\r\n")
            connection.settimeout(30)
            assert b" 413 " in connection.recv(4096)


# -- the program -----------------------------------------------------------------------------------

Program = namedtuple("Program", "process port log")


def start_program(*options, log=subprocess.PIPE):
    """(process, port) of serve.py"""
    process = subprocess.Popen(
        [sys.executable, os.path.join(ROOT, "serve.py"), "--port", "0"] + list(options),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
    line = process.stdout.readline().decode("ascii")
    if not line:
        return process, None
    return process, int(line.rpartition(":")[2])


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Program(process, port, log: the file of its messages)"""
    # a pipe that nobody reads could stop the server; append, because reading moves the position
    with open(str(tmp_path_factory.mktemp("server") / "log"), "a+b") as log:
        process, port = start_program("--queue", "8", log=log)
        yield Program(process, port, log)
        process.kill()
        process.communicate()


def wait_until_idle(program):
    """Wait for the end of all requests. If that does not come, say what the program does."""
    try:
        wait_until(lambda: not n_requests(program.port))
    except AssertionError:
        program.process.send_signal(signal.SIGUSR1)
        time.sleep(2)
        program.log.seek(0)
        pytest.fail(program.log.read().decode("utf-8", "replace"))


def request(port, method, path, body=None):
    """(status, bytes)"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body and json.dumps(body).encode("ascii"),
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def n_requests(port):
    return json.loads(request(port, "GET", "/healthz")[1].decode("utf-8"))["requests"]


def test_speech_arrives_while_it_is_generated(program):
    port = program.port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/v1/audio/speech", json.dumps(
        {"input": LONG_TEXT, "response_format": "pcm"}), {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200 and response.getheader("Transfer-Encoding") == "chunked"
    assert len(response.read(3200)) == 3200 and n_requests(port) == 1
    response.close()
    connection.close()
    wait_until_idle(program)        # nobody reads it any more


def test_a_voice_is_loaded_again_for_new_weights_and_not_for_each_step_of_a_training(tmp_path):
    run = tmp_path / "tacotron"
    run.mkdir()
    (run / "run.json").write_text("{}")
    before = voice_library._stamp(str(tmp_path))
    (run / "history.jsonl").write_text("{}\n")
    (run / "events").mkdir()
    assert voice_library._stamp(str(tmp_path)) == before
    (run / "model-100.index").write_text("weights")
    assert voice_library._stamp(str(tmp_path)) != before


@pytest.mark.parametrize("options, message", [
    (["--port", "65536"], "from 1 to 65535"), (["--wyoming", "80100"], "from 1 to 65535"),
    (["--queue", "49"], "from 1 to 48")])
def test_ports_and_queues_that_are_too_large_are_refused(options, message, capsys):
    with pytest.raises((InputError, SystemExit)) as error:
        serve.main(options)
    assert message in str(error.value) + capsys.readouterr().err


def test_clients_that_disconnect_leave_nothing_behind(program):
    port, server = program.port, psutil.Process(program.process.pid)
    threads, descriptors = server.num_threads(), server.num_fds()
    body = json.dumps({"input": LONG_TEXT, "response_format": "wav"}).encode("ascii")
    head = ("POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
            "\r\nContent-Length: %d\r\n\r\n" % len(body)).encode("ascii")
    for number in range(24):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(head + body)
        if number % 3 == 0:
            connection.settimeout(60)
            connection.recv(100)
        connection.close()
    wait_until_idle(program)
    wait_until(lambda: server.num_fds() <= descriptors + 2)
    assert server.num_threads() <= threads


def test_sigusr1_prints_what_each_thread_does(program):
    program.process.send_signal(signal.SIGUSR1)

    def log():
        program.log.seek(0)
        return program.log.read().decode("utf-8")
    wait_until(lambda: "speech_queue.py" in log() and "http_server.py" in log())
    assert request(program.port, "GET", "/healthz")[0] == 200


def test_a_full_queue_answers_at_once(program):
    port = program.port
    connections = []
    for number in range(12):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("POST", "/v1/audio/speech", json.dumps(
            {"input": LONG_TEXT[:120], "seed": number + 1, "response_format": "pcm"}),
            {"Content-Type": "application/json"})
        connections.append(connection)
    responses = [connection.getresponse() for connection in connections]
    refused = [response for response in responses if response.status == 503]
    assert len(refused) == 4 and all(response.getheader("Retry-After") for response in refused)
    for connection, response in zip(connections, responses):
        response.close()
        connection.close()
    wait_until_idle(program)


def test_sigterm_finishes_the_running_request_without_tensorflow():
    script = ("import os, sys, serve\n"
              "serve.main(['--port', '0'])\n"
              "print(sorted(name for name in sys.modules if 'tensorflow' in name))")
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    port = int(process.stdout.readline().decode("ascii").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/v1/audio/speech", json.dumps(
        {"input": "오늘은 맑다. 내일은 비가 온다.", "response_format": "wav"}),
        {"Content-Type": "application/json"})
    response = connection.getresponse()
    process.send_signal(signal.SIGTERM)
    assert len(response.read()) > 16000
    connection.close()
    out = process.communicate(timeout=60)[0]
    assert process.returncode == 0 and out.strip().endswith(b"[]")


@pytest.mark.parametrize("options, message", [
    (["--host", "0.0.0.0"], "--api-key-file"), (["--voice", "tests"], "is not a voice"),
    (["--host", "no.such.host.invalid", "--open"], "is no address"),
    (["--api-key-file", "no-such-file"], "no-such-file"),
    (["--voice", DEMO_VOICE, "--voice", DEMO_VOICE], "rename one")])
def test_wrong_options_are_errors_of_one_line(options, message):
    process, port = start_program(*options)
    err = process.communicate()[1].decode("utf-8")
    assert port is None and process.returncode == 2
    assert err.splitlines()[-1].startswith("error: ") and message in err
    assert "Traceback" not in err


def test_a_port_that_is_in_use_is_an_error(program):
    process, port = start_program("--port", str(program.port))
    err = process.communicate()[1].decode("utf-8")
    assert port is None and process.returncode == 2 and "choose another port" in err


# -- voices that change ----------------------------------------------------------------------------

def test_a_voice_is_loaded_again_when_its_folder_changes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(voice_library, "WATCH_SECONDS", 0.1)
    folder = tmp_path / "mine"
    shutil.copytree(DEMO_VOICE, str(folder))
    library = VoiceLibrary([str(folder)])
    library.watch()
    loaded = library.get("mine")
    weights = folder / "vocoder" / "weights.npz"
    content = weights.read_bytes()
    weights.write_bytes(content[:1000])
    wait_until(lambda: library.problems)
    assert "weights.npz" in library.problems["mine"] and library.get("mine") is loaded
    assert "the voice as loaded before is kept" in capsys.readouterr().err
    shutil.rmtree(str(folder))
    wait_until(lambda: "is not a voice" in library.problems.get("mine", ""))
    assert library.get("mine") is loaded
    shutil.copytree(DEMO_VOICE, str(folder))
    wait_until(lambda: not library.problems)
    assert library.get("mine") is not loaded
    assert library.get("mine").content == loaded.content
