"""An EventSource for tests: WHATWG's rules on plain sockets, any number of them on one thread, everything recorded."""

import collections
import heapq
import itertools
import queue
import selectors
import socket
import struct
import threading
import time
import urllib.parse

from sse_wire import Parser, Response

READ_SIZE = 65536
OPENING_AT_ONCE = 64  # below the server's listen backlog
RETRIED = (429, 503)


class Record:
    """What a client of a stream has got so far, for tests to read and to wait for. Its lists only grow."""

    def __init__(self, changed):
        self.changed = changed  # a condition that is notified whenever something came
        self.frames = []  # every frame of every connection
        self.opened = 0
        self.position = 0  # after the frame that was taken last

    def failure(self):
        """Why nothing more can come, if that is so."""
        return None

    def wait(self, condition, seconds=60):
        """The condition's first true value; fails when there is none in time."""
        with self.changed:
            value = self.changed.wait_for(lambda: self.failure() or condition(), seconds)
        assert self.failure() is None, self.failure()
        assert value, f"waited {seconds} s in vain for {self!r}, the last frames: {self.frames[-4:]}"
        return value

    @property
    def events(self):
        """The decoded events, the ephemeral ones too."""
        return [f.json for f in self.frames if f.data is not None]

    def take(self, kind, where=lambda event: True, seconds=60):
        """The next event of this type after the one that was taken last."""
        return self.take_until(kind, where, seconds)[-1]

    def take_until(self, kind, where=lambda event: True, seconds=60):
        """All events after the one that was taken last, up to and with the next of this type."""
        def found():
            for position in range(self.position, len(self.frames)):
                frame = self.frames[position]
                if frame.data is not None and frame.event == kind and where(frame.json):
                    taken = self.frames[self.position:position + 1]
                    self.position = position + 1
                    return [f.json for f in taken if f.data is not None]
            return None

        return self.wait(found, seconds)


class Follower(Record):
    """One EventSource. Written by the thread of `Streams` alone."""

    def __init__(self, streams, address, path, headers, last_event_id, retry, reconnects, receive_buffer, digest):
        super().__init__(streams.changed)
        self.streams, self.address, self.path, self.headers = streams, address, path, headers
        self.fixed_retry, self.reconnects, self.receive_buffer, self.digest = retry, reconnects, receive_buffer, digest
        self.last_event_id = last_event_id
        self.comments = []
        self.statuses = []  # of every answer
        self.response_headers, self.error_body = {}, b""
        self.ended = self.cuts = 0
        self.state = "waiting"  # then: opening, open, paused, closed
        self.retry = None
        self.budget = None
        self.socket = self._response = self._parser = None
        self._unsent = b""

    def __repr__(self):
        return f"a follower that is {self.state}, opened {self.opened} times, statuses {self.statuses[-5:]}"

    # --- for tests ------------------------------------------------------------------------

    def failure(self):
        return self.streams.failure

    def cut(self, after_bytes=0):
        """Breaks the connection once so many more bytes have come, wherever that is in a frame; then reconnects."""
        self.streams.call(self._cut_soon, after_bytes)

    def pause(self):
        """Stops reading, and holds the connection."""
        self.streams.call(self._pause)

    def resume(self):
        self.streams.call(self._resume)

    def close(self):
        self.streams.call(self._close)

    def wait_open(self, seconds=60):
        """Open, and its first frame is there: from now on nothing is missed."""
        return self.wait(lambda: self.state == "open" and self._parser.last_event_id and self, seconds)

    def wait_closed(self, seconds=60):
        return self.wait(lambda: self.state == "closed", seconds)

    # --- on the thread of `Streams` ---------------------------------------------------------

    def _open(self):
        self._response, self._parser = Response(), Parser(self.last_event_id or "")
        self.state, self.budget = "opening", None
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self.receive_buffer and not self.statuses:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.socket.connect_ex(self.address)
        self._unsent = self._request()
        self.streams.selector.register(self.socket, selectors.EVENT_WRITE, self)

    def _request(self):
        headers = {
            "Host": f"{self.address[0]}:{self.address[1]}", "Accept": "text/event-stream",
            "Cache-Control": "no-store", **self.headers,
        }
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        lines = [f"GET {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _ready(self, mask):
        try:
            if mask & selectors.EVENT_WRITE:
                self._send()
            else:
                self._receive()
        except OSError:
            self._lost()

    def _send(self):
        sent = self.socket.send(self._unsent)
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self.streams.selector.modify(self.socket, selectors.EVENT_READ, self)

    def _receive(self):
        size = READ_SIZE if self.budget is None else min(READ_SIZE, self.budget)
        data = self.socket.recv(size)
        body = self._response.feed(data)
        if self.state == "opening" and self._response.status is not None:
            self._answered()
        if self.state == "open":
            self._record(self._parser.feed(body))
        else:
            self.error_body += body
        if self.budget is not None:
            self.budget -= len(data)
        if self.budget == 0:
            self._cut()
        elif not data or self._response.is_complete:
            self._lost()

    def _answered(self):
        self.statuses.append(self._response.status)
        self.response_headers = self._response.headers
        self.error_body = b""
        kind = self.response_headers.get("content-type", "").split(";")[0]
        if self._response.status == 200 and kind == "text/event-stream":
            self.state, self.opened = "open", self.opened + 1

    def _record(self, frames):
        self.frames += frames if self.digest is None else map(self.digest, frames)
        if self._parser.comments:
            self.comments += self._parser.comments
            self._parser.comments = []
        self.last_event_id = self._parser.last_event_id or self.last_event_id
        self.retry = self._parser.retry or self.retry

    def _lost(self):
        """The connection ended from the other side; an answer that is no stream ends it for good."""
        was_open, status = self.state == "open", self._response.status
        self.ended += was_open
        self._drop()
        if self.reconnects and (was_open or status in RETRIED or status is None):
            self._again()

    def _again(self):
        self.state = "waiting"
        delay = self.fixed_retry if self.fixed_retry is not None else (self.retry or 2000) / 1000
        self.streams.later(delay, self)

    def _drop(self):
        if self.socket:
            if self.state != "paused":
                self.streams.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None
        self.state = "closed"

    def _cut_soon(self, after_bytes):
        if self.state == "open":
            self.budget = after_bytes
            if not after_bytes:
                self._cut()

    def _cut(self):
        self.cuts += 1
        if self.cuts % 2:  # a reset; else an orderly end
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._drop()
        self._again()

    def _pause(self):
        if self.state == "open":
            self.streams.selector.unregister(self.socket)
            self.state = "paused"

    def _resume(self):
        if self.state == "paused":
            self.streams.selector.register(self.socket, selectors.EVENT_READ, self)
            self.state = "open"

    def _close(self):
        self.reconnects = False
        self._drop()


class Streams(threading.Thread):
    """The thread that drives the followers: `with Streams() as streams: streams.follow(...)`."""

    def __init__(self):
        super().__init__(daemon=True, name="streams")
        self.selector = selectors.DefaultSelector()
        self.changed = threading.Condition()
        self.followers = []
        self._calls = queue.SimpleQueue()
        self._timers, self._order = [], itertools.count()
        self._to_open, self._opening = collections.deque(), set()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._is_stopped, self.failure = False, None
        self.selector.register(self._wake_read, selectors.EVENT_READ, None)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.call(self._stop)
        self.join()
        assert self.failure is None, self.failure

    def follow(
        self, server, token=None, path="/api/events/", headers=None, last_event_id=None,
        retry=0.05, reconnects=True, receive_buffer=None, digest=None,
    ):
        """Opens a stream. `retry` in seconds replaces the server's word; None heeds it. `receive_buffer` is the
        kernel's for the first connection; `digest` makes of each frame what is kept of it."""
        target = urllib.parse.urlsplit(server.url)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        follower = Follower(
            self, (target.hostname, target.port), path, headers, last_event_id, retry, reconnects, receive_buffer, digest
        )
        self.followers.append(follower)
        self.call(self._to_open.append, follower)
        return follower

    def call(self, function, *arguments):
        """Has it done on the thread of the followers."""
        if self.is_alive():
            self._calls.put((function, arguments))
            self._wake_write.send(b"x")

    def later(self, delay, follower):
        heapq.heappush(self._timers, (time.monotonic() + delay, next(self._order), follower))

    def run(self):
        try:
            while not self._is_stopped:
                self._turn()
        except Exception as failure:  # shown by the test that waits in vain, and at the end
            self.failure = failure
            raise
        finally:
            for follower in self.followers:
                follower._close()
            for end in (self.selector, self._wake_read, self._wake_write):
                end.close()

    def _turn(self):
        due = self._timers[0][0] - time.monotonic() if self._timers else 1
        ready = self.selector.select(max(0, min(due, 1)))
        # Who waits sees the states at the end of a turn, none that is passed through.
        with self.changed:
            for key, mask in ready:
                if key.data is None:
                    self._take_calls()
                elif key.data.socket is key.fileobj:
                    key.data._ready(mask)
            while self._timers and self._timers[0][0] <= time.monotonic():
                self._to_open.append(heapq.heappop(self._timers)[2])
            self._open_some()
            self.changed.notify_all()

    def _take_calls(self):
        while True:
            try:
                self._wake_read.recv(READ_SIZE)
            except BlockingIOError:
                break
        while not self._calls.empty():
            function, arguments = self._calls.get()
            function(*arguments)

    def _open_some(self):
        self._opening = {f for f in self._opening if f.state == "opening"}
        while self._to_open and len(self._opening) < OPENING_AT_ONCE:
            follower = self._to_open.popleft()
            if follower.state == "waiting":
                follower._open()
                self._opening.add(follower)

    def _stop(self):
        self._is_stopped = True
