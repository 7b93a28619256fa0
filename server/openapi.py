"""The OpenAPI document of the HTTP interface."""
from server import encoders, limits, request_fields
from server.openai_routes import STREAM_FORMATS

_ERROR = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}


def describe(library):
    """The document, a JSON object; the voices of a VoiceLibrary are among its values."""
    speakers = sorted({speaker for voice in library.all() for speaker in voice.speakers})
    text = {"type": "string", "maxLength": limits.MAX_CHARACTERS}
    seed = {"type": "integer", "minimum": 1, "maximum": request_fields.MAX_SEED, "default": 1}
    strict = {"type": "boolean", "default": False,
              "description": "unreadable characters are an error (422)"}
    formats = {"type": "string", "enum": sorted(encoders.MEDIA_TYPES)}
    speech = _object({
        "model": {"type": "string", "description": "name of a voice", "enum": library.names},
        "voice": {"type": "string", "description": "name of a speaker", "enum": speakers},
        "input": text, "response_format": dict(formats, default="mp3"), "seed": seed,
        "stream_format": {"type": "string", "enum": list(STREAM_FORMATS), "default": "audio"},
        "speed": {"type": "number", "enum": [1]}, "strict": strict}, ["input"])
    page = _object({"text": text, "voice": {"type": "string"}, "speaker": {"type": "string"},
                    "seed": seed, "strict": strict}, ["text"])
    key = _parameter("key", {"type": "string"}, "path")
    return {
        "openapi": "3.0.3",
        "info": {"title": "Korean text-to-speech", "version": "1"},
        "paths": {
            "/": {"get": _operation("The page", "text/html")},
            "/v1/audio/speech": {"post": _operation("Speech of a text", "audio/*", body=speech,
                                                    errors=("400", "413", "422", "503"))},
            "/v1/models": {"get": _operation("The voices")},
            "/v1/models/{name}": {"get": _operation("One voice", parameters=[
                _parameter("name", {"type": "string"}, "path")], errors=("404",))},
            "/api/tts": {"get": _operation("Speech of a text as WAV", "audio/wav", [
                _parameter("text", text), _parameter("speaker_id", {"type": "string"}),
                _parameter("voice", {"type": "string"}), _parameter("seed", seed),
                _parameter("strict", strict)], errors=("400", "413", "422", "503"))},
            "/api/synthesize": {"post": dict(_operation(
                "Start the speech of a text", body=page, status="202",
                errors=("400", "413", "422", "503")))},
            "/api/results/{key}/audio": {"get": _operation("Its audio", "audio/*", [
                key, _parameter("format", formats),
                _parameter("download", {"type": "boolean"})], errors=("400", "404", "503"))},
            "/api/results/{key}/analysis": {"get": _operation(
                "Its mel spectrogram and alignment", parameters=[key], errors=("404",))},
            "/voices": {"get": _operation("The voices and their speakers")},
            "/read": {
                "get": _operation("How a text is read", parameters=[
                    _parameter("text", text), _parameter("voice", {"type": "string"})],
                    errors=("400", "413")),
                "post": _operation("How a text is read", body=_object(
                    {"text": text, "voice": {"type": "string"}}, ["text"]),
                    errors=("400", "413"))},
            "/healthz": {"get": _operation("State of the server")},
            "/metrics": {"get": _operation("Figures for Prometheus", "text/plain")},
            "/openapi.json": {"get": _operation("This document")}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _object({"error": _object({
                "message": {"type": "string"}, "type": {"type": "string"},
                "code": {"type": "string"}}, ["message", "type", "code"])}, ["error"])}},
        "security": [{}, {"token": []}]}


def _object(properties, required):
    return {"type": "object", "properties": properties, "required": required}


def _parameter(name, schema, place="query"):
    return {"name": name, "in": place, "schema": schema,
            "required": place == "path" or name == "text"}


def _operation(summary, media_type="application/json", parameters=(), body=None, status="200",
               errors=()):
    operation = {"summary": summary, "parameters": list(parameters), "responses": {
        status: {"description": "success", "content": {media_type: {}}}}}
    for error in errors + ("401", "403"):
        operation["responses"][error] = dict(_ERROR, description="error")
    if body:
        operation["requestBody"] = {"required": True,
                                    "content": {"application/json": {"schema": body}}}
    return operation
