"""Proofs (c) and (d): readers that stall cost a bounded amount of memory and disturb nobody; thousands may idle.

CONFAB_STALLED_POSTS lengthens the first, CONFAB_IDLE_STREAMS widens the second.
"""

import json
import os
import re
import resource
import threading

import pytest

from sse import Streams

STALLED = 200
READING = 20
POSTS = int(os.environ.get("CONFAB_STALLED_POSTS", "400"))
TEXT = "x" * 6000
STALLED_BYTES = 64 * 1024 * 1024  # what all stalled readers together may cost: a tenth of what they do not read
IDLE = int(os.environ.get("CONFAB_IDLE_STREAMS", "5000"))
IDLE_USERS = 250
IDLE_BYTES = 2 * 11 * 1024


def resident(server):
    """The server's resident memory in bytes."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


def digest(frame):
    """The id and seq of a new message."""
    if frame.event != "message.created":
        return None
    return frame.id, json.loads(frame.data)["data"]["seq"]


def sequence(follower):
    return [frame[1] for frame in follower.frames if frame is not None]


def await_all(followers, count, seconds):
    for follower in followers:
        follower.wait(lambda: len(sequence(follower)) >= count, seconds)


class Memory(threading.Thread):
    """The most that the server has taken while it ran."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.most, self.stopped = server, resident(server), threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()

    def run(self):
        while not self.stopped.wait(0.05):
            self.most = max(self.most, resident(self.server))


def test_stalled_readers_cost_little_and_disturb_nobody(make_server, record_property):
    server = make_server().start()
    people = server.users(*["reader"] * (STALLED + READING))
    conversation = people[0].converse(*people[1:])
    with Streams() as streams:
        stalled = [streams.follow(server, p.token, digest=digest, receive_buffer=4096) for p in people[:STALLED]]
        reading = [streams.follow(server, p.token, digest=digest) for p in people[STALLED:]]
        for follower in stalled + reading:
            follower.wait_open()
        for follower in stalled:
            follower.pause()
        # The caches of a busy conversation are filled first: they are no cost of the stalled.
        for _ in range(20):
            people[-1].send(conversation, TEXT)
        await_all(reading, 20, 300)
        before = resident(server)
        with Memory(server) as memory:
            for number in range(20, POSTS):
                assert people[-1].send(conversation, TEXT)["seq"] == number + 1
            await_all(reading, POSTS, 300)
        assert all(sequence(f) == list(range(1, POSTS + 1)) and f.opened == 1 for f in reading)
        record_property("grown_bytes", memory.most - before)
        unread = STALLED * POSTS * len(TEXT)
        assert unread > 5 * STALLED_BYTES
        assert memory.most - before < STALLED_BYTES, f"grew by {memory.most - before} bytes"

        for follower in stalled:
            follower.resume()
        await_all(stalled, POSTS, 300)
        assert all(sequence(f) == list(range(1, POSTS + 1)) for f in stalled)
        assert all(f.ended for f in stalled), "a stalled reader was never cut off"
    assert server.stop() == 0


@pytest.fixture
def many_files():
    """As many open files as the system lets this process and its children have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_thousands_of_idle_streams_cost_little_and_all_get_an_event(make_server, many_files, record_property):
    assert many_files > IDLE + 1000, f"only {many_files} files may be open at once"
    server = make_server().start()
    people = server.users(*["idler"] * IDLE_USERS)
    conversation = people[0].converse(*people[1:])
    with Streams() as streams:
        for person in people:  # what users cost without a stream
            person.get("/api/events/").expect(200)
        before = resident(server)
        idle = [streams.follow(server, people[n % IDLE_USERS].token, digest=digest) for n in range(IDLE)]
        for follower in idle:
            follower.wait_open(300)
        each = (resident(server) - before) / IDLE
        record_property("bytes_per_stream", round(each))
        assert each < IDLE_BYTES, f"{each:.0f} bytes per stream"
        people[0].send(conversation, "to all")
        await_all(idle, 1, 300)
        assert all(f.opened == 1 and sequence(f) == [1] for f in idle)
    assert server.stop() == 0
