"""PostgreSQL in a namespace of its own, and what the harness asks it behind the nodes' backs."""

import json
import os
import pathlib
import shutil
import signal
import time

from .network import DATABASE, DATABASE_ADDRESS, inside, run

AS_OWNER = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]

# Every change of the map of shards and of a node's state, with its time.
LOGS = """
CREATE TABLE fault_shards (n bigserial PRIMARY KEY, at double precision, shard int, epoch bigint, owner text);
CREATE FUNCTION fault_shard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO fault_shards (at, shard, epoch, owner)
  VALUES (extract(epoch FROM clock_timestamp()), NEW.shard_id, NEW.epoch, coalesce(NEW.owner::text, ''));
  RETURN NULL; END $$;
CREATE TRIGGER fault_shard AFTER INSERT OR UPDATE ON shard FOR EACH ROW EXECUTE FUNCTION fault_shard();
INSERT INTO fault_shards (at, shard, epoch, owner)
  SELECT extract(epoch FROM clock_timestamp()), shard_id, epoch, coalesce(owner::text, '') FROM shard;
CREATE TABLE fault_nodes (n bigserial PRIMARY KEY, at double precision, node text, name text, state int);
CREATE FUNCTION fault_node() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO fault_nodes (at, node, name, state)
  VALUES (extract(epoch FROM clock_timestamp()), NEW.node_id::text, NEW.name, NEW.state);
  RETURN NULL; END $$;
CREATE TRIGGER fault_node_comes AFTER INSERT ON cluster_node FOR EACH ROW EXECUTE FUNCTION fault_node();
CREATE TRIGGER fault_node_changes AFTER UPDATE ON cluster_node FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION fault_node();
INSERT INTO fault_nodes (at, node, name, state)
  SELECT extract(epoch FROM clock_timestamp()), node_id::text, name, state FROM cluster_node;
"""


def find_programs():
    return next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))


class Queries:
    """SQL by psql, as a superuser; for any thread."""

    def __init__(self, host, port, user, name):
        self.where = ["-h", host, "-p", port, "-U", user]
        self.name = name

    def run(self, statement, database=None):
        done = run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *self.where, "-d", database or self.name,
                   "-c", statement, seconds=120)
        return done.stdout

    def rows(self, query):
        return json.loads(self.run(f"SELECT coalesce(json_agg(r), '[]') FROM ({query}) AS r"))

    def dump(self):
        return run("pg_dump", *self.where, "--data-only", "--exclude-table=fault_*", self.name, seconds=300).stdout


class Database:
    def __init__(self, directory):
        self.directory = directory / "postgres"
        self.directory.mkdir()
        shutil.chown(self.directory, "postgres", "postgres")
        self.programs, self.data, self.process = find_programs(), self.directory / "data", None
        run(*AS_OWNER, self.programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", seconds=120)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(f"listen_addresses = '{DATABASE_ADDRESS}'\nunix_socket_directories = '{self.directory}'\n"
                       "max_connections = 200\n")
        with (self.data / "pg_hba.conf").open("a") as hba:
            hba.write("host all all 10.77.0.0/24 trust\n")
        self.start()
        self.queries = Queries(str(self.directory), 5432, "postgres", "confab")
        self.queries.run("CREATE DATABASE confab", database="postgres")

    @property
    def settings(self):
        return {"DB_NAME": "confab", "DB_USER": "postgres", "DB_HOST": DATABASE_ADDRESS}

    def start(self):
        self.process = inside(DATABASE, *AS_OWNER, self.programs / "postgres", "-D", self.data,
                              stderr=(self.directory / "log").open("a"), cwd="/")
        deadline = time.monotonic() + 60
        while run(self.programs / "pg_isready", "-q", "-h", self.directory, check=False).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start")
            time.sleep(0.1)

    def crash(self):
        """kill -9 of the postmaster, and of the processes under it, as when the machine goes."""
        children = run("pgrep", "-P", self.process.pid, check=False).stdout.split()
        for pid in [self.process.pid, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(20)
        time.sleep(0.3)  # the processes under it are gone too
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self):
        """A fast shutdown."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def log_changes(self):
        self.queries.run(LOGS)
