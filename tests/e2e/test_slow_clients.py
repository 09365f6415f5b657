"""Clients that are slow on purpose take neither the others' time nor, for long, a connection."""

import resource
import socket
import time

import pytest

from test_login_defence import BUSY, latencies, p99

MANY = 2000
IN_TIME = 10 + 1  # seconds, and one for the server to look round


@pytest.fixture
def descriptors():
    """Enough of them for this process and for the servers that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 3 * MANY), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_closed(peer):
    peer.setblocking(False)
    try:
        while peer.recv(65536):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def check_latency(server, user, quiet):
    """Below twice what it was, or what a busy machine costs anybody; it is asked again."""
    results, limit = [], max(2 * quiet, BUSY)
    while not results or (results[-1] >= limit and len(results) < 3):
        results.append(p99(latencies(server, user, 2)))
    assert results[-1] < limit, (quiet, results)


def half_a_head(peer, n):
    peer.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-%d: " % n)


def a_letter_at_a_time(peer, n):
    peer.sendall(b"G")


@pytest.mark.slow
@pytest.mark.only_on("sqlite")  # the database is not asked
def test_two_thousand_half_requests_hold_nobody_up_and_end_in_time(make_server, descriptors):
    server = make_server().start()
    user = server.user()
    quiet = p99(latencies(server, user, 2))
    began, peers = time.monotonic(), []
    for n in range(MANY):
        peers.append(socket.create_connection(("127.0.0.1", server.port), 10))
        (half_a_head, a_letter_at_a_time)[n % 2](peers[-1], n)
    opened = time.monotonic()
    assert opened - began < 8, "the first must still be there when the last has come"
    check_latency(server, user, quiet)
    assert not all(is_closed(peer) for peer in peers[-100:]), "they were gone too soon to say anything"
    time.sleep(max(0, opened + IN_TIME - time.monotonic()))
    assert [n for n, peer in enumerate(peers) if not is_closed(peer)] == []
    user.get("/api/users/me/").expect(200)
    for peer in peers:
        peer.close()


@pytest.mark.slow
@pytest.mark.only_on("sqlite")  # the database is not asked
def test_two_thousand_idle_connections_hold_nobody_up(make_server, descriptors):
    server = make_server().start()
    user = server.user()
    quiet = p99(latencies(server, user, 2))
    peers = []
    for _ in range(MANY):
        peers.append(socket.create_connection(("127.0.0.1", server.port), 10))
        peers[-1].sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    check_latency(server, user, quiet)
    server.client().get("/livez").expect(200)
    for peer in peers:
        peer.close()
