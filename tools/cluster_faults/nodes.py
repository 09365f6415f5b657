"""The nodes, each in a namespace of its own, and the supervisor that starts again what has ended."""

import os
import pathlib
import signal
import threading
import time

from . import network
from .network import address_of, inside, namespace_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CONFAB_BINARY", str(ROOT / "build" / "confab"))
PORT, CLUSTER_PORT = 8000, 7000
RESTART_SECONDS = 1


class Node:
    def __init__(self, number, directory, secret_key, database, is_cluster=True):
        self.number, self.namespace, self.directory = number, namespace_of(number), directory
        self.name, self.address = f"node{number}", (address_of(number), PORT)
        self.log = directory / f"node{number}.log"
        self.environment = {
            "PATH": os.environ["PATH"], "SECRET_KEY": secret_key, "LISTEN": f"{address_of(number)}:{PORT}",
            "ALLOWED_HOSTS": "*", "DATA_DIR": str(directory / f"data{number}"), **database.settings,
            "ARGON2_MEMORY_KIB": "1024", "ARGON2_ITERATIONS": "1", "LOGIN_THROTTLE": "off",
            "ACCESS_TOKEN_LIFETIME": "86400", "MAX_STREAMS_PER_USER": "100",
            **(self.cluster_settings() if is_cluster else {}),
        }
        self.process, self.wanted, self.exits = None, False, []  # exits: (moment, status)
        self.clocks = None  # of its own, if they are to go wrong

    def cluster_settings(self):
        certificates = self.directory / "certificates"
        return {
            "CLUSTER_LISTEN": f"{address_of(self.number)}:{CLUSTER_PORT}", "CLUSTER_NAME": self.name,
            "CLUSTER_CERT": str(certificates / f"{self.name}.pem"),
            "CLUSTER_KEY": str(certificates / f"{self.name}.key"), "CLUSTER_CA": str(certificates / "ca.pem"),
        }

    def start(self):
        environment = {**self.environment, **(self.clocks.environment if self.clocks else {})}
        with self.log.open("a") as log:
            self.process = inside(self.namespace, BINARY, "serve", env=environment, stdout=log, stderr=log, cwd="/")
        self.wanted = True

    def signal(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self, seconds=30):
        """SIGTERM, and no new start. Its exit status."""
        self.wanted = False
        self.signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def check_database(self):
        """What `confab check` finds wrong: counters, order, threads, orphans, the index of words."""
        done = network.run("ip", "netns", "exec", self.namespace, "env", "-i",
                           *(f"{k}={v}" for k, v in self.environment.items()), BINARY, "check", check=False, seconds=120)
        return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()

    def end(self):
        self.wanted = False
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)


class Supervisor(threading.Thread):
    """Starts nodes that have ended, as systemd would."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.stopping = nodes, False

    def run(self):
        ended = {}
        while not self.stopping:
            for node in self.nodes:
                self.look_after(node, ended)
            time.sleep(0.05)

    def look_after(self, node, ended):
        if not node.wanted or node.process.poll() is None:
            ended.pop(node.number, None)
        elif node.number not in ended:
            ended[node.number] = time.monotonic()
            node.exits.append((ended[node.number], node.process.returncode))
        elif time.monotonic() > ended[node.number] + RESTART_SECONDS:
            node.start()
