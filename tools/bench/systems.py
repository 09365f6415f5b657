"""The systems that are measured: a PostgreSQL cluster, Confab, and the Django baseline."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
TICK = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    pass


def run(command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Cluster:
    """A PostgreSQL cluster with default durability, in a directory of its own."""

    def __init__(self, directory, port):
        self.data, self.port = directory / "postgres", port
        # The server refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.data.mkdir(mode=0o700)
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.data, account.pw_uid, account.pw_gid)

    def _run(self, program, *arguments):
        # Its own group and no pipe to it: the server outlives this command and must not hold it up.
        with (self.data.parent / "postgres.log").open("a") as log:
            subprocess.run(
                [POSTGRES / program, *arguments], check=True, stdout=log, stderr=log, cwd=self.data.parent,
                user=self.user, group=self.user, extra_groups=[] if self.user else None,
            )

    def start(self):
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "confab", "-E", "UTF8", "--locale=C.UTF-8")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{self.data}'\n")
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.data / "log", "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "stop")

    @property
    def conninfo(self):
        return f"host=127.0.0.1 port={self.port} user=confab dbname=postgres"

    def fresh_database(self, name):
        for statement in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
            run(["psql", "-X", "-q", "-c", statement, self.conninfo])


class Confab:
    """One `confab serve`, with an empty database unless `fresh` is false."""

    def __init__(self, binary, directory, port, cluster=None, fresh=True, **settings):
        self.port, self.cluster = port, cluster
        self.url = f"http://127.0.0.1:{port}"
        if fresh:
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
        environment = {
            "PATH": os.environ["PATH"], "LISTEN": f"127.0.0.1:{port}", "DATA_DIR": str(directory),
            "LOGIN_THROTTLE": "off", "MAX_PARTICIPANTS": "2000", "LOG_LEVEL": "warning",
            # Setting a scenario up registers up to a thousand people.
            "ARGON2_MEMORY_KIB": "1024", "ARGON2_ITERATIONS": "1", **settings,
        }
        if cluster:
            if fresh:
                cluster.fresh_database("confab")
            environment |= {
                "DB_NAME": "confab", "DB_USER": "confab", "DB_HOST": "127.0.0.1", "DB_PORT": str(cluster.port),
            }
        with (directory / "log").open("wb") as log:
            started = time.monotonic()
            self.process = subprocess.Popen([binary, "serve"], env=environment, stdout=log, stderr=log, cwd=directory)
        self._await(directory / "log")
        self.ready_after = time.monotonic() - started

    def _await(self, log):
        for _ in range(4000):
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.005)
        self.stop()
        raise Failure("confab does not become ready:\n" + log.read_text()[-2000:])

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stop()

    def charged(self):
        pids = ["--pid", str(self.process.pid)]
        return pids + (["--pgdata", str(self.cluster.data)] if self.cluster else [])

    def idle(self, seconds=3):
        """Percent of a core and MB of memory, with nothing to do."""
        time.sleep(1)
        before = self._cpu_ticks()
        time.sleep(seconds)
        percent = (self._cpu_ticks() - before) / TICK / seconds * 100
        return {"percent": percent, "megabytes": self.kilobytes() / 1024}

    def kilobytes(self):
        """Resident memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def metric(self, line_start):
        """The value of the first metric whose line starts so."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(line_start))

    def text(self, path):
        """What is at that address, as a browser gets it."""
        request = urllib.request.Request(self.url + path, headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()

    def _cpu_ticks(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Django:
    """The baseline as its own scripts start it: two workers of four threads, no page cache, kept connections."""

    def __init__(self, scripts, directory, port, database_port):
        self.scripts, self.home = pathlib.Path(scripts), directory / "django"
        self.environment = {
            **os.environ, "BASELINE_HOME": str(self.home), "PORT": str(port), "PGPORT": str(database_port),
            "WORKER_CLASS": "gthread", "THREADS": "4", "CONN_MAX_AGE": "60", "CACHE": "dummy",
        }

    def start(self):
        # Its daemons keep the output open: it goes to a file.
        with (self.home.parent / "django.log").open("a") as log:
            subprocess.run([self.scripts / "run.sh", "pg", "--reset"], env=self.environment, stdout=log, stderr=log, check=True)

    def charged(self):
        return ["--pid", (self.home / "gunicorn.pid").read_text().strip(), "--pgdata", str(self.home / "pg")]

    def stop(self):
        with (self.home.parent / "django.log").open("a") as log:
            subprocess.run([self.scripts / "stop.sh", "--all"], env=self.environment, stdout=log, stderr=log, check=False)
