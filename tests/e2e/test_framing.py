"""HTTP framing: what is malformed is refused and the connection closed; what is legal is read."""

import re
import socket

import pytest

from client import messages_path


def raw_exchange(server, data, seconds=60):
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


def post(conversation, headers, body, host=b"Host: 127.0.0.1\r\n", line=b"\r\n"):
    head = b"POST %s HTTP/1.1\r\n" % messages_path(conversation).encode() + host
    return (head + b"Content-Type: application/json\r\n%s\r\n\r\n%s" % (headers, body)).replace(b"\r\n", line)


BODY = b'{"content":"x"}'
LENGTH = b"Content-Length: 15"
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"f\r\n" + BODY + b"\r\n0\r\n\r\n"
BAD_FRAMING = {
    "two lengths": (LENGTH + b"\r\nContent-Length: 3", BODY), "two equal lengths": (LENGTH + b"\r\n" + LENGTH, BODY),
    "a list of lengths": (b"Content-Length: 15, 15", BODY), "a plus before the length": (b"Content-Length: +15", BODY),
    "a minus before the length": (b"Content-Length: -15", BODY), "a hexadecimal length": (b"Content-Length: 0xf", BODY),
    "a length with letters": (b"Content-Length: 15a", BODY), "an empty length": (b"Content-Length:", BODY),
    "a length that wraps": (b"Content-Length: 18446744073709551631", BODY), "a blank within the length": (b"Content-Length: 1 5", BODY),
    "length and chunks": (LENGTH + b"\r\n" + CHUNKED, CHUNKS), "chunks and length": (CHUNKED + b"\r\n" + LENGTH, CHUNKS),
    "a space before the colon of the coding": (b"Transfer-Encoding : chunked", CHUNKS),
    "a tab before the colon of the coding": (b"Transfer-Encoding\t: chunked", CHUNKS),
    "a space before the colon of the length": (b"Content-Length : 15", BODY), "a folded coding": (b"Transfer-Encoding:\r\n chunked", CHUNKS),
    "another coding": (b"Transfer-Encoding: xchunked", CHUNKS), "chunked not last": (b"Transfer-Encoding: chunked, identity", CHUNKS),
    "chunked twice": (CHUNKED + b"\r\n" + CHUNKED, CHUNKS), "identity": (b"Transfer-Encoding: identity", BODY),
    "a vertical tab in the coding": (b"Transfer-Encoding: \x0bchunked", CHUNKS), "a signed chunk": (CHUNKED, b"+" + CHUNKS),
    "a hexadecimal prefix": (CHUNKED, b"0x" + CHUNKS), "a negative chunk": (CHUNKED, b"-" + CHUNKS),
    "a chunk longer than it says": (CHUNKED, b"e" + CHUNKS[1:]), "NUL in a value": (LENGTH + b"\r\nX-A: a\0b", BODY),
    "NUL in a name": (LENGTH + b"\r\nX\0A: b", BODY), "a bare line feed in a value": (LENGTH + b"\r\nX-A: a\nX-B: b", BODY),
    "a bare carriage return in a value": (LENGTH + b"\r\nX-A: a\rX-B: b", BODY), "a header without colon": (LENGTH + b"\r\nX", BODY),
    "a header without name": (LENGTH + b"\r\n: x", BODY), "a second host": (LENGTH + b"\r\nHost: 127.0.0.1", BODY),
    "another host": (LENGTH + b"\r\nHost: evil.example", BODY),
}


def check_refused_and_closed(server, data, user, conversation):
    """What follows the refused request would be a good one; it must not even be read."""
    good = post(conversation, LENGTH + b"\r\nAuthorization: Bearer " + user.token.encode(), BODY)
    received, closed = raw_exchange(server, data + good)
    assert closed, f"still open after {received!r}"
    assert received[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.1 413 ") and received.count(b"HTTP/1.1 ") == 1, received
    assert b"\r\nconnection: close\r\n" in received.lower()
    assert user.listed(conversation) == []


@pytest.mark.parametrize("name", BAD_FRAMING)
def test_bad_framing_is_refused_and_the_connection_closed(server, alice, direct, name):
    headers, body = BAD_FRAMING[name]
    authorized = headers + b"\r\nAuthorization: Bearer " + alice.token.encode()
    check_refused_and_closed(server, post(direct, authorized, body), alice, direct)


@pytest.mark.parametrize("name, host, line", [
    ("no host", b"", b"\r\n"), ("two hosts", b"Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n", b"\r\n"),
    ("an empty host", b"Host:\r\n", b"\r\n"), ("bare line feeds", b"Host: 127.0.0.1\r\n", b"\n"),
])
def test_so_is_a_request_without_one_clear_host(server, alice, direct, name, host, line):
    authorized = LENGTH + b"\r\nAuthorization: Bearer " + alice.token.encode()
    check_refused_and_closed(server, post(direct, authorized, BODY, host, line), alice, direct)


def test_what_is_no_http_is_refused_too(server, alice, direct):
    for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40 + b"\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\r\n\r\n",
                    b"GET /livez\r\n\r\n", b"GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /livez HTTP/1.1 \r\nHost: x\r\n\r\n"):
        received, closed = raw_exchange(server, garbage + b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert closed and received.count(b"HTTP/1.1 ") <= 1 and not received.startswith(b"HTTP/1.1 2"), received
    server.client().get("/livez").expect(200)


def test_a_chunked_body_is_read(alice, direct):
    chunks = iter([b'{"content":', b'"in chunks ' + b"x" * 4030, b'"}'])
    sent = alice.send_raw("POST", messages_path(direct), chunks).expect(201)
    assert sent["content"] == "in chunks " + "x" * 4030


def test_pipelined_requests_are_answered_in_order(server):
    requests = [b"GET /nowhere%d HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-ID: pipe-%d\r\n" % (n, n) for n in range(20)]
    received, closed = raw_exchange(server, b"\r\n".join(requests) + b"Connection: close\r\n\r\n")
    assert closed
    order = re.findall(rb"(?i)x-request-id: pipe-(\d+)", received)
    assert order == [b"%d" % n for n in range(20)]
