"""What the nodes say of themselves while faults are done to them, several times a second."""

import dataclasses
import threading
import time

from .connection import Connection, NoAnswer

PERIOD, PATIENCE, STILL_SECONDS = 0.25, 1.0, 2.0


@dataclasses.dataclass
class Sample:
    at: float  # when it was asked
    node: int
    ready: int | None  # status of /readyz; none: no answer
    read: int | None  # of a list that is in memory


class Stillness(threading.Thread):
    """Whether the machine itself stood still, and nothing that was measured then means anything."""

    def __init__(self):
        super().__init__(daemon=True)
        self.gaps, self.stopping = [], False  # (moment, seconds)

    def run(self):
        before = time.monotonic()
        while not self.stopping:
            time.sleep(0.1)
            now = time.monotonic()
            if now - before > STILL_SECONDS:
                self.gaps.append((before, now - before))
            before = now


class Watch(threading.Thread):
    """One per node."""

    def __init__(self, node, person, talk):
        super().__init__(daemon=True)
        self.node, self.samples, self.stopping = node, [], False
        self.path, self.headers = f"/api/conversations/{talk.id}/messages/", {"Authorization": f"Bearer {person.token}"}
        self.connection = Connection(node.address)

    def run(self):
        while not self.stopping:
            at = time.monotonic()
            ready, read = self.ask("/readyz", {}), self.ask(self.path, self.headers)
            self.samples.append(Sample(at, self.node.number, ready, read))
            time.sleep(max(0, at + PERIOD - time.monotonic()))

    def ask(self, path, headers):
        try:
            return self.connection.request("GET", path, headers, None, PATIENCE).status
        except NoAnswer:
            return None


def is_ready(node):
    try:
        return Connection(node.address).request("GET", "/readyz", {}, None, 2).status == 200
    except NoAnswer:
        return False


def wait_ready(nodes, seconds):
    """{node's name: when it was ready, or None}."""
    ready, deadline = {n.name: None for n in nodes}, time.monotonic() + seconds
    while time.monotonic() < deadline and not all(ready.values()):
        for node in nodes:
            if not ready[node.name] and is_ready(node):
                ready[node.name] = time.monotonic()
        time.sleep(0.1)
    return ready
