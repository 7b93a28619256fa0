"""The package openai as a client, from requirements-clients.txt (not for Python 3.6)."""
import io
import json
import threading

import pytest
import soundfile
from helpers.scripted_server import ScriptedLibrary

from server.access import AccessControl
from server.application import create_application
from server.http_server import HttpServer
from server.speech_queue import SpeechQueue

openai = pytest.importorskip("openai")
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def base_url():
    speech_queue = SpeechQueue(ScriptedLibrary(), 1)
    server = HttpServer(create_application(speech_queue, AccessControl([TOKEN])), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield "http://127.0.0.1:%d/v1" % server.address[1]
    server.stop()
    thread.join()
    speech_queue.stop()


@pytest.fixture
def client(base_url):
    return openai.OpenAI(base_url=base_url, api_key=TOKEN, max_retries=0)


@pytest.mark.parametrize("name", ["mp3", "wav", "flac", "opus", "pcm"])
def test_formats(client, name):
    data = client.audio.speech.create(model="scripted", voice="two", input="안녕하세요.",
                                      response_format=name).read()
    if name != "pcm":
        samples, rate = soundfile.read(io.BytesIO(data))
        assert rate == 16000 and len(samples) > 1000
    assert len(data) > 1000


def test_streams(client, tmp_path):
    with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="one", input="안녕하세요. " * 20,
            response_format="wav") as response:
        pieces = list(response.iter_bytes())
    assert len(pieces) > 1 and soundfile.read(io.BytesIO(b"".join(pieces)))[1] == 16000
    with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="one", input="안녕하세요.", stream_format="sse") as response:
        events = [json.loads(line[6:]) for line in response.iter_lines() if line]
    assert events[-1]["type"] == "speech.audio.done"


def test_models_and_errors(client, base_url):
    assert [model.id for model in client.models.list()] == ["scripted"]
    for error, arguments in ((openai.BadRequestError, {"voice": "alloy"}),
                             (openai.NotFoundError, {"model": "none"}),
                             (openai.UnprocessableEntityError, {"input": "!"}),
                             (openai.BadRequestError, {"response_format": "aac"})):
        with pytest.raises(error) as raised:
            client.audio.speech.create(**dict(
                {"model": "scripted", "voice": "one", "input": "가나"}, **arguments))
        assert raised.value.body["message"] and raised.value.body["code"]
    other = openai.OpenAI(base_url=base_url, api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        other.models.list()
