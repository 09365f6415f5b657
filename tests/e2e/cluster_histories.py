"""Histories made up by hand, for the tests of the checks: what people did, moment by moment."""

import itertools
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from cluster_faults.checks.messages import Listing  # noqa: E402
from cluster_faults.history import Failure, History, Operation  # noqa: E402
from cluster_faults.model import Model  # noqa: E402

TALK, ALICE, BOB, CAROL = "talk-1", "alice", "bob", "carol"
PEOPLE = (ALICE, BOB, CAROL)


class Story:
    """Each step takes a tenth of a second unless it says otherwise, and begins when the one before it has ended."""

    def __init__(self):
        self.history, self.now, self.numbers = History(), 0.0, itertools.count(1)
        self.step("converse", ALICE, {"participants": list(PEOPLE)}, {"id": TALK}, talk=None)

    @property
    def model(self):
        return Model(self.history)

    def step(self, kind, user, arguments, answer=None, status=200, talk=TALK, at=None, until=None, node=0):
        begin = self.now + 0.1 if at is None else at
        end = begin + 0.1 if until is None else until
        operation = Operation(kind, user, talk, arguments, begin, end, begin, [node], status, answer)
        self.now = max(self.now, end)
        return self.history.add(operation)

    def post(self, user=ALICE, seq=None, parent=None, recipients=PEOPLE, **more):
        number = next(self.numbers)
        arguments = {"text": f"talk1text{number}", "parent": parent, "recipients": [r for r in recipients if r != user]}
        answer = {"id": f"m{number}", "seq": seq or number, "receiver": None, "text": arguments["text"]}
        self.step("post", user, arguments, answer, 201, **more)
        return answer["id"]

    def edit(self, message, text, user=ALICE, **more):
        return self.step("edit", user, {"message": message, "text": text}, **more)

    def delete(self, message, user=ALICE, **more):
        return self.step("delete", user, {"message": message}, status=204, **more)

    def listed(self, *messages, user=BOB, has_more=False, **more):
        return self.step("list", user, {"has_more": has_more}, list(messages), **more)

    def unread(self, *messages, user=BOB, has_more=False, **more):
        return self.step("unread", user, {"has_more": has_more}, list(messages), **more)

    def mark(self, *messages, user=BOB, **more):
        return self.step("mark", user, {"messages": list(messages)}, **more)

    def turn(self, kind, member, **more):
        return self.step(kind, ALICE, {"member": member}, **more)

    def peek(self, user, is_shown, **more):
        return self.step("peek", user, {"path": "/"}, {"is_shown": is_shown}, **more)

    def delete_account(self, user, **more):
        return self.step("delete_account", user, {"name": f"{user}-name", "key": 77}, status=204, **more)


def shown(number, seq=None, text=None, read=False):
    return {"id": f"m{number}", "seq": seq or number, "text": text or f"talk1text{number}", "read": read}


def listing(*messages, node=0, reader=BOB):
    return Listing(node, reader, TALK, list(messages))


def failure(begin, end):
    return Failure(begin, end, 0, "503", "post", TALK)
