"""The page and what it reads: voices, the reading of a text, results."""
import flask

from server import analysis, limits, speech_response, text_reading
from server import request_fields as fields
from server.request_errors import RequestError
from server.speech import FINISHED

PAGE_FORMATS = ("wav", "flac", "mp3", "ogg")


def add_routes(app, speech_queue, strict):
    library = speech_queue.library

    @app.route("/")
    def page():
        return flask.render_template("index.html")

    @app.route("/voices")
    def voices():
        return flask.jsonify({
            "voices": [_describe_voice(voice, voice is library.get()) for voice in library.all()],
            "formats": [name for name in PAGE_FORMATS
                        if all(name in voice.formats for voice in library.all())],
            "limits": {"characters": limits.MAX_CHARACTERS, "lines": limits.MAX_LINES}})

    @app.route("/read", methods=["GET", "POST"])
    def read():
        values = fields.json_object() if flask.request.method == "POST" else flask.request.args
        voice = library.get(fields.optional_string(values, "voice"))
        return flask.jsonify(text_reading.explain(fields.string(values, "text"),
                                                  voice.normalizer))

    @app.route("/api/synthesize", methods=["POST"])
    def synthesize():
        body = fields.json_object()
        reader = speech_queue.submit(
            fields.string(body, "text"), fields.optional_string(body, "voice"),
            fields.optional_string(body, "speaker"), fields.seed(body),
            strict or fields.boolean(body, "strict"), limits.HOLD_SECONDS)
        reader.cancel()
        return flask.jsonify({"id": reader.speech.key, "warnings": text_reading.describe_unreadable(
            reader.speech.reading.unreadable)}), 202

    @app.route("/api/results/<key>/audio")
    def result_audio(key):
        name = flask.request.args.get("format", "wav")
        is_download = fields.boolean(flask.request.args, "download")
        reader = _find(key)
        try:
            speech_response.check_format(name, reader.speech.served)
        except RequestError:
            reader.cancel()
            raise
        if is_download:
            return speech_response.complete_file(reader, name)
        return speech_response.stream_audio(reader, name)

    @app.route("/api/results/<key>/analysis")
    def result_analysis(key):
        with _find(key) as reader:
            if reader.speech.state != FINISHED:
                return flask.jsonify({"state": reader.speech.state}), 202
            return flask.jsonify(analysis.describe(reader.speech))

    @app.route("/api/tts")
    def speak():
        values = flask.request.args
        reader = speech_queue.submit(
            fields.string(values, "text"), fields.optional_string(values, "voice"),
            fields.optional_string(values, "speaker_id"), fields.seed(values),
            strict or fields.boolean(values, "strict"))
        return speech_response.stream_audio(reader, "wav")

    def _find(key):
        reader = speech_queue.find(key)
        if not reader:
            raise RequestError("the result is unknown; it may have been removed: request it again",
                               404, "not_found")
        return reader


def _describe_voice(voice, is_default):
    return {"name": voice.name, "speakers": voice.speakers, "sample_rate": voice.hp.sample_rate,
            "hop_length": voice.hp.hop_length, "n_mels": voice.hp.n_mels, "default": is_default,
            "consent": voice.consent, "licence": voice.licence}
