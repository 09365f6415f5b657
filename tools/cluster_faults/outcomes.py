"""What is required of the cluster under each fault, measured."""

import dataclasses

ELSEWHERE_SECONDS = 1.0
LEAVING, DEAD = 2, 3
BUDGET_SECONDS = 5.5
OUT_OF_REACH = ("stop10", "stop60", "cut-client", "loss", "kill")  # the victim, and not by its own fault
BY_CONVERSATION = ("post", "edit", "list", "open")


@dataclasses.dataclass
class Evidence:
    """Of one run. Moments are those of the harness's monotonic clock."""

    shards: list  # {"at", "shard", "epoch", "owner"}
    nodes: list  # {"at", "node", "name", "state"}
    samples: list
    operations: list
    failures: list
    exits: dict  # name: [(moment, status)]
    streams: list  # (moment, node, whether retry: came) of streams that ended

    def incarnation(self, name, moment):
        """The node's id at that moment."""
        known = [n for n in self.nodes if n["name"] == name and n["at"] < moment]
        return known[-1]["node"] if known else None

    def owners(self, moment):
        """{shard: owner} then."""
        return {s["shard"]: s["owner"] for s in self.shards if s["at"] <= moment}

    def changes(self, begin, end):
        return [s for s in self.shards if begin < s["at"] < end]

    def deaths(self, begin, end):
        """Of nodes that were found dead; those that leave end so too, of their own will."""
        leaving = {n["node"] for n in self.nodes if n["state"] == LEAVING}
        return [n for n in self.nodes if begin < n["at"] < end and n["state"] == DEAD and n["node"] not in leaving]

    def samples_of(self, number, begin, end):
        return [s for s in self.samples if s.node == number and begin < s.at < end]

    def taken_over(self, name, since, until):
        """Seconds until others own all that the node owned; None: not in that time."""
        owner = self.incarnation(name, since)
        mine = {shard for shard, its in self.owners(since).items() if its == owner}
        last = since
        for change in self.changes(since, until):
            if change["shard"] in mine and change["owner"] not in ("", owner):
                mine.discard(change["shard"])
                last = change["at"]
        return None if mine else last - since


@dataclasses.dataclass
class Measure:
    """A figure, and what it may be at most (None: it is only told)."""

    what: str
    value: float | None
    limit: float | None = None
    unit: str = "s"

    @property
    def is_kept(self):
        return self.limit is None or self.value is not None and self.value <= self.limit

    def __str__(self):
        digits = ".2f" if self.unit else ".0f"
        value = "never" if self.value is None else f"{self.value:{digits}} {self.unit}".rstrip()
        limit = "" if self.limit is None else f" (at most {f'{self.limit:g} {self.unit}'.rstrip()})"
        return f"{self.what}: {value}{limit}"


def measure(evidence, fault):
    """All measures of one fault: {"name", "victim" (a node), "began", "healed", "ended", "span", "recovered"}."""
    found = [
        Measure("recovery", recovery_of(fault), 15),
        Measure("attempts that nodes left unanswered", unanswered_in(evidence, fault), 0, ""),
        Measure("attempts that failed", failed_in(evidence, fault), None, ""),
    ]
    return found + MEASURES.get(fault["name"], lambda *_: [])(evidence, fault)


def recovery_of(fault):
    moments = fault["recovered"].values()
    return None if None in moments else max(0, *(m - fault["healed"] for m in moments))


def unanswered_in(evidence, fault):
    """For longer than the budget of a request, by nodes that ran and could be reached."""
    excused = fault["victim"].number if fault["name"] in OUT_OF_REACH else None
    return sum(f.reason == "TimeoutError" and f.end - f.begin > BUDGET_SECONDS and f.node != excused
               and fault["began"] < f.begin < fault["ended"] for f in evidence.failures)


def of_kill(evidence, fault):
    name, began = fault["victim"].name, fault["began"]
    return [
        Measure("taken over", evidence.taken_over(name, began, fault["ended"]), 12),
        Measure("slowest operation on other keys", slowest_elsewhere(evidence, fault), ELSEWHERE_SECONDS),
    ]


def slowest_elsewhere(evidence, fault):
    """Of operations whose conversation and user belonged to nodes that lived, asked of nodes that lived."""
    dead, began = evidence.incarnation(fault["victim"].name, fault["began"]), fault["began"]
    owners = evidence.owners(began)
    slowest = 0
    for operation in evidence.operations:
        if operation.kind not in BY_CONVERSATION or operation.end is None or not began < operation.begin < fault["healed"]:
            continue
        shards = fault["shards_of"](operation)
        if shards and dead not in {owners.get(s) for s in shards} and fault["victim"].number not in operation.nodes:
            slowest = max(slowest, operation.end - operation.begin)
    return slowest


def of_long_pause(evidence, fault):
    name, began, healed = fault["victim"].name, fault["began"], fault["healed"]
    exits = [moment - healed for moment, _ in evidence.exits[name] if moment > healed]
    found = [Measure("taken over", evidence.taken_over(name, began, fault["ended"]), 12)]
    if fault["span"] >= 20:  # after ten seconds it may have kept its life
        found.append(Measure("resumed node ends", min(exits, default=None), 2))
        answers = answers_after(evidence, fault, healed, exits)
        found.append(Measure("answers of the resumed node before that", answers, 0, ""))
    return found


def answers_after(evidence, fault, healed, exits):
    """Successful ones between resuming and ending."""
    until, number = healed + min(exits, default=0), fault["victim"].number
    return sum(o.is_acknowledged and o.nodes[-1] == number and healed < o.end < until for o in evidence.operations)


def of_short_pause(evidence, fault):
    return [
        Measure("changes of owners", len(evidence.changes(fault["began"], fault["ended"])), 0, ""),
        Measure("attempts that failed while it was paused", failed_in(evidence, fault), 0, ""),
    ]


def failed_in(evidence, fault):
    return sum(fault["began"] < f.begin < fault["ended"] for f in evidence.failures)


def of_cut_between_nodes(evidence, fault):
    began, healed = fault["began"], fault["healed"]
    deaths = evidence.deaths(began, healed)
    if fault["span"] < 20:
        return [Measure("nodes that were parted with", len(deaths), 1, "")]
    parted = deaths[0] if deaths else None
    found = [Measure("one connected set", parted and parted["at"] - began, 20),
             Measure("nodes that were parted with", len(deaths), 1, "")]
    return found + (of_parted(evidence, fault, parted) if parted else [])


def of_parted(evidence, fault, parted):
    """The node is out until the cut is healed, and those who listened to it were sent away."""
    number = int(parted["name"][-1])
    late = [s for s in evidence.samples_of(number, parted["at"] + 2, fault["healed"]) if s.ready == 200]
    begin, end = fault["began"], parted["at"] + 5
    ends = [(at, retry) for at, node, retry in evidence.streams if node == number and begin < at < end]
    return [Measure("times that its readyz was 200", len(late), 0, ""),
            Measure("its streams that ended without retry:", sum(not retry for _, retry in ends), 0, "")]


def of_cut_from_database(evidence, fault):
    began, healed, victim = fault["began"], fault["healed"], fault["victim"]
    found = [Measure("still ready after", last_at(evidence, fault, "ready"), 5),
             Measure("cached reads still served after", last_at(evidence, fault, "read"), 5)]
    if fault["span"] >= 13:
        found.append(Measure("taken over", evidence.taken_over(victim.name, began, healed + 1), 12))
    return found


def last_at(evidence, fault, what, nodes=None):
    """When a 200 was asked for last in the fault's time; 0: never."""
    began, healed = fault["began"], fault["healed"]
    numbers = nodes or [fault["victim"].number]
    given = [s.at - began for n in numbers for s in evidence.samples_of(n, began, healed - 1) if getattr(s, what) == 200]
    return max(given, default=0)


def of_stopped_database(evidence, fault):
    numbers = sorted({s.node for s in evidence.samples})
    return [
        Measure("some node still ready after", last_at(evidence, fault, "ready", numbers), 5),
        Measure("cached reads still served after", last_at(evidence, fault, "read", numbers), 5),
        Measure("nodes declared dead", len(evidence.deaths(fault["began"], fault["ended"])), 0, ""),
        Measure("recovery after its return", recovery_of(fault), 10),
    ]


def of_crashed_database(evidence, fault):
    return [Measure("nodes declared dead", len(evidence.deaths(fault["began"], fault["ended"])), 0, "")]


def of_clock(evidence, fault):
    return [Measure("changes of owners", len(evidence.changes(fault["began"], fault["ended"])), 0, "")]


def of_restart(evidence, fault):
    return [Measure("longest pause of a shard", longest_pause(evidence, fault), 0.5),
            Measure("nodes declared dead", len(evidence.deaths(fault["began"], fault["healed"])), 0, "")]


def longest_pause(evidence, fault):
    """Between a shard's being given up and its being taken."""
    free, longest = {}, 0
    for change in evidence.changes(fault["began"], fault["ended"]):
        if not change["owner"]:
            free[change["shard"]] = change["at"]
        elif change["shard"] in free:
            longest = max(longest, change["at"] - free.pop(change["shard"]))
    return None if free else longest


MEASURES = {
    "kill": of_kill, "stop3": of_short_pause, "stop60": of_long_pause,
    "cut-nodes": of_cut_between_nodes, "cut-one-way": of_cut_between_nodes, "cut-database": of_cut_from_database,
    "database-crash": of_crashed_database, "database-stop": of_stopped_database, "clock": of_clock, "restart": of_restart,
}
