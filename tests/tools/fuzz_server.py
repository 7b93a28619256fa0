"""Random requests to the server's application: none may be answered with 500 or a traceback.

    fuzz_server.py [--requests 10000] [--seed 1] [--url http://127.0.0.1:8010]

Without --url, the application runs in this process with a scripted voice. Prints how often each
status was answered, and exits with status 1 if one is 500 or a connection breaks.
"""
import argparse
import http.client
import json
import os
import random
import sys
from collections import Counter
from urllib.parse import quote, urlencode, urlparse

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from helpers.scripted_server import ScriptedLibrary, ScriptedServedVoice

from server.access import AccessControl
from server.application import create_application
from server.speech_queue import SpeechQueue

TEXTS = ("안녕하세요.", "3개", "", " ", "\0", "\ud800", "가\u0301\u1100", "😀", "שלום", "\n\n가\n",
         "../../etc/passwd", "%00", "<script>", "1" * 300, "가" * 200, "a b c", "½ H₂O x²=4",
         "\u202e가나", "ㅋㅋㅋ", "가" * 6000, "가\n" * 300, "{}", "[]", "null")
NAMES = ("first", "second", "one", "two", "tts-1", "alloy", "wav", "mp3", "flac", "opus", "pcm",
         "ogg", "aac", "sse", "audio")
PATHS = ("/", "/voices", "/read", "/api/synthesize", "/api/tts", "/v1/audio/speech", "/v1/models",
         "/v1/models/first", "/healthz", "/metrics", "/openapi.json", "/static/style.css",
         "/api/results/0/audio", "/api/results/0/analysis")
FIELDS = ("text", "input", "voice", "model", "speaker", "speaker_id", "seed", "strict", "speed",
          "response_format", "stream_format", "format", "download", "x")
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
POST_PATHS = ("/read", "/api/synthesize", "/v1/audio/speech")
TYPES = ("application/json",) * 60 + ("text/plain", "", "application/x-www-form-urlencoded",
                                     "multipart/form-data; boundary=x", "application/json; x=\xe9")


class Fuzzer(object):
    def __init__(self, seed):
        self.random, self.keys = random.Random(seed), []

    def request(self):
        """(method, path, headers, body)"""
        choose = self.random.choice
        path = choose(PATHS + POST_PATHS * 3)
        method = "POST" if path in POST_PATHS else "GET"
        if self.random.random() < 0.1:
            method = choose(METHODS)
        if self.keys and self.random.random() < 0.1:
            path = "/api/results/%s/%s" % (choose(self.keys[-20:]), choose(["audio", "analysis"]))
        if self.random.random() < 0.15:
            path = self._mutated(path)
        if self.random.random() < 0.5:
            path += "?" + self._query()
        headers = {"Content-Type": choose(TYPES), "Host": choose(
            ["localhost"] * 100 + ["evil.example", "", "[::1", "a b", "localhost:x"])}
        if self.random.random() < 0.1:
            headers[choose(["Authorization", "Range", "Accept", "If-None-Match", "Expect",
                            "Sec-Fetch-Site", "X-Forwarded-For", "Cookie"])] = choose(
                                ["", "Bearer x", "bytes=0-", "bytes=9-1", "cross-site", "\xff", "*"])
        return method, path, headers, self._body()

    def _mutated(self, path):
        parts = path.split("/")
        parts[self.random.randrange(len(parts))] = self.random.choice(
            ["..", "%2e%2e", "%00", "%ff", ".", "%2f", "\\", "a" * 2000, quote("가"), "", "%"])
        return "/" + "/".join(parts).lstrip("/")

    def _query(self):
        pairs = [(self.random.choice(FIELDS), self._word()) for _ in range(
            self.random.randint(1, 5))]
        pairs += [("text", self.random.choice(TEXTS[:16]))] * self.random.randint(0, 1)
        query = urlencode([(name, value.encode("utf-8", "surrogatepass"))
                           for name, value in pairs])
        return query if self.random.random() < 0.9 else query.replace("%", "%%", 1) + "&%ff=%fe"

    def _body(self):
        kind = self.random.random()
        if kind < 0.1:
            return self.random.choice([b"", b"{", b"[" * 30000, b"\xff\xfe", b"0" * 200000,
                                       b'{"input":' + b"9" * 6000 + b"}", b"\0" * 50, b"NaN"])
        fields = {self.random.choice(FIELDS): self._value(3)
                  for _ in range(self.random.choice([0, 0, 1, 1, 2, 6]))}
        if self.random.random() < 0.8:
            fields[self.random.choice(["text", "input"])] = self.random.choice(TEXTS)
        body = json.dumps(fields).encode("ascii")
        if kind < 0.2:
            position = self.random.randrange(len(body))
            body = body[:position] + bytes([self.random.randrange(256)]) + body[position + 1:]
        return body

    def _value(self, depth):
        choices = [None, True, False, 0, 1, -1, 2 ** 31, 2 ** 80, 1.5, 1e308, float("nan"),
                   float("inf"), self._word(), self._word(), self.random.choice(TEXTS)]
        if depth:
            choices += [[self._value(depth - 1)], {self._word(): self._value(depth - 1)}]
        return self.random.choice(choices)

    def _word(self):
        return self.random.choice(NAMES + ("1", "0", "true", "x", "", "-1", "1e9", "٣", "²"))


def local_client():
    """send(method, path, headers, body) → (status, bytes), of an application in this process."""
    speech_queue = SpeechQueue(ScriptedLibrary(
        ScriptedServedVoice("first"), ScriptedServedVoice("second", ("three",))), 2)
    # werkzeug's cookie jar cannot parse every Host header
    client = create_application(speech_queue, AccessControl()).test_client(use_cookies=False)

    def send(method, path, headers, body):
        headers = {name: value for name, value in headers.items() if value}
        response = client.open(path, method=method, headers=headers, data=body)
        try:
            return response.status_code, response.data
        finally:
            response.close()
    return send


def remote_client(url):
    address = urlparse(url)

    def send(method, path, headers, body):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
    return send


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url")
    options = parser.parse_args()
    fuzzer, statuses, failures = Fuzzer(options.seed), Counter(), 0
    send = remote_client(options.url) if options.url else local_client()
    for number in range(options.requests):
        method, path, headers, body = request = fuzzer.request()
        try:
            status, data = send(*request)
        except (http.client.InvalidURL, UnicodeError):      # the client refuses it
            statuses["not sent"] += 1
            continue
        except (OSError, http.client.HTTPException) as error:
            status, data = repr(error)[:60], b""
        statuses[status] += 1
        if status == 202 and b'"id"' in data:
            fuzzer.keys.append(json.loads(data.decode("utf-8"))["id"])
        if status == 500 or not isinstance(status, int) or b"Traceback" in data:
            failures += 1
            print("%d: %s %s %r %r\n  %s %r" % (number, method, path[:200], headers, body[:200],
                                              status, data[:500]), flush=True)
    print(", ".join("%s: %d" % item for item in sorted(statuses.items(), key=str)))
    print("%d failures" % failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
