"""Clients that are slow on purpose take neither the others' time nor, for long, a connection."""

import resource
import socket
import time

import pytest

from test_login_defence import READS, read_meanwhile

MANY = 2000


@pytest.fixture
def descriptors():
    """Enough of them for this process and for the servers that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 3 * MANY), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def last_word(peer):
    """How what the server says begins, once it has closed the connection."""
    said = b""
    try:
        while data := peer.recv(65536):
            said += data
    except ConnectionError:
        pass
    return said[:12]


class Crowd:
    """Ever more connections that are opened and used in some way, and held."""

    def __init__(self, server, use):
        self.server, self.use, self.peers = server, use, []

    def grow(self):
        for _ in range(MANY // READS):
            self.peers.append(socket.create_connection(("127.0.0.1", self.server.port), 120))
            self.use(self.peers[-1], len(self.peers))

    def close(self):
        for peer in self.peers:
            peer.close()


def send_half_a_head(peer, n):
    peer.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-%d: " % n if n % 2 else b"G")


def send_a_request(peer, n):
    peer.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


@pytest.mark.slow
@pytest.mark.only_on("sqlite")  # the database is not asked
def test_two_thousand_half_requests_hold_nobody_up_and_end(make_server, descriptors, record_property):
    server = make_server().start()
    user = server.user()
    record_property("quiet_p99_ms", read_meanwhile(server, user, lambda: None))
    crowd = Crowd(server, send_half_a_head)
    record_property("p99_ms", read_meanwhile(server, user, crowd.grow))
    opened = time.monotonic()
    assert {last_word(peer) for peer in crowd.peers} == {b"HTTP/1.1 408"}
    record_property("closed_after_seconds", round(time.monotonic() - opened, 1))
    user.get("/api/users/me/").expect(200)
    crowd.close()


@pytest.mark.slow
@pytest.mark.only_on("sqlite")  # the database is not asked
def test_two_thousand_idle_connections_hold_nobody_up(make_server, descriptors, record_property):
    server = make_server().start()
    user = server.user()
    record_property("quiet_p99_ms", read_meanwhile(server, user, lambda: None))
    crowd = Crowd(server, send_a_request)
    record_property("p99_ms", read_meanwhile(server, user, crowd.grow))
    server.client().get("/livez").expect(200)
    crowd.close()
