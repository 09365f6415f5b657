"""Databases for servers under test, each its own, on the PostgreSQL cluster that CONFAB_TEST_PG names."""

import os
import re
import secrets
import subprocess
import urllib.parse

ADMIN_CONNINFO = os.environ.get("CONFAB_TEST_PG", "")


class Database:
    """A fresh PostgreSQL database on the cluster that CONFAB_TEST_PG names."""

    def __init__(self):
        assert ADMIN_CONNINFO, "CONFAB_TEST_PG is needed for CONFAB_E2E_DATABASE=postgres"
        self.name = f"confab_e2e_{secrets.token_hex(6)}"
        # Nobody is ever connected to template0, as somebody may be to the usual template.
        self._psql(f'CREATE DATABASE "{self.name}" TEMPLATE template0')
        given = _parse_conninfo(ADMIN_CONNINFO)
        self.settings = {
            "DB_NAME": self.name,
            "DB_USER": given.get("user", "postgres"),
            "DB_PASSWORD": given.get("password", ""),
            "DB_HOST": given.get("host", "127.0.0.1"),
            "DB_PORT": given.get("port", "5432"),
        }

    def drop(self):
        # One that somebody holds on to goes with its cluster.
        self._psql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)', check=False)

    def cut_connections(self):
        """Ends every session of the server with its database, as a crash of the database would."""
        self._psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")

    def dump(self):
        settings = self.settings
        done = subprocess.run(
            ["pg_dump", "--inserts", "-h", settings["DB_HOST"], "-p", settings["DB_PORT"], "-U", settings["DB_USER"], self.name],
            check=True, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": settings["DB_PASSWORD"]},
        )
        return done.stdout.lower()

    def execute(self, statement):
        """As the server's own user, in its database."""
        settings = self.settings
        self._run(
            statement, "-h", settings["DB_HOST"], "-p", settings["DB_PORT"], "-U", settings["DB_USER"], self.name,
            env={**os.environ, "PGPASSWORD": settings["DB_PASSWORD"]},
        )

    def _psql(self, statement, check=True):
        self._run(statement, ADMIN_CONNINFO, check=check)

    @staticmethod
    def _run(statement, *arguments, env=None, check=True):
        subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, *arguments],
            check=check, capture_output=True, text=True, env=env,
        )


def _parse_conninfo(text):
    if "://" in text:
        parts = urllib.parse.urlsplit(text)
        given = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
        given.update(urllib.parse.parse_qsl(parts.query))
        return {k: str(v) for k, v in given.items() if v is not None}
    return {k: v.strip("'") for k, v in re.findall(r"(\w+)\s*=\s*('[^']*'|\S+)", text)}
