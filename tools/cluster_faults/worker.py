"""Threads that work in one talk each."""

import threading
import time
import traceback

from .actions import Actions
from .caller import Caller

# How often each is done, of all: most of it goes to the conversation's owner, some to the users'.
WEIGHTS = {
    "post": 26, "reply": 8, "edit": 10, "delete": 2, "listed": 22, "opened": 8, "mark": 4, "mark_all": 3, "unread": 8,
    "notifications": 4, "dismiss_all": 1, "events": 1, "peek": 3, "side_talk": 0.5, "come_and_go": 1, "live_and_die": 0.15,
}
ALONE = ("come_and_go", "live_and_die")


class Worker(threading.Thread):
    def __init__(self, talk, history, nodes, seed, weights=None, pause=0):
        super().__init__(daemon=True)
        self.talk, self.caller = talk, Caller(history, nodes, seed)
        self.actions, self.stopping = Actions(talk, self.caller), False
        self.weights, self.pause = weights or WEIGHTS, pause  # seconds between the beginnings of two operations

    def run(self):
        try:
            while not self.stopping:
                began = time.monotonic()
                self.step()
                time.sleep(max(0, began + self.pause - time.monotonic()))
        except Exception:  # a mistake of this program must not look like success
            self.caller.history.surprise("worker failed: " + traceback.format_exc())

    def step(self):
        (name,) = self.caller.random.choices(list(self.weights), self.weights.values())
        with self.talk.gate.alone() if name in ALONE else self.talk.gate.shared():
            getattr(self.actions, name)()


def stop(workers, seconds):
    """Lets everybody finish what is under way."""
    for worker in workers:
        worker.stopping = True
    for worker in workers:
        worker.join(seconds)
        if worker.is_alive():
            worker.caller.history.surprise(f"C10: a worker of {worker.talk.id} is still waiting for an answer")
