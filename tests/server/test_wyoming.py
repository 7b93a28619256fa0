"""The Wyoming protocol over real connections, with voices whose samples cost nothing."""
import contextlib
import json
import socket
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from helpers.scripted_server import ScriptedLibrary, ScriptedServedVoice
from helpers.waiting import wait_until

import serve
from common.errors import InputError
from server import access, limits
from server.application import create_application
from server.request_errors import RequestError
from server.speech_queue import SpeechQueue
from server.streamed_text import StreamedText
from server.wyoming_connection import CHUNK_SAMPLES
from server.wyoming_events import encode_event, take_event
from server.wyoming_server import WyomingServer
from synthesis.pauses import PARAGRAPH_PAUSE, SENTENCE_PAUSE

TEXT = "안녕하세요. 오늘은 비가 옵니다."


@pytest.fixture(scope="module")
def speech_queue():
    speech_queue = SpeechQueue(ScriptedLibrary(
        ScriptedServedVoice("first"), ScriptedServedVoice("second", ("three",))), 1, max_jobs=2)
    yield speech_queue
    speech_queue.stop()


@pytest.fixture
def gate(speech_queue):
    """Cleared, it holds up all samples until the end of the test."""
    gate = speech_queue.library.get().vocoder.gate
    yield gate
    gate.set()


@contextlib.contextmanager
def running_server(speech_queue):
    server = WyomingServer(speech_queue, "127.0.0.1", 0)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.join()


@pytest.fixture(scope="module")
def server(speech_queue):
    with running_server(speech_queue) as server:
        yield server


class Client(object):
    """A client that knows the format of the events and no more."""

    def __init__(self, server):
        self.socket = socket.create_connection(server.address, timeout=30)
        self.file = self.socket.makefile("rb")

    def send(self, name, data=None):
        self.socket.sendall(encode_event(name, data))

    def read(self):
        """(type, data, payload), or None at the end."""
        line = self.file.readline()
        if not line:
            return None
        header = json.loads(line.decode("utf-8"))
        data = self.file.read(header.get("data_length", 0))
        payload = self.file.read(header.get("payload_length", 0))
        return header["type"], json.loads(data.decode("utf-8")) if data else {}, payload

    def read_until(self, name):
        """All events up to one of a type."""
        events = [self.read()]
        while events[-1] and events[-1][0] != name:
            events.append(self.read())
        assert events[-1], events
        return events

    def close(self):
        self.file.close()
        self.socket.close()


@pytest.fixture
def connect(server):
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(contextlib.closing(Client(server)))


def pcm_of(events):
    return b"".join(payload for name, _, payload in events if name == "audio-chunk")


def http_pcm(speech_queue, **body):
    client = create_application(speech_queue, access.AccessControl()).test_client()
    response = client.post("/v1/audio/speech", data=json.dumps(dict(body, response_format="pcm")),
                           content_type="application/json")
    assert response.status_code == 200
    return response.data


def test_describe_lists_voices_speakers_and_language(connect):
    client = connect()
    client.send("describe")
    name, info, _ = client.read()
    assert name == "info" and info["asr"] == []
    program, = info["tts"]
    assert program["installed"] and program["supports_synthesize_streaming"]
    assert [(voice["name"], voice["languages"]) for voice in program["voices"]] == [
        (name, ["ko"]) for name in ("first", "first/one", "first/two", "second")]
    assert program["voices"][0]["speakers"] == [{"name": "one"}, {"name": "two"}]


@pytest.mark.parametrize("voice, model, speaker", [
    (None, "first", "one"), ({}, "first", "one"), ({"language": "ko-KR"}, "first", "one"),
    ({"name": "first", "speaker": "two"}, "first", "two"), ({"name": "second"}, "second", "three"),
    ({"name": "first/two"}, "first", "two")])
def test_the_samples_are_those_of_http(connect, speech_queue, voice, model, speaker):
    client = connect()
    client.send("synthesize", {"text": TEXT, "voice": voice} if voice is not None else
                {"text": TEXT})
    events = client.read_until("audio-stop")
    form = {"rate": 16000, "width": 2, "channels": 1}
    assert events[0] == ("audio-start", form, b"")
    assert all(event[:2] == ("audio-chunk", form) for event in events[1:-1])
    assert max(len(event[2]) for event in events) <= 2 * CHUNK_SAMPLES
    pcm = pcm_of(events)
    assert pcm == http_pcm(speech_queue, model=model, voice=speaker, input=TEXT)
    assert np.abs(np.frombuffer(pcm, "<i2")).max() > 1000


def test_one_connection_serves_several_events_in_their_order(connect):
    client = connect()
    for text in ("하나", "두울"):
        client.send("synthesize", {"text": text})
    client.send("unknown-event", {"a": 1})
    client.send("ping", {"text": "x"})
    first, second = client.read_until("audio-stop"), client.read_until("audio-stop")
    assert pcm_of(first) and pcm_of(first) != pcm_of(second)
    assert client.read() == ("pong", {"text": "x"}, b"")


def test_old_clients_write_data_into_the_line_and_payloads_are_dropped(connect):
    client = connect()
    client.socket.sendall(b'{"type": "audio-chunk", "payload_length": 3}\n{}\n')
    client.socket.sendall(json.dumps({"type": "ping", "data": {"text": "가"}},
                                     ensure_ascii=False).encode("utf-8") + b"\n")
    assert client.read() == ("pong", {"text": "가"}, b"")


# -- streams of text -----------------------------------------------------------------------------

def test_a_text_that_arrives_at_once_has_the_samples_of_one_request(connect, speech_queue):
    client = connect()
    voice = {"name": "first", "speaker": "two"}
    client.socket.sendall(
        encode_event("synthesize-start", {"voice": voice})
        + b"".join(encode_event("synthesize-chunk", {"text": character}) for character in TEXT)
        + encode_event("synthesize", {"text": TEXT, "voice": voice})    # as Home Assistant does
        + encode_event("synthesize-stop"))
    events = client.read_until("synthesize-stopped")
    names = [event[0] for event in events]
    assert names[0] == "audio-start" and names[-2:] == ["audio-stop", "synthesize-stopped"]
    assert names.count("audio-start") == names.count("audio-stop") == 1
    assert pcm_of(events) == http_pcm(speech_queue, voice="two", input=TEXT)
    client.send("synthesize", {"text": "하나"})     # the stream has ended
    assert pcm_of(client.read_until("audio-stop"))


def test_sentences_are_spoken_before_the_text_is_complete(connect, speech_queue):
    client = connect()
    client.send("synthesize-start")
    client.send("synthesize-chunk", {"text": "안녕하세요, 여러분. 오늘은"})
    expected = http_pcm(speech_queue, input="안녕하세요, 여러분.")
    events, pcm = [client.read()], b""
    assert events[0][0] == "audio-start"
    while len(pcm) < len(expected):
        events.append(client.read())
        pcm = pcm_of(events)
    assert pcm == expected
    client.send("synthesize-chunk", {"text": " 비가 옵니다.\n"})
    client.send("synthesize-chunk", {"text": "👍"})
    client.send("synthesize-stop")
    pcm = pcm_of(client.read_until("synthesize-stopped"))
    pause = b"\0" * (2 * int(SENTENCE_PAUSE * 16000))
    assert pcm == pause + http_pcm(speech_queue, input="오늘은 비가 옵니다.")


def test_a_stream_with_nothing_to_pronounce_is_an_error(connect):
    client = connect()
    client.send("synthesize-start")
    client.send("synthesize-chunk", {"text": "👍"})
    client.send("synthesize-stop")
    assert client.read()[1]["code"] == "unreadable_text" and client.read() is None


def test_text_is_divided_after_sentences_that_are_long_enough():
    text = StreamedText()
    text.add("네. ")
    assert text.take_sentences() == ""
    text.add("오늘은 2024. 3. 5. 화요일입니다. 그리고 3.5점")
    assert text.take_sentences() == "네. 오늘은 2024. 3. 5. 화요일입니다. " and text.pause == 0
    text.add("을 받았습니다!\n")
    assert text.take_sentences() == "그리고 3.5점을 받았습니다!\n"
    assert text.pause == SENTENCE_PAUSE and text.take_sentences() == text.take_rest() == ""
    text.add("\n끝")
    assert text.take_sentences() == "" and text.take_rest() == "\n끝"
    assert text.pause == PARAGRAPH_PAUSE
    with pytest.raises(RequestError):
        text.add("가" * limits.MAX_CHARACTERS)


# -- wrong input -----------------------------------------------------------------------------------

@pytest.mark.parametrize("content, code", [
    (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "protocol_error"), (b"\n", "protocol_error"),
    (b"[]\n", "protocol_error"), (b"{}\n", "protocol_error"), (b'{"type": 3}\n', "protocol_error"),
    (b"[" * 50000 + b"\n", "protocol_error"), (b'\xff{"type": "ping"}\n', "protocol_error"),
    (b"a" * 2 * limits.MAX_BODY_BYTES, "protocol_error"),
    (b'{"type": "ping", "data": []}\n'.replace(b"[]", b"[1]"), "protocol_error"),
    (b'{"type": "ping", "data_length": 2}\n[]', "protocol_error"),
    (b'{"type": "ping", "data_length": -1}\n', "protocol_error"),
    (b'{"type": "ping", "data_length": true}\n', "protocol_error"),
    (b'{"type": "ping", "data_length": 99999999}\n', "protocol_error"),
    (b'{"type": "ping", "payload_length": 1e9}\n', "protocol_error"),
    (encode_event("synthesize"), "invalid_type"),
    (encode_event("synthesize", {"text": ["가"]}), "invalid_type"),
    (encode_event("synthesize", {"text": ""}), "unreadable_text"),
    (encode_event("synthesize", {"text": "가\ud800"}), "invalid_unicode"),
    (encode_event("synthesize", {"text": "a" * 100000}), "text_too_long"),
    (encode_event("synthesize", {"text": "<speak/>", "text_format": "ssml"}), "invalid_value"),
    (encode_event("synthesize", {"text": "가", "voice": "first"}), "invalid_type"),
    (encode_event("synthesize", {"text": "가", "voice": {"name": 3}}), "invalid_type"),
    (encode_event("synthesize", {"text": "가", "voice": {"name": "../first"}}), "voice_not_found"),
    (encode_event("synthesize", {"text": "가", "voice": {"speaker": "x"}}), "voice_not_found"),
    (encode_event("synthesize", {"text": "가", "voice": {"language": "en"}}), "voice_not_found"),
    (encode_event("synthesize-start", {"voice": {"name": "x"}}), "voice_not_found"),
    (encode_event("synthesize-chunk", {"text": "가"}), "protocol_error"),
    (encode_event("synthesize-stop"), "protocol_error")])
def test_wrong_events_end_the_connection_with_an_error(connect, capfd, content, code):
    client = connect()
    client.socket.sendall(content)
    name, error, _ = client.read()
    assert (name, error["code"]) == ("error", code) and error["text"]
    assert client.read() is None and not capfd.readouterr().err


def test_a_flood_of_events_is_an_error(connect, speech_queue, gate):
    gate.clear()
    client = connect()
    client.send("synthesize", {"text": "비가 옵니다."})
    with contextlib.suppress(ConnectionError):
        for _ in range(2 * limits.MAX_WAITING_BYTES >> 10):
            client.send("ping", {"text": "x" * 1000})
    assert client.read()[1]["code"] == "too_many_events"
    wait_until(lambda: not speech_queue.n_jobs)


def test_an_event_is_taken_from_any_division_into_bytes():
    content = encode_event("a", {"text": "가"}, b"\n\n") + encode_event("b")
    buffer, events = bytearray(), []
    for index in range(len(content)):
        buffer += content[index:index + 1]
        event = take_event(buffer)
        events += [event] if event else []
    assert events == [("a", {"text": "가"}), ("b", {})] and not buffer


# -- connections -----------------------------------------------------------------------------------

def test_a_disconnected_client_frees_its_place(connect, speech_queue, gate):
    gate.clear()
    clients = [connect(), connect()]
    for number, client in enumerate(clients):
        client.send("synthesize", {"text": "다섯" * (number + 1)})
    wait_until(lambda: speech_queue.n_jobs == 2)
    refused = connect()
    refused.send("synthesize", {"text": "세엣"})
    assert refused.read()[1]["code"] == "queue_full"
    for client in clients:
        client.close()
    wait_until(lambda: not speech_queue.n_jobs)
    gate.set()
    client = connect()
    client.send("synthesize", {"text": "세엣"})
    assert pcm_of(client.read_until("audio-stop"))


def test_slow_senders_and_idle_connections_are_ended(connect, server, monkeypatch):
    monkeypatch.setattr(limits, "MAX_RECEIVE_SECONDS", 0.3)
    monkeypatch.setattr(limits, "MAX_IDLE_SECONDS", 0.3)
    slow, idle, writing = connect(), connect(), connect()
    slow.socket.sendall(b'{"type"')
    writing.send("synthesize-start")
    assert slow.read()[1]["code"] == "timeout" and slow.read() is None
    assert idle.read() is None
    writing.send("ping")        # a text may pause for longer
    assert writing.read()[0] == "pong"


def test_a_client_that_does_not_read_is_given_up(connect, server, speech_queue, monkeypatch):
    monkeypatch.setattr(limits, "MAX_IDLE_SECONDS", 0.5)
    client = connect()
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for _ in range(100):
        client.send("synthesize", {"text": "오늘은 비가 옵니다. " * 100})
    wait_until(lambda: not server._threads)
    wait_until(lambda: not speech_queue.n_jobs)


def test_there_are_not_more_connections_than_the_limit(connect, server, monkeypatch):
    wait_until(lambda: not server._threads)
    monkeypatch.setattr(limits, "WYOMING_CONNECTIONS", 3)
    clients = [connect() for _ in range(3)]
    for client in clients:
        client.send("ping")
        assert client.read()[0] == "pong"
    assert connect().read()[1]["code"] == "queue_full"
    clients[0].close()
    wait_until(lambda: len(server._threads) == 2)
    client = connect()
    client.send("ping")
    assert client.read()[0] == "pong"


def test_stopping_finishes_speech_and_ends_idle_connections(speech_queue, gate):
    gate.clear()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_server(speech_queue))
        client, idle = (stack.enter_context(contextlib.closing(Client(server)))
                        for _ in range(2))
        idle.send("ping")
        assert idle.read()
        client.send("synthesize", {"text": "문을 닫습니다."})
        wait_until(lambda: speech_queue.n_jobs)
        server.stop()
        assert idle.read() is None
        with pytest.raises(OSError):
            wait_until(lambda: socket.create_connection(server.address, 1).close(), 5)
        gate.set()
        assert pcm_of(client.read_until("audio-stop")) and client.read() is None
        server.join()
        assert not server._threads


def test_a_defect_is_reported_to_the_client_and_to_the_operator(connect, speech_queue, monkeypatch,
                                                                capfd):
    monkeypatch.setattr(speech_queue, "submit", lambda *_, **__: 1 // 0)
    client = connect()
    client.send("synthesize", {"text": "가"})
    assert client.read()[1] == {"text": "the request failed", "code": "server_error"}
    assert client.read() is None and "ZeroDivisionError" in capfd.readouterr().err


# -- the program -----------------------------------------------------------------------------------

def test_other_addresses_need_to_be_opened(tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("0123456789abcdef\n")
    with pytest.raises(InputError, match="no tokens; give --open"):
        serve.main(["--host", "0.0.0.0", "--api-key-file", str(tokens), "--wyoming", "0"])


def test_a_port_that_is_in_use_is_an_error(server, speech_queue):
    with pytest.raises(InputError, match="--wyoming %d: .*choose another" % server.address[1]):
        WyomingServer(speech_queue, "127.0.0.1", server.address[1])


def test_the_program_serves_both_and_ends_at_sigterm():
    process = subprocess.Popen([sys.executable, "serve.py", "--port", "0", "--wyoming", "0"],
                               cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline().startswith(b"http://127.0.0.1:")
        line = process.stdout.readline().decode("ascii")
        assert line.startswith("wyoming: tcp://127.0.0.1:")
        host, port = line.strip().rpartition("/")[2].split(":")
        with contextlib.closing(socket.create_connection((host, int(port)), 60)) as connection:
            connection.sendall(encode_event("synthesize", {"text": "네, 알겠습니다."}))
            with contextlib.closing(connection.makefile("rb")) as file:
                assert b"audio-start" in file.readline()
                process.terminate()
                assert b"audio-stop" in file.read()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()


def test_the_client_of_the_wyoming_package_understands_it(server, speech_queue):
    pytest.importorskip("wyoming")
    import asyncio

    from wyoming.client import AsyncTcpClient
    from wyoming.info import Describe, Info
    from wyoming.tts import Synthesize, SynthesizeVoice

    async def speak():
        async with AsyncTcpClient(*server.address) as client:
            await client.write_event(Describe().event())
            info = Info.from_event(await client.read_event())
            voice = SynthesizeVoice("first", speaker="two")
            await client.write_event(Synthesize(TEXT, voice).event())
            events = []
            while not events or events[-1].type != "audio-stop":
                events.append(await client.read_event())
            return info, b"".join(event.payload or b"" for event in events)
    info, pcm = asyncio.new_event_loop().run_until_complete(speak())
    assert [voice.name for voice in info.tts[0].voices][0] == "first"
    assert pcm == http_pcm(speech_queue, voice="two", input=TEXT)
