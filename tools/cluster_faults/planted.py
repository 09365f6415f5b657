"""Bugs in real nodes, which are built as ever: what they stand on is spoiled instead. Each has to be caught."""

import sys
import time

from . import network
from .network import DATABASE, DATABASE_ADDRESS, address_of, inside
from .nodes import ROOT
from .worker import WEIGHTS

PROXY_PORT, DATABASE_PORT = 6432, 5432
BEFORE, WITHOUT_LEASE, AFTER = 5, 25, 15  # seconds


class NoLease:
    """The clock by which a node tells whether its lease still runs is stopped, and the node is cut off from the database,
    which would tell it that others have taken over: it goes on serving what it has in memory."""

    weights = WEIGHTS
    caught_by = ("C9",)

    def prepare(self, stage):
        self.clocks = stage.nodes[0].clocks

    def play(self, _run):
        time.sleep(BEFORE)
        self.clocks.stop_boottime(True)
        self.spoil()
        time.sleep(WITHOUT_LEASE)
        network.heal()
        self.clocks.stop_boottime(False)
        time.sleep(AFTER)

    def spoil(self):
        network.cut_both_ways(address_of(0), DATABASE_ADDRESS)

    def remove(self):
        pass


class NoFence(NoLease):
    """Its lease does not end either, and a proxy before PostgreSQL takes the fence out of all transactions: the node hears of
    nothing, and two owners write."""

    weights = {**WEIGHTS, "edit": 40, "come_and_go": 0.2, "live_and_die": 0.01}
    caught_by = ("C1", "C2", "C3", "C4", "C5", "C7")

    def prepare(self, stage):
        super().prepare(stage)
        program = [sys.executable, "-m", "cluster_faults.unfenced"]
        self.process = inside(DATABASE, *program, PROXY_PORT, DATABASE_ADDRESS, DATABASE_PORT, cwd=ROOT / "tools")
        for node in stage.nodes:
            node.environment["DB_PORT"] = str(PROXY_PORT)

    def spoil(self):
        pass

    def remove(self):
        self.process.kill()


class TwoOwners:
    """The map of shards changes without a new epoch."""

    weights = WEIGHTS
    caught_by = ("C8",)

    def prepare(self, _stage):
        pass

    def play(self, run):
        time.sleep(BEFORE)
        run.stage.database.queries.run(
            "UPDATE shard s SET owner = (SELECT n.node_id FROM cluster_node n WHERE n.state = 1 AND n.node_id <> s.owner"
            " LIMIT 1) WHERE s.shard_id < 20")
        time.sleep(AFTER)

    def remove(self):
        pass


PLANTS = {"no-fence": NoFence, "no-lease": NoLease, "two-owners": TwoOwners}
