"""One HTTP/1.1 connection: small, because thousands of requests are made beside the servers on the same processors."""

import json
import select
import socket
import struct
import time

CONNECT_SECONDS = 2
UNACKNOWLEDGED_MS = 2500  # after which the kernel gives a connection up: the other end cannot be reached


class NoAnswer(Exception):
    """Whether the request was done is unknown."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


class Connection:
    """Kept open between requests; opened anew when it has ended. For one thread."""

    def __init__(self, address):
        self.address, self.socket, self.rest = address, None, b""

    def request(self, method, path, headers, body, seconds):
        try:
            self.deadline = time.monotonic() + seconds
            self._send(method, path, headers, body)
            answer = self._receive(method)
            if answer.headers.get("connection", "").lower() == "close":
                self.close()
            return answer
        except (OSError, ValueError, IndexError) as error:
            self.close()
            raise NoAnswer(type(error).__name__) from error

    def close(self):
        if self.socket:
            # A reset: nothing that is still unsent may be delivered later, after the request was repeated elsewhere.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.close()
        self.socket, self.rest = None, b""

    def _open(self):
        self.socket = socket.create_connection(self.address, CONNECT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)

    def _has_ended(self):
        """Servers close what has been idle for long; they send nothing else unasked."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def _send(self, method, path, headers, body):
        if self.socket is not None and self._has_ended():
            self.close()
        if self.socket is None:
            self._open()
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address[0]}:{self.address[1]}", "Accept: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None and not isinstance(body, bytes):
            lines += ["Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}"]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + data)

    def _more(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        data = self.socket.recv(262144)
        if not data:
            raise ConnectionError("ended")
        self.rest += data

    def _until(self, mark):
        while mark not in self.rest:
            self._more()
        part, _, self.rest = self.rest.partition(mark)
        return part

    def _exactly(self, size):
        while len(self.rest) < size:
            self._more()
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    def _receive(self, method):
        status_line, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(status_line.split(" ")[1])
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        if method == "HEAD" or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return Answer(status, headers, b"".join(self._chunks()))
        return Answer(status, headers, self._exactly(int(headers.get("content-length", "0"))))

    def _chunks(self):
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            yield self._exactly(size)
            self._exactly(2)
        self._exactly(2)
