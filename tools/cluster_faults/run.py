"""One run: a workload, faults one after the other, and the verdict."""

import os
import random
import threading
import time

from . import nemesis
from .actions import Actions
from .caller import Caller
from .checks.cluster import RECOVERY_SECONDS, c8_owners, c10_failures, c10_recovery
from .outcomes import Evidence, measure
from .placement import Places
from .talk import open_talk
from .watch import Stillness, Watch, wait_ready
from .workload import Workload

PROBES = ("post", "reply", "edit", "listed", "opened", "mark", "mark_all", "unread", "notifications", "dismiss_all", "events",
          "peek", "side_talk", "come_and_go", "delete", "live_and_die")
CALM_SECONDS = 1


class Probe(threading.Thread):
    """Does everything once through one node, after a healing."""

    def __init__(self, node, actions):
        super().__init__(daemon=True)
        self.node, self.actions = node, actions
        self.succeeded = {f"{name} through {node.name}": None for name in PROBES}

    def run(self):
        for name in PROBES:
            getattr(self.actions, name)(self.node)
            self.succeeded[f"{name} through {self.node.name}"] = time.monotonic()


class Run:
    def __init__(self, stage, seed, rate, talks=24, followers=8, weights=None, say=print):
        self.stage, self.random, self.say = stage, random.Random(seed), say
        self.workload = Workload(stage.nodes, seed, talks, followers, weights, rate)
        self.history = self.workload.history
        self.probes = [self._open_probe(node, seed) for node in stage.nodes]
        self.watches = [Watch(n, self.workload.talks[0].owner, self.workload.talks[0]) for n in stage.nodes]
        self.places = Places(self.workload.talks)
        self.nemesis, self.faults, self.measures = nemesis.Nemesis(stage.nodes, stage.database), [], []

    def _open_probe(self, node, seed):
        caller = Caller(self.history, [node], seed + 77 + node.number, patience=RECOVERY_SECONDS + 5)
        talk = open_talk(1000 + node.number, caller)
        self.workload.talks.append(talk)
        actions = Actions(talk, caller)
        for _ in range(3):
            actions.post()
        return actions

    def start(self):
        self.workload.start()
        self.stillness = Stillness()
        for thread in [*self.watches, self.stillness]:
            thread.start()
        self.began = time.monotonic()

    # --- faults -----------------------------------------------------------------------------

    def inflict(self, names, span):
        """One fault, or several at a time to different nodes; then everything has to work again."""
        victims = self.random.sample(self.stage.nodes, len(names))
        fault = {"name": "+".join(names), "victim": victims[0], "span": span(names[0]), "began": time.monotonic(),
                 "shards_of": self.places.shards_of}
        if len(names) == 1:
            fault["healed"] = self.nemesis.do(names[0], victims[0], fault["span"])
        else:
            fault["healed"] = self._all_at_once(names, victims, span)
        fault["recovered"] = self._recover(fault["healed"])
        time.sleep(CALM_SECONDS)
        fault["ended"] = time.monotonic()
        self.faults.append(fault)
        self._tell(fault, victims)

    def _all_at_once(self, names, victims, span):
        threads = [threading.Thread(target=self.nemesis.do, args=(name, victim, span(name)))
                   for name, victim in zip(names, victims, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(200)
        return time.monotonic()

    def _recover(self, healed):
        """{what: the moment when it worked again, or None}."""
        probes = [Probe(node, actions) for node, actions in zip(self.stage.nodes, self.probes, strict=True)]
        for probe in probes:
            probe.start()
        recovered = {f"readyz of {k}": v for k, v in wait_ready(self.stage.nodes, RECOVERY_SECONDS).items()}
        recovered |= self._wait_for_talks(healed)
        for probe in probes:
            probe.join(max(0.1, healed + RECOVERY_SECONDS - time.monotonic()))
            recovered |= probe.succeeded
        for probe in probes:
            probe.join(60)  # its talk is its own until then
        return recovered

    def _wait_for_talks(self, healed):
        waiting = {t.id: t for t in self.workload.talks if t.number < 1000}
        recovered = {f"talk {t}": None for t in waiting}
        while waiting and time.monotonic() < healed + RECOVERY_SECONDS:
            for talk in [t for t in waiting.values() if t.checked_at >= healed]:
                recovered[f"talk {talk.id}"] = time.monotonic()
                del waiting[talk.id]
            time.sleep(0.02)
        return recovered

    def _tell(self, fault, victims):
        worst = max((v for v in fault["recovered"].values() if v), default=fault["healed"]) - fault["healed"]
        missing = [what for what, moment in fault["recovered"].items() if moment is None]
        self.say(f"{fault['began'] - self.began:7.1f} s  {fault['name']:22} {'+'.join(v.name for v in victims):12}"
                 f" {fault['healed'] - fault['began']:5.1f} s, recovered after {max(0, worst):4.1f} s"
                 f"{'  NOT: ' + ', '.join(missing[:4]) if missing else ''}")

    # --- the end ----------------------------------------------------------------------------

    def judge(self, measures_each=True, judges_times=True, cleared_seconds=30):
        """Sentences: what is wrong. How long each fault was felt is shown in any case."""
        self.workload.stop()
        for thread in [*self.watches, self.stillness]:
            thread.stopping = True
        self.operations = self.workload.acknowledged()
        evidence = self._gather()
        found = c8_owners(evidence.shards) + c10_recovery(self.faults) + c10_failures(self.faults, self.history.failures)
        if measures_each:
            self.measures = [(fault, measure(evidence, fault)) for fault in self.faults]
            found += [f"O {fault['name']} of {fault['victim'].name}: {m}"
                      for fault, its in self.measures for m in its if judges_times and not m.is_kept]
        found += self.workload.judge(self.stage.database.queries, cleared_seconds)
        return found + [f"CHECK {text}" for text in self.stage.nodes[0].check_database()]

    def _gather(self):
        queries, offset = self.stage.database.queries, time.time() - time.monotonic()
        logs = [[], []]
        if self.stage.is_cluster:
            logs = [queries.rows("SELECT at, shard, epoch, owner FROM fault_shards ORDER BY n"),
                    queries.rows("SELECT at, node, name, state FROM fault_nodes ORDER BY n")]
        for row in [*logs[0], *logs[1]]:
            row["at"] -= offset
        return Evidence(*logs, [s for w in self.watches for s in w.samples], self.history.operations,
                        self.history.failures, {n.name: n.exits for n in self.stage.nodes},
                        [e for f in self.workload.followers for e in f.ended])

    def report(self):
        """The figures, fault by fault."""
        for fault, measures in self.measures:
            self.say(f"{fault['name']}: " + "; ".join(map(str, measures)))
        self.say(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        for moment, seconds in self.stillness.gaps:
            self.say(f"THE MACHINE STOOD STILL at {moment - self.began:.1f} s for {seconds:.1f} s")
        for node in self.stage.nodes:
            if node.exits:
                self.say(f"{node.name} ended with {[status for _, status in node.exits]}")
        kinds = {}
        for operation in self.history.operations:
            if operation.is_acknowledged:
                kinds[operation.kind] = kinds.get(operation.kind, 0) + 1
        self.say(f"acknowledged: {dict(sorted(kinds.items()))}; attempts that failed: {len(self.history.failures)};"
                 f" streams resumed {sum(len(f.ended) for f in self.workload.followers)} times, reset at"
                 f" {[(round(at - self.began, 1), node) for f in self.workload.followers for at, node in f.resets]}")
