"""The nodes, PostgreSQL and a supervisor, ready to be broken."""

import pathlib
import secrets
import shutil
import tempfile
import time

from . import clocks, network
from .clocks import Clocks
from .database import Database
from .network import run
from .nodes import ROOT, Node, Supervisor
from .watch import wait_ready

START_SECONDS = 90


class Stage:
    """`with Stage() as stage`: everything is up; afterwards it is gone, unless its logs are to be kept."""

    def __init__(self, nodes=3, keep=False, plant=None):
        self.count, self.keep, self.plant = nodes, keep, plant
        self.nodes, self.database, self.supervisor = [], None, None

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="confab-faults-"))
        self.directory.chmod(0o755)
        try:
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _set_up(self):
        network.heal()
        self.database = Database(self.directory)
        self.nodes = self._make_nodes()
        if self.plant:
            self.plant.prepare(self)
        for node in self.nodes:
            node.start()
        self.supervisor = Supervisor(self.nodes)
        self.supervisor.start()
        ready = wait_ready(self.nodes, START_SECONDS)
        if not all(ready.values()):
            raise RuntimeError(f"not ready after {START_SECONDS} s: {ready}; {self.logs()}")
        if self.is_cluster:
            self.wait_shared()
            self.database.log_changes()

    def _make_nodes(self):
        names = [f"node{i}" for i in range(self.count)]
        run(ROOT / "tools" / "cluster-certificates", self.directory / "certificates", *names)
        secret_key, library = secrets.token_hex(32), clocks.build(self.directory)
        nodes = [Node(i, self.directory, secret_key, self.database, self.is_cluster) for i in range(self.count)]
        for node in nodes:
            node.clocks = Clocks(library, self.directory / f"clocks{node.number}")
        return nodes

    @property
    def is_cluster(self):
        return self.count > 1

    def wait_shared(self, seconds=60):
        """Until all nodes own shards, and every shard has an owner."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            owners = [row["owner"] for row in self.database.queries.rows("SELECT owner FROM shard")]
            if None not in owners and len(set(owners)) == self.count:
                return
            time.sleep(0.2)
        raise RuntimeError(f"shards are not shared out after {seconds} s; {self.logs()}")

    def logs(self):
        return {n.name: n.log.read_text(errors="replace")[-600:] for n in self.nodes}

    def __exit__(self, *_):
        if self.supervisor:
            self.supervisor.stopping = True
        for node in self.nodes:
            node.end()
        if self.plant:
            self.plant.remove()
        if self.database:
            self.database.stop()
        network.heal()
        if self.keep:
            print("logs:", self.directory, flush=True)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)
