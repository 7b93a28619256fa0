"""The Flask application."""
import logging
import os

import flask
from waitress.channel import ClientDisconnected
from werkzeug.exceptions import HTTPException

from server import limits, openai_routes, page_routes, status_routes
from server.request_errors import RequestError

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")


def create_application(speech_queue, access_control, strict=False):
    """The WSGI application of a SpeechQueue. strict: unreadable text is an error by default."""
    app = flask.Flask("server", template_folder=PAGE, static_folder=os.path.join(PAGE, "static"),
                      static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = limits.MAX_BODY_BYTES
    app.logger.setLevel(logging.ERROR)
    access_control.protect(app)
    for routes in (page_routes, openai_routes, status_routes):
        routes.add_routes(app, speech_queue, strict)
    app.register_error_handler(RequestError, _request_error)
    app.register_error_handler(HTTPException, _http_error)
    # nobody reads this answer
    app.register_error_handler(ClientDisconnected, lambda _: flask.Response(status=499))

    @app.after_request
    def count(response):
        route = flask.request.url_rule.rule if flask.request.url_rule else "none"
        speech_queue.metrics.responses.labels(route, str(response.status_code)).inc()
        return response
    return app


def _request_error(error):
    response = _error_response(str(error), error.kind, error.code, error.status)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _http_error(error):
    """Errors of Flask: an unknown path, a body that is too large, a defect of ours."""
    if error.code and error.code < 400:     # a redirect
        return error
    kind = "server_error" if error.code == 500 else "invalid_request_error"
    response = _error_response(error.description, kind, error.name.lower().replace(" ", "_"),
                               error.code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _error_response(message, kind, code, status):
    response = flask.jsonify({"error": {"message": message, "type": kind, "code": code,
                                        "param": None}})
    response.status_code = status
    return response
