"""Fixtures: one server for the whole run, further ones where a test must stop or set up its own."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import events  # noqa: E402
import harness  # noqa: E402
import openapi  # noqa: E402
import sse  # noqa: E402
import tokens  # noqa: E402
from world import World  # noqa: E402


def pytest_report_header():
    return f"confab: {harness.BINARY}, database: {harness.DATABASE}"


def pytest_sessionstart(session):
    if not session.config.option.collectonly and not os.path.exists(harness.BINARY):
        pytest.exit(f"{harness.BINARY} is not built (CONFAB_BINARY names another)", returncode=2)


def pytest_collection_modifyitems(config, items):
    """What is about the other database is no test here, nor what takes minutes, unless CONFAB_E2E_LONG is set. Nothing
    is ever skipped: tools/test takes that for a failure."""
    elsewhere = [i for i in items if (mark := i.get_closest_marker("only_on")) and harness.DATABASE not in mark.args]
    if not os.environ.get("CONFAB_E2E_LONG"):
        elsewhere += [i for i in items if i.get_closest_marker("minutes")]
    if elsewhere:
        items[:] = [i for i in items if i not in elsewhere]
        config.hook.pytest_deselected(items=elsewhere)


def running(directory, **settings):
    """With an administrator; ends with the fixture that goes through it."""
    served = harness.Server(directory, **settings)
    try:
        served.create_admin()
        yield served.start()
    finally:
        served.discard()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    yield from running(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def keyed_server(tmp_path_factory):
    """A server whose key the tests know."""
    yield from running(tmp_path_factory.mktemp("keyed"), SECRET_KEY=tokens.KEY)


@pytest.fixture(scope="session")
def document(keyed_server):
    """The route table, as the server itself describes it."""
    return openapi.load(keyed_server.client())


@pytest.fixture(scope="session")
def make_world(keyed_server):
    return lambda: World(keyed_server)


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def make_server(tmp_path):
    """Servers of a test's own: make_server(SETTING="value"), not yet started."""
    made = []

    def make(**settings):
        made.append(harness.Server(tmp_path / f"server{len(made)}", **settings))
        return made[-1]

    yield make
    for one in made:
        one.discard()


@pytest.fixture(scope="session")
def admin(server):
    return server.admin()


@pytest.fixture
def anonymous(server):
    return server.client()


@pytest.fixture
def alice(server):
    return server.user("alice")


@pytest.fixture
def bob(server):
    return server.user("bob")


@pytest.fixture
def carol(server):
    return server.user("carol")


@pytest.fixture
def direct(alice, bob):
    """A conversation of alice and bob, owned by alice."""
    return alice.converse(bob)


@pytest.fixture
def group(alice, bob, carol):
    """A conversation of alice, bob and carol, owned by alice."""
    return alice.converse(bob, carol)


@pytest.fixture
def streams():
    with sse.Streams() as running:
        yield running


@pytest.fixture
def listen(streams):
    """Open event streams: listen(user). In the end all that they were sent has to be as it is described."""
    followers = []

    def follow(user, **options):
        follower = streams.follow(user.server, user.token, **options)
        followers.append((user, follower))
        return follower.wait_open()

    yield follow
    for user, follower in followers:
        follower.close()
        follower.wait_closed()
    if followers:
        document = openapi.load(followers[0][0].server.client())
        for _, follower in followers:
            events.check_frames(document, follower.frames)
