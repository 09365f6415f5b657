"""Requests of the workload: through any node, repeated until there is an answer."""

import random
import secrets
import time

from .connection import Connection, NoAnswer
from .history import Failure, Operation

KEYED_SECONDS = 6  # more than the servers' budget for a request, which is 5 s
# Without a key a repetition must not overtake the first attempt: whoever is silent for so long has been declared dead.
UNKEYED_SECONDS = 11
PATIENCE = 90
UNDECIDED = (409, 429, 502, 503, 504)


class Caller:
    """For one thread; speaks for whomever it is told to."""

    def __init__(self, history, nodes, seed, patience=PATIENCE):
        self.history, self.nodes, self.random, self.patience = history, nodes, random.Random(seed), patience
        self.connections = {}

    def once(self, node, method, path, token=None, body=None, key=None, seconds=KEYED_SECONDS):
        """One attempt at one node."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        if node.number not in self.connections:
            self.connections[node.number] = Connection(node.address)
        return self.connections[node.number].request(method, path, headers, body, seconds)

    def perform(self, operation, method, path, token=None, body=None, node=None):
        """Fills in the operation and returns the last answer; none: there was none in time."""
        self.history.add(operation)
        key = secrets.token_hex(12) if method == "POST" else None
        pause, chosen = 0.05, node or self.random.choice(self.nodes)
        while time.monotonic() - operation.begin < self.patience:
            answer = self._attempt(operation, chosen, method, path, token, body, key)
            if answer:
                return answer
            time.sleep(pause * self.random.uniform(0.5, 1))
            pause = min(2 * pause, 1)
            chosen = node or self._another(chosen)
        self.history.surprise(f"C10: {operation.kind} of {operation.talk} was not answered in {self.patience} s")
        return None

    def _another(self, node):
        return self.random.choice([n for n in self.nodes if n is not node] or self.nodes)

    def _attempt(self, operation, node, method, path, token, body, key):
        began = time.monotonic()
        operation.nodes.append(node.number)
        try:
            seconds = KEYED_SECONDS if key or method == "GET" else UNKEYED_SECONDS
            answer = self.once(node, method, path, token, body, key, seconds)
        except NoAnswer as error:
            return self._failed(operation, node, began, str(error))
        if answer.status in UNDECIDED or answer.status == 500:
            self._judge(operation, node, answer)
            return self._failed(operation, node, began, str(answer.status))
        operation.last_begin, operation.end, operation.status = began, time.monotonic(), answer.status
        return answer

    def _judge(self, operation, node, answer):
        if answer.status == 500:
            self.history.surprise(f"500 for {operation.kind} from node{node.number}: {answer.body[:200]!r}")
        elif answer.status == 503 and "retry-after" not in answer.headers:
            self.history.surprise(f"503 without Retry-After for {operation.kind} from node{node.number}")

    def _failed(self, operation, node, began, reason):
        self.history.fail(Failure(began, time.monotonic(), node.number, reason, operation.kind, operation.talk))


def start(kind, user="", talk=None, **arguments):
    return Operation(kind, user, talk, arguments, time.monotonic())
