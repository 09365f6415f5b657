"""HTTP framing: what is malformed is refused and the connection closed; what is legal is read."""

import re
import socket

import pytest


def messages_path(conversation):
    return f"/api/conversations/{conversation}/messages/"


def raw_exchange(server, data, seconds=5):
    """Everything the server sends back until it closes, or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), seconds) as peer:
        peer.sendall(data)
        received = b""
        try:
            while chunk := peer.recv(65536):
                received += chunk
            return received, True
        except (TimeoutError, socket.timeout):
            return received, False
        except ConnectionError:
            return received, True


HEAD = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BAD_FRAMING = {
    "two lengths": b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "signed length": b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +2\r\n\r\n{}",
    "length and chunks": b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "two hosts": HEAD + b"Host: 127.0.0.1\r\n\r\n",
    "NUL in a header": HEAD + b"X-A: a\0b\r\n\r\n",
    "bare line feed": b"GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_FRAMING)
def test_bad_framing_is_refused_and_the_connection_closed(server, name):
    received, closed = raw_exchange(server, BAD_FRAMING[name] + HEAD + b"\r\n")
    assert closed, f"still open after {received!r}"
    assert received.count(b"HTTP/1.1 ") <= 1 and not received.startswith(b"HTTP/1.1 2"), received
    server.client().get("/livez").expect(200)


def test_a_chunked_body_is_read(alice, direct):
    chunks = iter([b'{"content":', b'"in chunks ' + b"x" * 4030, b'"}'])
    sent = alice.send_raw("POST", messages_path(direct), chunks).expect(201)
    assert sent["content"] == "in chunks " + "x" * 4030


def test_pipelined_requests_are_answered_in_order(server):
    requests = b"".join(b"GET /nowhere%d HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-ID: pipe-%d\r\n\r\n" % (n, n) for n in range(20))
    received, _ = raw_exchange(server, requests, 2)
    order = re.findall(rb"(?i)x-request-id: pipe-(\d+)", received)
    assert order == [b"%d" % n for n in range(20)]
