"""What the fault harness measures of a cluster under faults: figures from records made up by hand."""

import types

import pytest
from cluster_histories import ALICE, TALK, Story, failure

from cluster_faults import outcomes
from cluster_faults.placement import Places, mix, shard_of_conversation, shard_of_user
from cluster_faults.watch import Sample

VICTIM = types.SimpleNamespace(name="node1", number=1)
UP, DEAD = 1, 3


def evidence(shards=(), nodes=(), samples=(), operations=(), failures=(), exits=(), streams=()):
    known = [node(0, "a", "node0"), node(0, "b", "node1"), *nodes]
    owned = [shard(0.5, 1, 1, "a"), shard(0.5, 2, 1, "b"), shard(0.5, 3, 1, "b"), *shards]
    return outcomes.Evidence(owned, known, list(samples), list(operations), list(failures), {"node1": list(exits)},
                             list(streams))


def shard(at, number, epoch, owner):
    return {"at": at, "shard": number, "epoch": epoch, "owner": owner}


def node(at, key, name, state=UP):
    return {"at": at, "node": key, "name": name, "state": state}


def fault(name, began=10, healed=40, ended=60, recovered=42, span=30, shards_of=lambda operation: set()):
    return {"name": name, "victim": VICTIM, "began": began, "healed": healed, "ended": ended, "span": span,
            "recovered": {"post": recovered}, "shards_of": shards_of}


def broken(given, its_fault):
    """The measures that are not kept."""
    return [m.what for m in outcomes.measure(given, its_fault) if not m.is_kept]


@pytest.mark.parametrize("name, node, seconds, is_kept", [
    ("cut-database", 1, 6, False), ("cut-database", 1, 5, True), ("stop10", 1, 6, True), ("stop10", 0, 6, False),
])
def test_who_runs_and_can_be_reached_answers_within_the_budget(name, node, seconds, is_kept):
    attempt = failure(11, 11 + seconds)
    attempt.node, attempt.reason = node, "TimeoutError"
    found = broken(evidence(TAKEN, failures=[attempt]), fault(name))
    assert ("attempts that nodes left unanswered" not in found) == is_kept


TAKEN = (shard(18, 2, 2, "a"), shard(19, 3, 2, "a"))


def test_recovery_is_measured_from_the_healing():
    assert outcomes.recovery_of(fault("loss")) == 2
    assert broken(evidence(), fault("loss", recovered=None)) == ["recovery"]


def test_take_over_ends_with_the_last_shard():
    assert evidence(TAKEN).taken_over("node1", 10, 60) == 9
    assert broken(evidence(TAKEN), fault("kill")) == []


@pytest.mark.parametrize("changes", [(), TAKEN[:1], (TAKEN[0], shard(23, 3, 2, "a")), (TAKEN[0], shard(18, 3, 2, ""))])
def test_a_take_over_that_is_late_or_partial_is_found(changes):
    assert broken(evidence(changes), fault("kill")) == ["taken over"]


def test_other_keys_must_stay_fast():
    story = Story()
    story.post(at=12, until=14)
    own = fault("kill", shards_of=lambda operation: {1})
    assert broken(evidence(TAKEN, operations=story.history.operations), own) == ["slowest operation on other keys"]
    of_victim = fault("kill", shards_of=lambda operation: {1, 2})
    assert broken(evidence(TAKEN, operations=story.history.operations), of_victim) == []


def test_a_short_pause_changes_nothing():
    assert broken(evidence(), fault("stop3")) == []
    assert broken(evidence(TAKEN[:1], failures=[failure(11, 12)]), fault("stop3")) == ["changes of owners",
        "attempts that failed while it was paused"]


def test_who_was_paused_for_long_ends_and_answers_nothing():
    assert broken(evidence(TAKEN, exits=[(41, 69)]), fault("stop60")) == []
    story = Story()
    story.listed(at=40.2, until=40.4, node=1)
    found = broken(evidence(TAKEN, exits=[(43, 69)], operations=story.history.operations), fault("stop60"))
    assert found == ["resumed node ends", "answers of the resumed node before that"]
    assert "resumed node ends" in broken(evidence(TAKEN), fault("stop60"))


def parted(at=20, state=DEAD):
    return node(at, "b", "node1", state)


def test_a_cut_between_nodes_costs_one_node():
    assert broken(evidence(nodes=[parted()]), fault("cut-nodes")) == []
    assert broken(evidence(), fault("cut-nodes")) == ["one connected set"]
    assert broken(evidence(nodes=[parted(35)]), fault("cut-nodes")) == ["one connected set"]
    both = [parted(), node(21, "a", "node0", DEAD)]
    assert broken(evidence(nodes=both), fault("cut-one-way")) == ["nodes that were parted with"]


def test_who_was_parted_with_is_not_ready_and_sends_its_streams_away():
    late = Sample(30, 1, 200, 200)
    assert broken(evidence(nodes=[parted()], samples=[late]), fault("cut-nodes")) == ["times that its readyz was 200"]
    streams = [(21, 1, False), (21, 0, False)]
    assert broken(evidence(nodes=[parted()], streams=streams), fault("cut-nodes")) == ["its streams that ended without retry:"]


def test_without_the_database_a_node_serves_nothing():
    samples = [Sample(13, 1, 200, 200), Sample(16, 1, 503, 503), Sample(17, 0, 200, 200)]
    assert broken(evidence(TAKEN, samples=samples), fault("cut-database")) == []
    stale = [*samples, Sample(17, 1, 503, 200)]
    assert broken(evidence(TAKEN, samples=stale), fault("cut-database")) == ["cached reads still served after"]
    assert broken(evidence(samples=samples), fault("cut-database")) == ["taken over"]


def test_a_stopped_database_kills_nobody():
    samples = [Sample(13, 0, 200, 200), Sample(16, 1, 503, 503)]
    assert broken(evidence(samples=samples), fault("database-stop")) == []
    assert broken(evidence(nodes=[parted()]), fault("database-stop")) == ["nodes declared dead"]
    assert broken(evidence(), fault("database-stop", recovered=51)) == ["recovery after its return"]
    ready = [Sample(30, 0, 200, 503)]
    assert broken(evidence(samples=ready), fault("database-stop")) == ["some node still ready after"]


def test_a_wrong_clock_changes_no_owner():
    assert broken(evidence(), fault("clock")) == []
    assert broken(evidence(TAKEN[:1]), fault("clock")) == ["changes of owners"]


def test_a_restart_leaves_no_shard_alone_for_long():
    quick = [shard(12, 2, 2, ""), shard(12.3, 2, 3, "a")]
    assert broken(evidence(quick), fault("restart")) == []
    assert broken(evidence([quick[0], shard(13, 2, 3, "a")]), fault("restart")) == ["longest pause of a shard"]
    assert broken(evidence(quick[:1]), fault("restart")) == ["longest pause of a shard"]


def test_shards_are_found_as_the_nodes_find_them():
    assert mix(0) == 0xE220A8397B1DCDAF, "the first output of splitmix64"
    person, talk = types.SimpleNamespace(user_id=ALICE, id=4), types.SimpleNamespace(id=TALK, key=9, people=[])
    talk.people.append(person)
    story = Story()
    posted = story.post() and story.history.operations[-1]
    assert Places([talk]).shards_of(posted) == {shard_of_conversation(9), shard_of_user(4)}
