"""Load of a running speech server.

    load_server.py http://127.0.0.1:8010 [--clients 1,4,16] [--seconds 120] [--kill 200] [--pid PID]

Each client asks for one sentence after the other, each with another text, so that none is kept.
Prints for each number of clients: seconds of audio per second, time to the first audio (median and
95th percentile), errors. Then it starts --kill requests and disconnects in the middle; with --pid,
of the server, it prints the memory, threads and file descriptors before and after.
"""
import argparse
import http.client
import json
import random
import socket
import threading
import time
from urllib.parse import urlparse

import psutil

WORDS = ("바람이 구름이 아이가 친구가 강물이 나무가 노래가 기차가 고양이가 선생님이 오늘 어제 아침에 "
         "저녁에 천천히 조용히 다시 함께 멀리 높이 흐르고 웃으며 걸어서 지나갔다 돌아왔다 보였다 들렸다 "
         "불었다 그쳤다 떠났다").split()
WAV_HEADER_BYTES = 300      # at most this many bytes before the first sample


def sentence(random_state):
    """A text of 4 to 12 words."""
    return " ".join(random_state.choice(WORDS)
                    for _ in range(random_state.randint(4, 12))) + "."


class Client(object):
    """Requests until `deadline`. seconds: of audio; first: [s]; errors: [text]"""

    def __init__(self, address, seed, deadline):
        self.address, self.random, self.deadline = address, random.Random(seed), deadline
        self.seconds, self.first, self.errors = 0.0, [], []

    def run(self):
        while time.monotonic() < self.deadline:
            start_time = time.monotonic()
            try:
                self._request(sentence(self.random), start_time)
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))

    def _request(self, text, start_time):
        connection = http.client.HTTPConnection(*self.address, timeout=600)
        try:
            response = _ask(connection, text)
            if response.status != 200:
                self.errors.append("%d" % response.status)
                time.sleep(0.5)
                return
            rate, count, is_first = int(response.getheader("X-Sample-Rate")), 0, True
            while True:
                data = response.read1(1 << 16)
                if not data:
                    break
                if is_first and any(data):
                    self.first.append(time.monotonic() - start_time)
                    is_first = False
                count += len(data)
                if time.monotonic() > self.deadline:
                    break
            self.seconds += count / 2.0 / rate
        finally:
            connection.close()


def _ask(connection, text):
    connection.request("POST", "/v1/audio/speech", json.dumps(
        {"input": text, "response_format": "pcm"}), {"Content-Type": "application/json"})
    return connection.getresponse()


def measure(address, n_clients, seconds, seed):
    """A line of the table."""
    deadline = time.monotonic() + seconds
    clients = [Client(address, seed + number, deadline) for number in range(n_clients)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = sorted(value for client in clients for value in client.first) or [float("nan")]
    errors = [error for client in clients for error in client.errors]
    return ("%3d clients: %5.2f × real time, first audio %.2f s (median), %.2f s (95 %%), "
            "%d requests, %d errors %s" % (
                n_clients, sum(client.seconds for client in clients) / seconds,
                first[len(first) // 2], first[int(0.95 * (len(first) - 1))], len(first),
                len(errors), errors[:3] or ""))


def kill_clients(address, count):
    """Start requests, at most 24 at a time, and close each after its first audio."""
    slots = threading.Semaphore(24)

    def run(seed):
        with slots:
            try:
                connection = socket.create_connection(address, timeout=600)
                text = " ".join(sentence(random.Random(seed + number)) for number in range(8))
                body = json.dumps({"input": text, "response_format": "pcm"}).encode("ascii")
                connection.sendall((
                    "POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    "application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                ).encode("ascii") + body)
                connection.recv(4096)
                connection.close()
            except OSError as error:
                print("killed client: %r" % error)
    threads = [threading.Thread(target=run, args=(10 ** 6 + 100 * seed,)) for seed in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def state(address, process):
    """Requests in progress; memory, threads and descriptors of the server's process."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("GET", "/healthz")
    n_requests = json.loads(connection.getresponse().read().decode("utf-8"))["requests"]
    connection.close()
    if not process:
        return "%d requests in progress" % n_requests
    return "%d requests in progress, %.0f MB, %d threads, %d descriptors" % (
        n_requests, process.memory_info().rss / 2.0 ** 20, process.num_threads(),
        process.num_fds())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--clients", default="1,4,16")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--kill", type=int, default=200)
    parser.add_argument("--pid", type=int)
    options = parser.parse_args()
    url = urlparse(options.url)
    address = url.hostname, url.port
    process = options.pid and psutil.Process(options.pid)
    for n_clients in map(int, options.clients.split(",")):
        print(measure(address, n_clients, options.seconds, 1000 * n_clients), flush=True)
    for _ in range(2 if options.kill else 0):       # the first round fills what is kept
        print("before: " + state(address, process))
        kill_clients(address, options.kill)
        time.sleep(3)
        print("%d clients killed: %s" % (options.kill, state(address, process)))


if __name__ == "__main__":
    main()
