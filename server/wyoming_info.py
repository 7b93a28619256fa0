"""The voices as the Wyoming protocol describes and names them."""
from server.request_errors import RequestError
from training.run_folder import SOFTWARE_NAME

LANGUAGE = "ko"


def describe(library):
    """The data of the event `info` for a VoiceLibrary.

    A voice with several speakers is followed by one entry for each of them, NAME/SPEAKER: Home
    Assistant's settings let the user choose voices, but not speakers.
    """
    voices = []
    for served in library.all():
        voices.append(dict(_artifact(served.name, served.name, served.licence),
                           languages=[LANGUAGE],
                           speakers=[{"name": speaker} for speaker in served.speakers]))
        if len(served.speakers) > 1:
            voices += [dict(_artifact("%s/%s" % (served.name, speaker),
                                      "%s, %s" % (served.name, speaker), served.licence),
                            languages=[LANGUAGE], speakers=None) for speaker in served.speakers]
    program = dict(_artifact(SOFTWARE_NAME, "Korean speech synthesis", None), voices=voices,
                   supports_synthesize_streaming=True)
    # clients expect a list for each kind of service
    return dict({kind: [] for kind in ("asr", "handle", "intent", "wake", "mic", "snd")},
                tts=[program])


def find_voice(library, voice):
    """(name, speaker or None) of the field `voice` of an event. Raises RequestError."""
    if voice is None:
        voice = {}
    if not isinstance(voice, dict):
        raise RequestError("voice: should be an object with a name", code="invalid_type")
    name, speaker, language = (_optional_string(voice, key)
                               for key in ("name", "speaker", "language"))
    if not name and language and language.replace("_", "-").split("-")[0].lower() != LANGUAGE:
        raise RequestError("language %s: the voices speak %s" % (ascii(language)[:60], LANGUAGE),
                           code="voice_not_found")
    if name and name not in library.names:
        name, _, own_speaker = name.partition("/")
        speaker = speaker or own_speaker
    if name and name not in library.names:
        raise RequestError("voice %s: is unknown; the voices are %s" % (
            ascii(name)[:60], ", ".join(library.names)), code="voice_not_found")
    served = library.get(name or None)
    if speaker and speaker not in served.speakers:
        raise RequestError("speaker %s: is unknown; the speakers of %s are %s" % (
            ascii(speaker)[:60], served.name, ", ".join(served.speakers)), code="voice_not_found")
    return served.name, speaker or None


def _artifact(name, description, licence):
    return {"name": name, "description": description, "installed": True, "version": None,
            "attribution": {"name": licence or SOFTWARE_NAME, "url": ""}}


def _optional_string(fields, name):
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestError("voice: %s should be a string" % name, code="invalid_type")
    return value
