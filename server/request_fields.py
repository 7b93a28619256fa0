"""Fields of a request's JSON object or query string, checked."""
import flask

from common import files
from server.request_errors import RequestError

MAX_SEED = 2 ** 31 - 1


def json_object():
    """The JSON object of the request's body. Raises RequestError."""
    if not flask.request.is_json:
        raise RequestError("the body should be JSON, with the header Content-Type: "
                           "application/json", 415, "unsupported_media_type")
    try:
        body = files.parse_json(flask.request.get_data().decode("utf-8"), "body",
                                any_surrogates=True)
    except ValueError:
        raise RequestError("the body is not valid JSON in UTF-8", code="invalid_json")
    if not isinstance(body, dict):
        raise RequestError("the body should be a JSON object, such as {\"input\": \"안녕하세요.\"}",
                           code="invalid_json")
    return body


def string(fields, name, default=None):
    """A field that is a string. Without `default`, it is required. Raises RequestError."""
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise RequestError("%s: should be a string" % name, code="invalid_type")
    return value


def optional_string(fields, name):
    """The same, or None if it is missing or empty."""
    return string(fields, name, "") or None


def seed(fields):
    """A seed; 1 if it is missing. In a query string it is written in digits."""
    value = fields.get("seed")
    if value is None:
        return 1
    if isinstance(value, str) and len(value) <= 10 and set(value) <= set("0123456789") and value:
        value = int(value)
    if type(value) is not int or not 1 <= value <= MAX_SEED:
        raise RequestError("seed: should be a whole number from 1 to %d" % MAX_SEED)
    return value


def boolean(fields, name):
    """A field that is true or false, in a query string also 1 or 0; False if it is missing."""
    value = fields.get(name)
    names = {"1": True, "true": True, "0": False, "false": False}
    if value is None:
        return False
    if isinstance(value, str) and value in names:
        return names[value]
    if type(value) is not bool:
        raise RequestError("%s: should be true or false" % name, code="invalid_type")
    return value
