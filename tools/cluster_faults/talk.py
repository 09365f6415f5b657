"""A conversation of the workload, as those who work in it have to know it."""

import contextlib
import random
import threading

from .caller import start
from .people import register

RECENT = 30


class Gate:
    """Many may pass at a time; whoever changes who takes part passes alone."""

    def __init__(self):
        self.changed = threading.Condition()
        self.inside = self.waiting = 0
        self.is_taken = False

    @contextlib.contextmanager
    def shared(self):
        with self.changed:
            self.changed.wait_for(lambda: not self.is_taken and not self.waiting)
            self.inside += 1
        try:
            yield
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    @contextlib.contextmanager
    def alone(self):
        with self.changed:
            self.waiting += 1
            self.changed.wait_for(lambda: not self.is_taken and not self.inside)
            self.waiting -= 1
            self.is_taken = True
        try:
            yield
        finally:
            with self.changed:
                self.is_taken = False
                self.changed.notify_all()


class Talk:
    def __init__(self, number, conversation, owner, others):
        self.number, self.id, self.key = number, conversation["conversation_id"], conversation["id"]
        self.owner = owner
        self.people = [owner, *others]  # all who ever take part
        self.members = list(self.people)
        self.gate, self.lock = Gate(), threading.Lock()
        self.messages = []  # [message id, sender], the newest last
        self.edited = set()  # is being edited or deleted: by one at a time
        self.texts = 0
        self.checked_at = 0.0  # when an operation began that was acknowledged

    def next_text(self):
        with self.lock:
            self.texts += 1
            return f"talk{self.number}text{self.texts}"

    def posted(self, message, sender):
        with self.lock:
            self.messages.append((message, sender))

    def forget(self, message):
        with self.lock:
            self.messages = [m for m in self.messages if m[0] != message]

    def some(self, choice: random.Random, count=1):
        with self.lock:
            recent = self.messages[-RECENT:]
        return choice.sample(recent, min(count, len(recent)))

    @contextlib.contextmanager
    def keep(self, choice):
        """A message that nobody else changes meanwhile; or None."""
        with self.lock:
            free = [m for m in self.messages[-RECENT:] if m[0] not in self.edited]
            chosen = choice.choice(free) if free else None
            self.edited.add(chosen and chosen[0])
        try:
            yield chosen
        finally:
            with self.lock:
                self.edited.discard(chosen and chosen[0])


def open_talk(number, caller, size=3):
    """A talk of new people; None if that failed."""
    people = [register(caller, f"t{number}p{i}x") for i in range(size)]
    if not all(people):
        return None
    owner, *others = people
    operation = start("converse", owner.user_id, participants=[p.user_id for p in people])
    body = {"participant_ids": [p.user_id for p in others], "title": f"talk {number}"}
    answer = caller.perform(operation, "POST", "/api/conversations/", owner.token, body)
    if not answer or answer.status != 201:
        return None
    operation.answer = {"id": answer.json["conversation_id"]}
    return Talk(number, answer.json, owner, others)
