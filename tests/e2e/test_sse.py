"""The tests' own EventSource (sse.py, sse_wire.py) against what WHATWG's HTML standard says of event streams."""

import socket
import threading
import types

import pytest

from sse import Streams
from sse_wire import Parser, Response

STREAM = (
    b"\xef\xbb\xbf: greeting\n"
    b"retry: 2000\r\nid: 1\r\n\r\n"  # an id-only frame
    b"id: 2\revent: message.created\rdata: {\"a\":\rdata:1}\r\r"
    b"event: typing\ndata\n\n"  # no id of its own; data without a colon
    b":heartbeat\n"
    b"id: 3\n\n"
    b"id: 4\x00\ndata: a nul is no id\n\n"
    b"retry: 5s\nfoo: bar\nid\ndata: \xc3\xa9 \xff\n\n"  # the id is reset; the second byte is no UTF-8
    b"id: 9\ndata: cut off by the end"
)
SEEN = [
    ("message", None, "1", "1", 2000),
    ("message.created", '{"a":\n1}', "2", "2", None),
    ("typing", "", None, "2", None),
    ("message", None, "3", "3", None),
    ("message", "a nul is no id", None, "3", None),
    ("message", "\u00e9 \ufffd", "", "", None),
]


def shown(frames):
    return [(f.event, f.data, f.id, f.last_event_id, f.retry) for f in frames]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_frames_are_the_same_however_the_bytes_are_split(size):
    parser = Parser()
    frames = [f for n in range(0, len(STREAM), size) for f in parser.feed(STREAM[n:n + size])]
    assert shown(frames) == SEEN
    assert parser.comments == ["greeting", "heartbeat"] and parser.retry == 2000


@pytest.mark.parametrize("head, body", [
    (b"Transfer-Encoding: chunked", b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"),
    (b"Content-Length: 11", b"hello world"),
    (b"Connection: close", b"hello world"),
])
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_bodies_are_the_same_in_every_framing(head, body, size):
    raw, response = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body, Response()
    assert b"".join(response.feed(raw[n:n + size]) for n in range(0, len(raw), size)) == b"hello world"
    assert response.is_complete == (b"close" not in head)


def serve(answers):
    """A server that gives these answers in turn, each on a connection of its own; and the requests it got."""
    listener, requests = socket.create_server(("127.0.0.1", 0)), []

    def run():
        with listener:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    requests.append(connection.recv(65536).decode())
                    connection.sendall(answer)

    threading.Thread(target=run, daemon=True).start()
    return types.SimpleNamespace(url=f"http://127.0.0.1:{listener.getsockname()[1]}"), requests


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def test_a_follower_resumes_after_the_last_frame_that_was_whole():
    server, requests = serve([
        HEAD + b"retry: 10\nid: a\ndata: 1\n\nid: b\n\nid: c\ndata: cut",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n",
        HEAD + b"id: d\ndata: 2\n\n",
        b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}",
    ])
    with Streams() as streams:
        follower = streams.follow(server, "token", retry=None)
        follower.wait_closed()
    assert follower.statuses == [200, 503, 200, 401] and follower.error_body == b"{}"
    assert [f.data for f in follower.frames] == ["1", None, "2"]
    last_ids = [dict(line.split(": ") for line in r.splitlines()[1:] if line).get("Last-Event-ID") for r in requests]
    assert last_ids == [None, "b", "b", "d"]
    assert all("Authorization: Bearer token\r\n" in r for r in requests)
