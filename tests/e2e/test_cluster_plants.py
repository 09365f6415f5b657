"""The fault harness against bugs that are played: each is caught, by the check that is meant for it; and without any,
nothing is found."""

import pathlib
import re
import sys
import time

import harness
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from cluster_faults import plants  # noqa: E402
from cluster_faults.database import Queries  # noqa: E402
from cluster_faults.liar import Bug, Liar  # noqa: E402
from cluster_faults.worker import WEIGHTS  # noqa: E402
from cluster_faults.workload import Workload  # noqa: E402

pytestmark = pytest.mark.only_on("postgres")  # a cluster stands on it

SECONDS, OPERATIONS, LIES, TALKS = 2.5, 400, 5, 4  # at least
LIMIT = 120  # seconds


class Honest:
    number = 0

    def __init__(self, server):
        self.address = ("127.0.0.1", server.port)


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    """A server, and its database."""
    server = harness.Server(tmp_path_factory.mktemp("plants"), MAX_STREAMS_PER_USER="100")
    try:
        given = server.start().database.settings
        yield server, Queries(given["DB_HOST"], given["DB_PORT"], given["DB_USER"], given["DB_NAME"])
    finally:
        server.discard()


def found_with(setting, bug, seed, weights=None):
    """What the checks say of two nodes, one of which has the bug."""
    server, queries = setting
    honest = Honest(server)
    liar = Liar(1, honest.address, bug)
    try:
        workload = Workload([honest, liar], seed, talks=TALKS, followers=TALKS, weights=weights)
        workload.start()
        time.sleep(SECONDS)
        lies = 0 if type(bug) is Bug else LIES
        harness.wait_until(lambda: workload.acknowledged() >= OPERATIONS and liar.lies >= lies, LIMIT)
        workload.stop()
        return workload.judge(queries, cleared_seconds=1)
    finally:
        liar.stop()


def has(found, pattern):
    return any(re.match(pattern, text) for text in found)


def test_nothing_is_found_where_nothing_is_wrong(setting):
    assert found_with(setting, Bug(), 1, {**WEIGHTS, "live_and_die": 2}) == []


@pytest.mark.parametrize("bug, pattern", [
    (plants.AcknowledgedBeforeCommit, "C1 .* was acknowledged and is missing"),
    (plants.NoIdempotencyKey, "C2 .* is there under .*, which was never acknowledged"),
    (plants.PlaceFromMemory, "C3 .* places given out with gaps or twice"),
    (plants.MarksNotKept, "C4 .* unread though read"),
    (plants.NotificationLost, "C5 .* never notified of"),
    (plants.NoLeaseCheck, "C9 .* showed .* after .* had been acknowledged|C9 a list lacks .* acknowledged before"),
    (plants.CacheWithoutMembership, "C11 .* showed something of"),
    (plants.GapInStream, "C12 .* the stream and a GET differ"),
])
def test_a_lying_node_is_caught(setting, bug, pattern):
    often = {"come_and_go": 4, "peek": 20} if bug is plants.CacheWithoutMembership else {}
    assert has(found_with(setting, bug(), 2, {**WEIGHTS, **often}), pattern)


def test_a_missing_fence_is_caught(setting):
    assert has(found_with(setting, plants.NoFence(setting[1]), 3), "C9 .* showed .* after .* had been acknowledged")


@pytest.mark.parametrize("plant, pattern", [
    (plants.NO_CASCADE, r"C6 .* is left: .*talk\d+text\d+"), (plants.HISTORY_LOST, "C7 SQL: the history of"),
], ids=["no cascade", "history lost"])
def test_a_database_that_forgets_or_keeps_too_much_is_caught(setting, plant, pattern):
    setting[1].run(plant.plant)
    try:
        assert has(found_with(setting, Bug(), 4, {**WEIGHTS, "live_and_die": 2}), pattern)
    finally:
        setting[1].run(plant.end)
