"""Everything that asks the nodes during a run, and the verdict on what they answered."""

import concurrent.futures

from .caller import Caller
from .followers import Follower
from .history import History
from .people import register
from .talk import open_talk
from .verdict import judge_deletions, judge_end, judge_history, judge_streams
from .worker import Worker, stop

WORKERS_PER_TALK = 2
STOP_SECONDS = 100


class Workload:
    def __init__(self, nodes, seed, talks=24, followers=8, weights=None, rate=None):
        self.nodes, self.seed, self.history = nodes, seed, History()
        self.caller = Caller(self.history, nodes, seed)
        self.talks = self._open_talks(talks)
        self.witness = register(self.caller, "witness")
        people = [self.talks[i % talks].people[i % 3] for i in range(followers)]
        self.followers = [Follower(p, self.history, nodes, seed * 1000 + 500 + i) for i, p in enumerate(people)]
        pause = talks * WORKERS_PER_TALK / rate if rate else 0
        self.workers = [Worker(talk, self.history, nodes, (seed * 1000 + talk.number) * 10 + i, weights, pause)
                        for talk in self.talks for i in range(WORKERS_PER_TALK)]

    def _open_talks(self, count):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            opened = list(pool.map(lambda i: open_talk(i, Caller(self.history, self.nodes, self.seed + i)), range(count)))
        if not all(opened):
            raise RuntimeError(f"the workload cannot be set up: {self.history.surprises[:3]}")
        return opened

    def start(self):
        for follower in self.followers:
            follower.start()
        if not all(f.is_loaded.wait(30) for f in self.followers):
            raise RuntimeError(f"streams do not open: {self.history.surprises[:3]}")
        for worker in self.workers:
            worker.start()

    def stop(self):
        stop(self.workers, STOP_SECONDS)

    def acknowledged(self):
        return len(self.history.acknowledged())

    def judge(self, queries, cleared_seconds=30):
        """All checks, after stop(). Sentences: what is wrong."""
        model, found = judge_history(self.history)
        known = len(self.history.surprises)
        found += judge_end(self.history, self.nodes, self.talks, queries, model)
        found += judge_streams(self.history, self.nodes, self.followers, self.witness)
        found += judge_deletions(self.history, self.nodes, queries, model, self._deleted_tokens(), cleared_seconds)
        for follower in self.followers:
            follower.stopping = True
        return found + self.history.surprises[known:]

    def _deleted_tokens(self):
        return {o.user: o.arguments["token"] for o in self.history.acknowledged("delete_account")}
