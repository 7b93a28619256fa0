"""Errors of a request, as the interfaces report them."""
from common.errors import InputError


class RequestError(InputError):
    """A request is wrong or cannot be served.

    status: of HTTP; code: a short name that clients can test; kind: "invalid_request_error" or
    another type of OpenAI's errors; retry_after: seconds, or None.
    """

    def __init__(self, message, status=400, code="invalid_value", kind="invalid_request_error",
                 retry_after=None):
        super(RequestError, self).__init__(message)
        self.status, self.code, self.kind = status, code, kind
        self.retry_after = retry_after
