"""What was asked, what was answered, and when: all that the checks know of the workload."""

import dataclasses
import json
import threading
import time


@dataclasses.dataclass
class Operation:
    """One thing that somebody wanted done, with all its repetitions."""

    kind: str
    user: str
    talk: str | None
    arguments: dict
    begin: float
    end: float | None = None  # none: it was never answered
    last_begin: float = 0  # of the attempt that was answered
    nodes: list = dataclasses.field(default_factory=list)  # that were tried, in order
    status: int | None = None
    answer: object = None

    @property
    def is_acknowledged(self):
        return self.end is not None and self.status < 400


@dataclasses.dataclass
class Failure:
    """An attempt without a definite answer."""

    begin: float
    end: float
    node: int
    reason: str
    kind: str
    talk: str | None


class History:
    """Grows while the workload runs; for any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.operations, self.failures, self.surprises = [], [], []
        self.began = time.monotonic()

    def add(self, operation):
        with self.lock:
            self.operations.append(operation)
        return operation

    def fail(self, failure):
        with self.lock:
            self.failures.append(failure)

    def surprise(self, text):
        """What no fault excuses."""
        with self.lock:
            self.surprises.append(text)

    def of(self, *kinds):
        return [o for o in self.operations if o.kind in kinds]

    def acknowledged(self, *kinds):
        return [o for o in self.operations if o.is_acknowledged and (not kinds or o.kind in kinds)]

    def save(self, path):
        with path.open("w") as file:
            for entry in [*self.operations, *self.failures]:
                file.write(json.dumps({"type": type(entry).__name__, **dataclasses.asdict(entry)}) + "\n")
