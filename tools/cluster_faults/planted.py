"""Bugs in real nodes, which are built as ever: what they stand on is spoiled instead. Each has to be caught."""

import sys
import time

from . import nemesis
from .network import DATABASE, DATABASE_ADDRESS, inside
from .nodes import ROOT
from .worker import WEIGHTS

PROXY_PORT, DATABASE_PORT = 6432, 5432
PAUSES = 6


class NoFence:
    """A proxy before PostgreSQL takes the fence out of transactions; a node that was paused goes on writing."""

    weights = {**WEIGHTS, "edit": 60, "come_and_go": 0.2, "live_and_die": 0.01}
    caught_by = ("C1", "C2", "C3", "C4", "C7", "C9")

    def prepare(self, stage):
        command = [sys.executable, "-m", "cluster_faults.unfenced", PROXY_PORT, DATABASE_ADDRESS, DATABASE_PORT]
        self.process = inside(DATABASE, *command, cwd=ROOT / "tools")
        for node in stage.nodes:
            node.environment["DB_PORT"] = str(PROXY_PORT)

    def play(self, run):
        for _ in range(PAUSES):
            run.inflict(["stop10"], {**nemesis.SPANS, "stop10": 14}.get)
            time.sleep(3)

    def remove(self):
        self.process.kill()


class NoLease:
    """The clock by which a node tells whether its lease still runs is stopped: it serves though others took over."""

    weights = WEIGHTS
    caught_by = ("C9",)

    def prepare(self, stage):
        self.clocks = stage.nodes[0].clocks

    def play(self, run):
        time.sleep(5)
        self.clocks.stop_boottime(True)
        time.sleep(25)
        self.clocks.stop_boottime(False)
        time.sleep(15)

    def remove(self):
        pass


PLANTS = {"no-fence": NoFence, "no-lease": NoLease}
