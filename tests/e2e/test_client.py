"""The schema passes a strict linter, and a client generated from it compiles and holds a conversation."""

import json
import os
import pathlib
import subprocess

import pytest

CLIENT = pathlib.Path(__file__).resolve().parents[1] / "client"


def run(*command, directory=CLIENT, seconds=600):
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{command}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def tool(name, *arguments):
    return run(str(CLIENT / "node_modules" / ".bin" / name), *arguments)


def install_packages(directory):
    """What package-lock.json names, installed unless it is already."""
    lock, installed = directory / "package-lock.json", directory / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", directory=directory)
        os.utime(installed)


@pytest.fixture(scope="module")
def packages():
    install_packages(CLIENT)


@pytest.fixture(scope="module")
def schema(server, packages):
    path = CLIENT / "generated" / "openapi.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(server.client().get("/api/schema/").expect(200), indent=1))
    return str(path)


def test_the_schema_passes_a_strict_linter(schema):
    tool("redocly", "lint", "--config", "redocly.yaml", schema)


def test_a_generated_client_holds_a_conversation(server, schema):
    tool("openapi-typescript", schema, "-o", "generated/api.d.ts")
    tool("tsc")
    assert "a typed conversation was held" in run("node", "build/conversation.js", server.url)
