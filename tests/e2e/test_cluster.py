"""Several nodes on one database are one service."""

import concurrent.futures
import socket
import subprocess

import pytest

import harness
from client import PASSWORD
from test_admin import newcomer, setup_token
from test_login_defence import try_in
from test_privacy import shown_of_others

pytestmark = pytest.mark.only_on("postgres")  # a cluster shares it

NODES = 3


class Cluster:
    """Nodes with certificates, on one database."""

    def __init__(self, directory):
        self.directory = directory
        self.certificates = directory / "certificates"
        self.database = harness.Database()
        names = [f"node{i}" for i in range(NODES)]
        subprocess.run([harness.ROOT / "tools" / "cluster-certificates", self.certificates, *names], check=True)
        self.nodes = [self.make_node(name) for name in names]

    def make_node(self, name, **settings):
        given = {
            "SECRET_KEY": "a key that all nodes of this test share, 0123456789abcdef",
            "CLUSTER_LISTEN": f"127.0.0.1:{harness.free_port()}",
            "CLUSTER_NAME": name,
            "CLUSTER_CERT": str(self.certificates / f"{name}.pem"),
            "CLUSTER_KEY": str(self.certificates / f"{name}.key"),
            "CLUSTER_CA": str(self.certificates / "ca.pem"),
            "LOGIN_THROTTLE": None,
            "TRUSTED_PROXIES": "127.0.0.1",
            **self.database.settings,
            **settings,
        }
        return harness.Server(self.directory / name, database="", **given)

    def start(self):
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            node.wait_ready()
        self.wait_shared(self.nodes)

    def wait_shared(self, nodes, seconds=120):
        """Until every shard is owned by one of these."""
        assert harness.wait_until(lambda: sum(map(shards_of, nodes)) == 256 and all(map(shards_of, nodes)), seconds), [
            shards_of(node) for node in nodes
        ]

    def discard(self):
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()
        self.database.drop()


def metric(node, name):
    for line in node.client().get("/metrics").text.splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return 0.0


def shards_of(node):
    return metric(node, "confab_cluster_shards")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        yield made
    finally:
        made.discard()


def through(user, node):
    """The same person at another node."""
    client = harness.Client(node, user.token)
    return client


def members(cluster, *stems):
    return [cluster.nodes[i % NODES].user(stem) for i, stem in enumerate(stems)]


def test_every_node_serves_everybody(cluster):
    alice, bob = members(cluster, "alice", "bob")
    for i in range(12):
        talk = alice.converse(bob)
        sent = alice.send(talk, f"message {i}")
        for node in cluster.nodes:
            listed = through(bob, node).get(f"/api/conversations/{talk}/messages/").expect(200)["results"]
            assert [m["message_id"] for m in listed] == [sent["message_id"]]
    assert sum(metric(node, "confab_cluster_served_total") for node in cluster.nodes) > 0


def test_a_read_after_a_write_shows_it_on_every_node(cluster):
    alice, bob = members(cluster, "alice", "bob")
    talks = [alice.converse(bob) for _ in range(6)]
    for round_ in range(4):
        for count, talk in enumerate(talks, start=1 + round_ * len(talks)):
            alice.send(talk, "news")
            for node in cluster.nodes:
                reader = through(bob, node)
                assert reader.get("/api/messages/unread/").expect(200)["count"] == count
                first = reader.get("/api/conversations/").expect(200)["results"][0]
                assert first["conversation_id"] == talk
    through(bob, cluster.nodes[2]).post("/api/messages/mark_conversation_as_read/", {"conversation_id": talks[0]}).expect(200)
    for node in cluster.nodes:
        assert through(bob, node).get("/api/messages/unread/").expect(200)["count"] == 20


def test_order_is_one_for_all(cluster):
    people = members(cluster, "alice", "bob", "carol")
    talk = people[0].converse(*people[1:])

    def speak(i):
        through(people[i % 3], cluster.nodes[(i * 7) % NODES]).post(
            f"/api/conversations/{talk}/messages/", {"content": f"{i}"}
        ).expect(201)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(speak, range(90)))
    orders = [
        [m["content"] for m in through(people[0], node).walk(f"/api/conversations/{talk}/messages/?page_size=100")]
        for node in cluster.nodes
    ]
    assert sorted(orders[0], key=int) == [str(i) for i in range(90)]
    assert orders[0] == orders[1] == orders[2]


@pytest.mark.parametrize("turn", range(9))
def test_a_retried_request_is_done_once_whichever_node_it_reaches(cluster, turn):
    """Nine times, so that people and conversations belong to the node that is asked and to others."""
    alice, bob = members(cluster, "alice", "bob")
    talk = alice.converse(bob)
    posted, marked = {"content": "once"}, {"conversation_id": talk}
    for who, path, body in ((alice, f"/api/conversations/{talk}/messages/", posted),
                            (bob, "/api/messages/mark_conversation_as_read/", marked)):
        answers = [
            through(who, cluster.nodes[(turn + i) % NODES]).post(path, body, headers={"Idempotency-Key": "the same"})
            for i in range(NODES)
        ]
        assert len({answer.text for answer in answers}) == 1, answers[0].expect(200, 201)
        assert ["Idempotent-Replayed" in answer.headers for answer in answers] == [False] + [True] * (NODES - 1)
    assert len(alice.listed(talk)) == 1


def test_the_link_of_one_node_makes_the_first_administrator_at_another(cluster):
    token = setup_token(cluster.nodes[0])
    made = cluster.nodes[1].client().post("/api/admin/setup/", newcomer(token)).expect(201)
    assert made["role"] == "admin"
    assert cluster.nodes[2].client().post("/api/admin/setup/", newcomer(token)).status == 403, "there is one now"


def test_rights_end_everywhere_within_seconds(cluster):
    alice, bob = members(cluster, "alice", "bob")
    for node in cluster.nodes:
        through(alice, node).get("/api/users/me/").expect(200)
        through(bob, node).get("/api/users/me/").expect(200)
    alice.post("/api/token/blacklist/", {"refresh": alice.refresh}).expect(200, 205)
    through(bob, cluster.nodes[2]).delete("/api/user/delete/").expect(204)
    for node in cluster.nodes:
        for user in (alice, bob):
            assert harness.wait_until(lambda: through(user, node).get("/api/users/me/").status == 401, 60)


def test_failures_to_log_in_are_counted_over_all_nodes(cluster):
    user = cluster.nodes[0].user("target")
    here, elsewhere, crowd = ({"X-Forwarded-For": f"203.0.113.{n}"} for n in range(3))

    def statuses(names, **more):
        return [try_in(cluster.nodes[n % NODES], name, **more).status for n, name in enumerate(names)]

    assert statuses([user.username] * 8, headers=here) == [401] * 5 + [429] * 3
    assert statuses([user.username] * NODES, password=PASSWORD, headers=here) == [429] * NODES
    assert statuses([user.username] * NODES, password=PASSWORD, headers=elsewhere) == [200] * NODES
    assert statuses([f"somebody{n // 5}" for n in range(103)], headers=crowd) == [401] * 100 + [429] * 3


def test_one_url_shows_each_of_a_hundred_users_his_own(cluster):
    assert shown_of_others(cluster.nodes) == []


def test_a_new_name_is_seen_everywhere_within_seconds(cluster):
    alice, bob = members(cluster, "alice", "bob")
    talk = alice.converse(bob)
    alice.send(talk, "hello")
    for node in cluster.nodes:
        through(bob, node).get(f"/api/conversations/{talk}/").expect(200)
    name = harness.unique("renamed")
    through(alice, cluster.nodes[1]).patch("/api/users/me/", {"username": name}).expect(200)
    for node in cluster.nodes:
        shown = lambda: through(bob, node).get(f"/api/conversations/{talk}/").expect(200)  # noqa: E731
        assert harness.wait_until(lambda: name in str(shown()["messages"][0]["sender"]), 60)


def test_a_deleted_account_leaves_nothing(cluster):
    alice, bob, carol = members(cluster, "alice", "bob", "carol")
    talks = [alice.converse(bob, carol) for _ in range(6)]
    for talk in talks:
        bob.send(talk, "mine")
        carol.send(talk, "stays")
    through(bob, cluster.nodes[2]).delete("/api/user/delete/").expect(204)
    for node in cluster.nodes:
        for talk in talks:
            listed = through(alice, node).get(f"/api/conversations/{talk}/messages/").expect(200)["results"]
            assert [m["content"] for m in listed] == ["stays"]


def test_strangers_get_nothing_from_the_cluster_port(cluster):
    port = int(cluster.nodes[0].settings["CLUSTER_LISTEN"].split(":")[1])
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 64, b""):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as stranger:
            if data:
                stranger.sendall(data)
            received = b""
            try:
                while chunk := stranger.recv(4096):
                    received += chunk
            except ConnectionError:
                pass
            assert len(received) < 64, "at most an alert"
    cluster.nodes[0].client().get("/readyz").expect(200)


@pytest.mark.parametrize("missing", ["CLUSTER_CERT", "CLUSTER_NAME", "SECRET_KEY", "DB_NAME", "wrong name", "no file"])
def test_without_what_it_needs_the_port_stays_closed(cluster, missing):
    changes = {"wrong name": {"CLUSTER_NAME": "node1"}, "no file": {"CLUSTER_KEY": "/missing.key"}}
    node = cluster.make_node("node0", **changes.get(missing, {missing: None}))
    done = node.command("serve")
    assert done.returncode == 78, done.stderr
    assert "cluster" in done.stderr.lower()


def insist(client, talk, content, key):
    """Sends a message under one key until it is taken."""
    def is_taken():
        answer = client.post(
            f"/api/conversations/{talk}/messages/", {"content": content}, headers={"Idempotency-Key": key}
        )
        return answer.status == 201

    assert harness.wait_until(is_taken, 120, pause=0.2), f"{content} in {talk} is never taken"


def test_z1_a_node_that_leaves_hands_over(cluster):
    alice, bob = members(cluster, "alice", "bob")
    talks = [alice.converse(bob) for _ in range(20)]
    leaving = cluster.nodes[2]
    others = cluster.nodes[:2]
    stopped = concurrent.futures.ThreadPoolExecutor(1).submit(leaving.stop, 120)
    sent = 0
    while not stopped.done():
        for talk in talks:
            insist(through(alice, others[sent % 2]), talk, str(sent), f"leaving {sent}")
            sent += 1
    assert stopped.result() == 0
    cluster.wait_shared(others)
    assert sum(len(alice.listed(talk)) for talk in talks) == sent
    leaving.start(wait=False)
    leaving.wait_ready()
    cluster.wait_shared(cluster.nodes)
    for node in cluster.nodes:
        assert through(bob, node).get("/api/messages/unread/").expect(200)["count"] == sent


def test_z2_a_node_that_is_killed_is_replaced(cluster):
    alice, bob = members(cluster, "alice", "bob")
    talks = [alice.converse(bob) for _ in range(12)]
    for talk in talks:
        alice.send(talk, "before")
    killed, others = cluster.nodes[1], [cluster.nodes[0], cluster.nodes[2]]
    killed.kill()
    for talk in talks:
        insist(through(alice, others[0]), talk, "after", talk)
    cluster.wait_shared(others)
    for node in others:
        for talk in talks:
            listed = through(bob, node).get(f"/api/conversations/{talk}/messages/").expect(200)["results"]
            assert [m["content"] for m in listed] == ["after", "before"]
    killed.start(wait=False)
    killed.wait_ready()
    cluster.wait_shared(cluster.nodes)
