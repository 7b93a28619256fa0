"""The HTTP interface, without a network: answers, errors, and who may ask."""
import base64
import io
import json
import time

import numpy as np
import pytest
import soundfile
from helpers.scripted_server import ScriptedLibrary, ScriptedServedVoice
from helpers.waiting import wait_until

from common.errors import InputError
from server import access, limits, openapi
from server.application import create_application
from server.request_errors import RequestError
from server.speech import SpeechReader
from server.speech_queue import SpeechQueue

TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def speech_queue():
    speech_queue = SpeechQueue(ScriptedLibrary(
        ScriptedServedVoice("first"), ScriptedServedVoice("second", ("three",))), 1)
    yield speech_queue
    speech_queue.stop()


@pytest.fixture(scope="module")
def client(speech_queue):
    return create_application(speech_queue, access.AccessControl()).test_client()


def post(client, path, body, **options):
    return client.post(path, data=body if isinstance(body, (bytes, str)) else json.dumps(body),
                       content_type="application/json", **options)


def content(response):
    return json.loads(response.data.decode("utf-8"))


def error_code(response):
    error = content(response)["error"]
    assert set(error) == {"message", "type", "code", "param"} and error["message"]
    return error["code"]


def read_audio(data):
    return soundfile.read(io.BytesIO(data), dtype="int16")


# -- OpenAI's interface --------------------------------------------------------------------------

def test_an_error_during_generation_has_a_status_where_the_file_is_sent_complete(
        client, speech_queue, monkeypatch):
    def fail_after_the_first_block(self, poll=None):
        yield np.ones(100, np.int16)
        raise RequestError("the request took too long", 503, "timeout", "server_error")

    monkeypatch.setattr(SpeechReader, "blocks", fail_after_the_first_block)
    response = post(client, "/v1/audio/speech", {"model": "first", "input": "실패한다.",
                                                 "response_format": "flac"})
    assert (response.status_code, error_code(response)) == (503, "timeout")


@pytest.mark.parametrize("name", ["wav", "flac", "opus"])
def test_speech_in_each_format(client, name):
    response = post(client, "/v1/audio/speech", {
        "model": "first", "voice": "one", "input": "안녕하세요.", "response_format": name})
    assert response.status_code == 200 and response.headers["X-Synthetic-Speech"] == "true"
    samples, rate = read_audio(response.data)
    assert rate == 16000 and np.abs(samples).max() > 1000
    again = post(client, "/v1/audio/speech", {
        "model": "first", "voice": "one", "input": "안녕하세요.", "response_format": name})
    assert again.data == response.data


def test_the_default_is_mp3_of_the_default_voice(client):
    response = post(client, "/v1/audio/speech", {"model": "tts-1", "input": "안녕하세요."})
    assert response.content_type == "audio/mpeg"
    assert len(read_audio(response.data)[0]) > 1000


def test_server_sent_events_carry_the_same_bytes(client):
    body = {"input": "안녕하세요.", "response_format": "pcm"}
    expected = post(client, "/v1/audio/speech", body).data
    response = post(client, "/v1/audio/speech", dict(body, stream_format="sse"))
    assert response.mimetype == "text/event-stream"
    lines = response.data.decode("ascii").split("\n\n")[:-1]
    events = [json.loads(line[len("data: "):]) for line in lines]
    assert [event["type"] for event in events[:-1]] == ["speech.audio.delta"] * (len(events) - 1)
    assert events[-1]["type"] == "speech.audio.done" and events[-1]["usage"]["input_tokens"]
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == expected


@pytest.mark.parametrize("changes, status, code", [
    ({"model": "none"}, 404, "model_not_found"), ({"voice": "alloy"}, 400, "voice_not_found"),
    ({"voice": 3}, 400, "invalid_type"), ({"input": None}, 400, "invalid_type"),
    ({"input": ["가"]}, 400, "invalid_type"), ({"response_format": "aac"}, 400, "unknown_format"),
    ({"response_format": "../wav"}, 400, "unknown_format"), ({"speed": 2}, 400, "invalid_value"),
    ({"speed": "1"}, 400, "invalid_value"), ({"speed": float("nan")}, 400, "invalid_value"),
    ({"seed": 0}, 400, "invalid_value"), ({"seed": 1.5}, 400, "invalid_value"),
    ({"seed": True}, 400, "invalid_value"), ({"strict": "maybe"}, 400, "invalid_type"),
    ({"stream_format": "x"}, 400, "invalid_value"), ({"input": ""}, 422, "unreadable_text"),
    ({"input": "가 שלום 나", "strict": True}, 422, "unreadable_text"),
    ({"input": "a" * 100000}, 413, "text_too_long"),
    ({"input": "가\ud800"}, 400, "invalid_unicode")])
def test_wrong_fields_are_named(client, changes, status, code):
    body = dict({"model": "first", "voice": "one", "input": "가나"}, **changes)
    response = post(client, "/v1/audio/speech", body)
    assert (response.status_code, error_code(response)) == (status, code)


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"{", 400), (b"[" * 50000, 400), (b"\xff", 400), (b"null", 400), (b'"text"', 400),
    (b'{"input": ' + b"9" * 5000 + b"}", 400), (b'{"input": "\x00"}', 400),
    (b'{"input": "' + b"a" * limits.MAX_BODY_BYTES + b'"}', 413)])
def test_bodies_that_are_no_json_object_are_refused(client, body, status):
    assert post(client, "/v1/audio/speech", body).status_code == status


def test_a_body_must_be_declared_as_json(client):
    response = client.post("/v1/audio/speech", data='{"input": "가나"}')
    assert (response.status_code, error_code(response)) == (415, "unsupported_media_type")


def test_unreadable_text_is_spoken_with_a_warning(client):
    response = post(client, "/v1/audio/speech", {"input": "가 שלום 나"})
    assert response.status_code == 200
    assert response.headers["X-Speech-Warning"].startswith("line 1, column 3: %D7%A9")
    assert "X-Speech-Warning" not in post(client, "/v1/audio/speech", {"input": "가나"}).headers


def test_models_are_the_voices(client):
    models = content(client.get("/v1/models"))
    assert [model["id"] for model in models["data"]] == ["first", "second"]
    assert content(client.get("/v1/models/second"))["id"] == "second"
    assert client.get("/v1/models/none").status_code == 404


# -- the page and other interfaces ---------------------------------------------------------------

def test_results_of_the_page(client):
    request = {"text": "안녕하세요.\n비가 온다.", "voice": "first", "speaker": "two", "seed": 3}
    response = post(client, "/api/synthesize", request)
    key = content(response)["id"]
    assert response.status_code == 202 and content(post(client, "/api/synthesize",
                                                        request))["id"] == key
    pcm = client.get("/api/results/%s/audio?format=pcm" % key)
    assert pcm.headers["X-Sample-Rate"] == "16000"
    samples = np.frombuffer(pcm.data, "<i2")
    file = client.get("/api/results/%s/audio?format=flac&download=1" % key)
    assert np.array_equal(read_audio(file.data)[0], samples)
    assert int(file.headers["Content-Length"]) == len(file.data)
    assert file.headers["Content-Disposition"].endswith(".flac\"")
    analysis = client.get("/api/results/%s/analysis" % key)
    while analysis.status_code == 202:
        time.sleep(0.05)
        analysis = client.get("/api/results/%s/analysis" % key)
    analysis = content(analysis)
    assert analysis["seconds"] == len(samples) / 16000.0
    for utterance in analysis["utterances"]:
        assert len(base64.b64decode(utterance["mel"])) == utterance["frames"] * utterance["n_mels"]
        assert len(base64.b64decode(utterance["alignment"])) == (
            utterance["steps"] * len(utterance["symbols"]))
        assert len(utterance["symbol_times"]) == len(utterance["symbols"])
    assert analysis["utterances"][1]["text"] == "비가 온다."


def test_an_unknown_result_or_format_is_an_error(client):
    for path in ("/api/results/0/audio", "/api/results/0/analysis"):
        assert error_code(client.get(path)) == "not_found"
    key = content(post(client, "/api/synthesize", {"text": "가나"}))["id"]
    assert error_code(client.get("/api/results/%s/audio?format=aac" % key)) == "unknown_format"


def test_speech_of_a_get_request(client):
    response = client.get("/api/tts", query_string={"text": "안녕하세요.", "speaker_id": "two",
                                                    "seed": "3"})
    assert response.mimetype == "audio/wav" and len(read_audio(response.data)[0]) > 1000
    assert client.get("/api/tts").status_code == 400
    assert client.get("/api/tts?text=a&seed=x").status_code == 400
    assert client.get("/api/tts?text=a&speaker_id=none").status_code == 400


def test_voices_reading_and_page(client):
    voices = content(client.get("/voices"))
    assert [voice["default"] for voice in voices["voices"]] == [True, False]
    assert voices["formats"] == ["wav", "flac", "mp3", "ogg"]
    by_get = client.get("/read", query_string={"text": "사과 3개"})
    by_post = post(client, "/read", {"text": "사과 3개", "voice": "second"})
    assert content(by_get) == content(by_post) and content(by_get)["spans"]
    page = client.get("/")
    assert page.status_code == 200 and b"<html" in page.data


def test_metrics_count_requests_and_audio(client):
    def audio_seconds():
        text = client.get("/metrics").data.decode("utf-8")
        assert 'speech_http_responses_total{route="/v1/audio/speech",status="200"}' in text
        return float(text.split("\nspeech_audio_seconds_total ")[1].split("\n")[0])

    post(client, "/v1/audio/speech", {"input": "측정"})
    wait_until(audio_seconds)


def test_the_openapi_document_has_every_route(client):
    document = content(client.get("/openapi.json"))
    rules = {}
    for rule in client.application.url_map.iter_rules():
        if rule.endpoint != "static":
            path = rule.rule.replace("<", "{").replace(">", "}")
            rules[path] = {method.lower() for method in rule.methods - {"HEAD", "OPTIONS"}}
            rules[path] |= rules.get(path, set())
    assert {path: set(methods) for path, methods in document["paths"].items()} == rules
    assert document == openapi.describe(ScriptedLibrary(
        ScriptedServedVoice("first"), ScriptedServedVoice("second", ("three",))))


def test_health_names_voices_that_could_not_be_loaded_again(client, speech_queue):
    assert content(client.get("/healthz"))["status"] == "ok"
    speech_queue.library.problems["first"] = "weights.npz: is missing"
    health = content(client.get("/healthz"))
    speech_queue.library.problems.clear()
    assert health["status"] == "degraded"
    assert health["voices"][0] == {"name": "first", "problem": "weights.npz: is missing"}


# -- security ------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", [
    "/static/../application.py", "/static/%2e%2e/application.py", "/static/..%2fapplication.py",
    "/static/%00", "/api/results/..%2f..%2fetc/audio", "/api/results/%00/audio",
    "/v1/models/..%2f..", "/v1/models/%00", "/../serve.py", "/static//etc/passwd"])
def test_no_path_leads_to_a_file(client, path):
    response = client.get(path)
    assert response.status_code in (308, 400, 404) and b"import" not in response.data


def test_all_answers_have_security_headers(client):
    for path in ("/", "/voices", "/none", "/static/style.css"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_with_tokens_only_the_page_is_public(speech_queue):
    client = create_application(speech_queue, access.AccessControl([TOKEN, "x" * 20])
                                ).test_client()
    for path in ("/", "/healthz"):
        assert client.get(path).status_code == 200
    assert sorted(content(client.get("/healthz"))) == ["requests", "status"]
    assert "voices" in content(client.get("/healthz", headers={"Authorization": "Bearer " + TOKEN}))
    for token in ("", TOKEN, "Bearer", "Bearer ", "Bearer " + TOKEN[:-1], "Basic " + TOKEN,
                  "Bearer " + TOKEN + "x", "Bearer \udcff"):
        response = client.get("/voices", headers={"Authorization": token} if token else {})
        assert (response.status_code, error_code(response)) == (401, "invalid_api_key")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    for token in (TOKEN, "x" * 20):
        assert client.get("/voices", headers={"Authorization": "Bearer " + token}
                          ).status_code == 200
    assert client.get("/metrics").status_code == client.get("/none").status_code == 401


@pytest.mark.parametrize("host, is_own", [
    ("localhost", True), ("LOCALHOST:8010", True), ("127.0.0.1:8010", True), ("[::1]:8010", True),
    ("192.168.1.2", True), ("tts.example", True), ("tts.example.:80", True), ("evil.example", False),
    ("127.0.0.1.evil.example", False), ("localhost.evil.example:8010", False), ("[x]", False)])
def test_without_tokens_other_host_names_are_refused(speech_queue, host, is_own):
    client = create_application(speech_queue, access.AccessControl((), ["TTS.example:8010"])
                                ).test_client()
    response = client.get("/healthz", headers={"Host": host})
    assert response.status_code == (200 if is_own else 403)


def test_other_web_sites_cannot_use_the_server(client):
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.get("/api/tts?text=a", headers=headers).status_code == 403
    assert client.get("/", headers=headers).status_code == 200      # a link to the page
    assert client.get("/voices", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("lines, message", [
    ("", "contains no token"), ("# none\n", "contains no token"), ("short", ":1: a token"),
    (TOKEN + "\n한글 토큰 열여섯 글자 이상의 긴 토큰", ":2: a token")])
def test_unusable_token_files_are_refused(tmp_path, lines, message):
    path = tmp_path / "tokens"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        access.read_tokens(str(path))


def test_tokens_of_a_file(tmp_path):
    path = tmp_path / "tokens"
    path.write_text("# clients\n%s  # phone\n\n%s#1\n" % (TOKEN, TOKEN), encoding="utf-8")
    assert access.read_tokens(str(path)) == [TOKEN, TOKEN + "#1"]
