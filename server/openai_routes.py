"""The interface of OpenAI's clients: POST /v1/audio/speech and GET /v1/models."""
import flask

from server import request_fields as fields
from server import speech_response
from server.request_errors import RequestError

# clients that cannot select a model send one of these: the default voice answers
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
STREAM_FORMATS = ("audio", "sse")


def add_routes(app, speech_queue, strict):
    library = speech_queue.library

    @app.route("/v1/audio/speech", methods=["POST"])
    def create_speech():
        body = fields.json_object()
        model = fields.optional_string(body, "model")
        voice = library.get(None if model in OPENAI_MODELS else model)
        name = fields.string(body, "response_format", "mp3")
        speech_response.check_format(name, voice)
        stream_format = fields.string(body, "stream_format", "audio")
        if stream_format not in STREAM_FORMATS:
            raise RequestError("stream_format: should be audio or sse")
        _check_speed(body.get("speed"))
        reader = speech_queue.submit(
            fields.string(body, "input"), voice.name, fields.optional_string(body, "voice"),
            fields.seed(body), strict or fields.boolean(body, "strict"))
        if stream_format == "sse":
            return speech_response.stream_events(reader, name)
        return speech_response.stream_audio(reader, name)

    @app.route("/v1/models")
    def models():
        return flask.jsonify({"object": "list",
                              "data": [_describe_model(voice) for voice in library.all()]})

    @app.route("/v1/models/<name>")
    def model(name):
        return flask.jsonify(_describe_model(library.get(name)))


def _check_speed(speed):
    if speed is not None and (type(speed) not in (int, float) or speed != 1):
        raise RequestError("speed: should be 1; the speech rate of a voice cannot be changed")


def _describe_model(voice):
    return {"id": voice.name, "object": "model", "created": int(voice.load_time),
            "owned_by": "voicecloning", "voices": voice.speakers}
