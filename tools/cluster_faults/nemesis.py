"""The faults. Each is done to one node (`victim`), for a span of seconds, and leaves everything healed."""

import signal
import time

from . import network
from .network import CLIENT_ADDRESS, DATABASE_ADDRESS, address_of
from .watch import wait_ready

READY_SECONDS, HOUR = 45, 3600


class Nemesis:
    """Does faults by name: `do(name, victim, span)`; they return the moment of healing."""

    def __init__(self, nodes, database):
        self.nodes, self.database = nodes, database

    def do(self, name, victim, span):
        return FAULTS[name](self, victim, span) or time.monotonic()

    def others(self, victim):
        return [n for n in self.nodes if n is not victim]

    # --- processes --------------------------------------------------------------------------

    def kill(self, victim, span):
        victim.signal(signal.SIGKILL)
        time.sleep(span)

    def pause(self, victim, span):
        victim.signal(signal.SIGSTOP)
        time.sleep(span)
        victim.signal(signal.SIGCONT)

    def restart(self, _victim, _span):
        """One node after the other, as an upgrade would."""
        for node in self.nodes:
            node.stop()
            node.start()
            wait_ready([node], READY_SECONDS)

    def scale(self, victim, span):
        """From three to one, to three, to two; three in the end."""
        for node in self.others(victim):
            node.stop()
        time.sleep(span / 4)
        self._start(self.others(victim))
        victim.stop()
        time.sleep(span / 4)
        self._start([victim])

    def _start(self, nodes):
        for node in nodes:
            node.start()
        wait_ready(nodes, READY_SECONDS)

    def clock(self, victim, span):
        """An hour ahead, then an hour behind."""
        for ahead in (HOUR, -HOUR):
            victim.clocks.jump(ahead)
            time.sleep(span / 2)
        victim.clocks.jump(0)

    # --- the network ------------------------------------------------------------------------

    def cut_nodes(self, victim, span):
        other = self.others(victim)[0]
        network.cut_both_ways(address_of(victim.number), address_of(other.number))
        self._heal_after(span)

    def cut_one_way(self, victim, span):
        network.cut(address_of(victim.number), address_of(self.others(victim)[0].number))
        self._heal_after(span)

    def cut_database(self, victim, span):
        network.cut_both_ways(address_of(victim.number), DATABASE_ADDRESS)
        self._heal_after(span)

    def cut_client(self, victim, span):
        network.cut_both_ways(address_of(victim.number), CLIENT_ADDRESS)
        self._heal_after(span)

    def lose(self, victim, span):
        network.lose(address_of(victim.number), 10)
        self._heal_after(span)

    def _heal_after(self, span):
        time.sleep(span)
        network.heal()

    # --- the database -----------------------------------------------------------------------

    def crash_database(self, _victim, _span):
        self.database.crash()
        self.database.start()

    def stop_database(self, _victim, span):
        self.database.stop()
        time.sleep(span)
        self.database.start()


FAULTS = {
    "kill": Nemesis.kill, "stop3": Nemesis.pause, "stop10": Nemesis.pause, "stop60": Nemesis.pause,
    "cut-nodes": Nemesis.cut_nodes, "cut-one-way": Nemesis.cut_one_way, "cut-database": Nemesis.cut_database,
    "cut-client": Nemesis.cut_client, "loss": Nemesis.lose, "database-crash": Nemesis.crash_database,
    "database-stop": Nemesis.stop_database, "clock": Nemesis.clock, "restart": Nemesis.restart, "scale": Nemesis.scale,
}

# How long each lasts: what the required outcomes speak of, and as short as still tells something.
SPANS = {
    "kill": 12, "stop3": 3, "stop10": 10, "stop60": 60, "cut-nodes": 25, "cut-one-way": 25, "cut-database": 15,
    "cut-client": 8, "loss": 15, "database-crash": 0, "database-stop": 30, "clock": 20, "restart": 0, "scale": 20,
}
SHORT_SPANS = {**SPANS, "cut-nodes": 8, "cut-one-way": 6, "cut-database": 7, "cut-client": 3, "loss": 5, "kill": 10}
