"""Events of the Wyoming protocol ↔ bytes.

An event is a line of JSON, `{"type": …, "data_length": n, "payload_length": m}`, then n bytes with
a JSON object and m bytes of anything, such as samples. Old clients write the object into the line,
as "data". https://github.com/OHF-Voice/wyoming describes it.
"""
import json
from collections import namedtuple

from common import files
from server import limits
from server.request_errors import RequestError

# type: a name; data: {name: value of JSON}
Event = namedtuple("Event", "type data")


def encode_event(name, data=None, payload=b""):
    """The bytes of an event."""
    header = {"type": name}
    content = json.dumps(data).encode("ascii") if data else b""
    if content:
        header["data_length"] = len(content)
    if payload:
        header["payload_length"] = len(payload)
    return json.dumps(header).encode("ascii") + b"\n" + content + payload


def take_event(buffer):
    """Remove the first event from a bytearray. Returns None while it is not complete.

    Payloads are dropped: no request has one. Raises RequestError for bytes that are no event.
    """
    end = buffer.find(b"\n")
    if (len(buffer) if end < 0 else end) > limits.MAX_BODY_BYTES:
        raise _protocol_error("a line has more than %d bytes" % limits.MAX_BODY_BYTES)
    if end < 0:
        return None
    header = _parse_object(buffer[:end])
    if not isinstance(header.get("type"), str):
        raise _protocol_error("an event has no type")
    data = header.get("data") or {}
    if not isinstance(data, dict):
        raise _protocol_error("data of an event should be an object")
    n_data, n_payload = (_length(header, name) for name in ("data_length", "payload_length"))
    start = end + 1
    if len(buffer) < start + n_data + n_payload:
        return None
    if n_data:
        data = dict(data, **_parse_object(buffer[start:start + n_data]))
    del buffer[:start + n_data + n_payload]
    return Event(header["type"], data)


def _length(header, name):
    value = header.get(name)
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= limits.MAX_BODY_BYTES:
        raise _protocol_error("%s should be a number from 0 to %d" % (name, limits.MAX_BODY_BYTES))
    return value


def _parse_object(content):
    try:
        value = files.parse_json(content.decode("utf-8"), "event", any_surrogates=True)
    except ValueError:
        raise _protocol_error("an event is not valid JSON in UTF-8")
    if not isinstance(value, dict):
        raise _protocol_error("an event should be a JSON object")
    return value


def _protocol_error(message):
    return RequestError("%s; this is a port for the Wyoming protocol" % message,
                        code="protocol_error")
