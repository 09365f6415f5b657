"""The other half of the fault harness's checks: C7 to C12, each by itself."""

import pytest
from cluster_histories import ALICE, BOB, CAROL, PEOPLE, TALK, Story, failure, shown

from cluster_faults.checks import accounts, cluster, texts
import fold


@pytest.fixture
def story():
    return Story()


def two_posts(story):
    return story.post(), story.post(BOB)


# --- C7 -------------------------------------------------------------------------------------


def edited(story):
    message = story.post()
    story.edit(message, "second")
    story.edit(message, "third")
    return message


def test_c7_every_text_is_kept(story):
    message = edited(story)
    assert texts.c7_history(story.model, {("node0", message): ["second", "talk1text1"]}) == []


@pytest.mark.parametrize("history", [
    [], ["second"], ["talk1text1", "second"], ["second", "second", "talk1text1"], ["third", "second", "talk1text1"],
])
def test_c7_a_wrong_history_is_found(story, history):
    message = edited(story)
    assert texts.c7_history(story.model, {("node0", message): history})


# --- C8 -------------------------------------------------------------------------------------


def change(epoch, owner, shard=3):
    return {"shard": shard, "epoch": epoch, "owner": owner}


def test_c8_one_owner_for_each_epoch():
    assert cluster.c8_owners([change(0, ""), change(1, "a"), change(2, ""), change(3, "b"), change(1, "b", shard=4)]) == []


@pytest.mark.parametrize("last", [change(2, "b"), change(1, "a"), change(2, "")])
def test_c8_two_owners_and_steps_back_are_found(last):
    assert cluster.c8_owners([change(0, ""), change(1, "a"), change(2, "a"), last])


# --- C9 -------------------------------------------------------------------------------------


def c9(story):
    model, history = story.model, story.history
    return texts.c9_texts(model, history) + texts.c9_lists(model, history) + texts.c9_flags(model, history)


def test_c9_reads_after_writes_show_them(story):
    message = story.post()
    story.listed(shown(1))
    story.edit(message, "second")
    story.listed(shown(1, text="second"))
    story.mark(message)
    story.listed(shown(1, text="second", read=True))
    story.unread()
    story.delete(message)
    story.listed()
    assert c9(story) == []


def test_c9_reads_that_overlap_may_show_either(story):
    message = story.post(at=1, until=2)
    story.edit(message, "second", at=3, until=6)
    for text in ("talk1text1", "second"):
        story.listed(shown(1, text=text), at=2.5 if text == "talk1text1" else 3.5, until=4)
    assert c9(story) == []


def test_c9_a_stale_text_is_found(story):
    message = story.post()
    story.edit(message, "second")
    story.listed(shown(1))
    assert any("had been acknowledged" in text for text in c9(story))


def test_c9_a_text_that_goes_back_is_found(story):
    message = story.post(at=1, until=2)
    story.edit(message, "second", at=3, until=9)
    story.listed(shown(1, text="second"), at=4, until=5)
    story.listed(shown(1), at=6, until=7)
    assert any("went back" in text for text in c9(story))


def test_c9_a_text_from_the_future_or_of_another_is_found(story):
    message = story.post()
    story.listed(shown(1, text="second"))
    story.edit(message, "second")
    assert any("not yet written" in text for text in c9(story))


def test_c9_a_list_that_lacks_a_message_is_found(story):
    two_posts(story)
    story.listed(shown(1))
    assert any("lacks talk1text2" in text for text in c9(story))


def test_c9_a_full_page_says_nothing_of_what_is_older(story):
    two_posts(story)
    story.listed(shown(2), has_more=True)
    assert c9(story) == []


def test_c9_a_list_that_shows_what_was_deleted_is_found(story):
    message = story.post()
    story.delete(message)
    story.listed(shown(1))
    assert c9(story)


def test_c9_a_message_that_nobody_sent_is_found(story):
    story.listed(shown(1))
    assert c9(story)


def test_c9_a_flag_that_is_stale_is_found(story):
    message = story.post()
    story.mark(message)
    story.listed(shown(1, read=False))
    assert any("unread to bob after" in text for text in c9(story))


def test_c9_a_flag_that_falls_again_is_found(story):
    message = story.post(at=1, until=2)
    story.mark(message, at=3, until=9)
    story.listed(shown(1, read=True), at=4, until=5)
    story.listed(shown(1, read=False), at=6, until=7)
    assert any("unread to bob after" in text for text in c9(story))


def test_c9_a_flag_raised_by_nobody_is_found(story):
    story.post()
    story.listed(shown(1, read=True))
    assert any("before he had read it" in text for text in c9(story))


def test_c9_a_message_missing_from_the_unread_ones_is_found(story):
    two_posts(story)
    story.unread(user=CAROL)
    assert any("before he had read it" in text for text in c9(story))


def test_c9_what_was_read_and_is_listed_as_unread_is_found(story):
    message = story.post()
    story.mark(message)
    story.unread(shown(1))
    assert any("unread to bob after" in text for text in c9(story))


# --- C10 ------------------------------------------------------------------------------------


def fault(name="kill", began=0, healed=10, **recovered):
    return {"name": name, "began": began, "healed": healed, "recovered": recovered}


def test_c10_all_succeeds_again_in_time():
    faults = [fault(post=12, listed=20), fault("cut", began=40, healed=50, post=51)]
    assert cluster.c10_recovery(faults) == []
    assert cluster.c10_failures(faults, [failure(11, 12), failure(42, 43), failure(51, 64)]) == []


def test_c10_what_comes_too_late_or_never_is_found():
    assert len(cluster.c10_recovery([fault(post=25.1, listed=None, edit=11)])) == 2


def test_c10_failures_long_after_healing_are_found():
    faults = [fault(), fault("cut", began=40, healed=50)]
    assert cluster.c10_failures(faults, [failure(30, 31)])
    assert cluster.c10_failures(faults, [failure(66, 67)])


# --- C11 ------------------------------------------------------------------------------------


def test_c11_who_left_sees_nothing(story):
    story.turn("remove", CAROL)
    story.peek(CAROL, False)
    story.turn("add", CAROL)
    story.peek(CAROL, True)
    assert accounts.c11_peeks(story.model, story.history) == []


def test_c11_who_left_and_still_sees_something_is_found(story):
    story.turn("remove", CAROL)
    story.peek(CAROL, True)
    assert accounts.c11_peeks(story.model, story.history)


def test_c11_a_look_while_he_is_being_removed_may_show_something(story):
    story.turn("remove", CAROL, at=1, until=3)
    story.peek(CAROL, True, at=2, until=4)
    assert accounts.c11_peeks(story.model, story.history) == []


def event(kind, user=CAROL, talk=TALK):
    return {"type": kind, "conversation": talk, "data": {"user": {"user_id": user}}}


def test_c11_streams_fall_silent_on_what_was_left():
    told = [event("message.created"), event("participant.removed"), event("message.created", talk="other"),
            event("participant.added"), event("message.created"), event("participant.removed", user=BOB),
            event("message.created")]
    assert accounts.c11_streams({CAROL: told}) == []


def test_c11_a_reset_may_stand_for_a_return():
    reset = {"type": "reset", "conversation": None, "data": {}}
    assert accounts.c11_streams({CAROL: [event("participant.removed"), reset, event("message.created")]}) == []


def test_c11_streams_that_go_on_are_found():
    assert accounts.c11_streams({CAROL: [event("participant.removed"), event("message.created")]})


# --- C12 ------------------------------------------------------------------------------------


def test_c12_streams_give_the_state():
    state = {"messages": {TALK: {"m1": {"content": "a"}}}}
    assert cluster.c12_folds({BOB: state}, {(0, BOB): state, (1, BOB): state}, fold.difference) == []


def test_c12_a_gap_in_the_stream_is_found():
    state = {"messages": {TALK: {"m1": {"content": "a"}, "m2": {"content": "b"}}}}
    folded = {"messages": {TALK: {"m1": {"content": "a"}}}}
    found = cluster.c12_folds({BOB: folded}, {(0, BOB): state}, fold.difference)
    assert len(found) == 1 and "m2" in found[0]


def test_everybody_takes_part(story):
    """The stories' own premise: what is posted is for all three."""
    story.post()
    assert story.model.current_members(TALK) == set(PEOPLE) and ALICE in PEOPLE
