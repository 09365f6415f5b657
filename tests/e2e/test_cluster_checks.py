"""Each check of the fault harness by itself: a history that is fine, and histories in which a bug shows. Here C1 to C6."""

import struct

import pytest
from cluster_histories import ALICE, BOB, CAROL, TALK, Story, listing, shown

from cluster_faults.checks import accounts, messages, seq_set, unread


@pytest.fixture
def story():
    return Story()


def two_posts(story):
    return story.post(), story.post(BOB)


# --- C1 -------------------------------------------------------------------------------------


def test_c1_everything_acknowledged_is_there(story):
    two_posts(story)
    assert messages.c1_nothing_lost(story.model, [listing(shown(2), shown(1))]) == []


def test_c1_a_lost_message_is_found(story):
    two_posts(story)
    found = messages.c1_nothing_lost(story.model, [listing(shown(2), shown(1)), listing(shown(2), node=1)])
    assert len(found) == 1 and "talk1text1" in found[0] and "node1" in found[0]


def test_c1_what_was_deleted_is_not_missed_nor_what_was_below_it(story):
    first = story.post()
    story.post(BOB, parent=first)
    story.delete(first)
    assert messages.c1_nothing_lost(story.model, [listing()]) == []


def test_c1_not_found_needs_a_deletion(story):
    first, second = two_posts(story)
    story.step("open", BOB, {"message": first}, status=404)
    found = messages.c1_answers(story.model, story.history)
    assert len(found) == 1 and "talk1text1" in found[0]
    deleted = story.delete(second)
    story.step("open", ALICE, {"message": second}, status=404, at=deleted.begin, until=deleted.end + 1)
    assert len(messages.c1_answers(story.model, story.history)) == 1


# --- C2 -------------------------------------------------------------------------------------


def test_c2_each_once(story):
    two_posts(story)
    assert messages.c2_nothing_doubled(story.model, [listing(shown(2), shown(1))]) == []


@pytest.mark.parametrize("more", [
    shown(1), shown(3, text="talk1text1"), shown(9, text="talk1text9"), {**shown(9), "text": "never sent"},
])
def test_c2_what_is_doubled_or_invented_is_found(story, more):
    two_posts(story)
    assert messages.c2_nothing_doubled(story.model, [listing(more, shown(2), shown(1))])


def test_c2_what_was_deleted_is_found_in_lists_and_rows(story):
    first, _ = two_posts(story)
    story.delete(first)
    assert messages.c2_nothing_doubled(story.model, [listing(shown(2), shown(1))])
    assert messages.c2_rows(story.model, [{**shown(1), "talk": TALK}])
    assert messages.c2_rows(story.model, [{**shown(2), "talk": TALK}]) == []


# --- C3 -------------------------------------------------------------------------------------


def test_c3_one_order(story):
    two_posts(story)
    listings = [listing(shown(2), shown(1)), listing(shown(2), shown(1), node=2, reader=CAROL)]
    assert messages.c3_order(story.model, listings) == []
    assert messages.c3_places(story.model, {TALK: 2}) == []


@pytest.mark.parametrize("second", [
    listing(shown(1), shown(2)), listing(shown(2, seq=1), shown(1, seq=2)), listing(shown(2), shown(1, seq=2)),
])
def test_c3_another_order_is_found(story, second):
    two_posts(story)
    assert messages.c3_order(story.model, [listing(shown(2), shown(1)), second])


def test_c3_a_gap_is_found(story):
    story.post(seq=1)
    story.post(seq=3)
    assert messages.c3_places(story.model, {})


def test_c3_a_place_given_out_twice_is_found(story):
    story.post(seq=1)
    story.post(seq=1)
    assert messages.c3_places(story.model, {})


def test_c3_places_that_nobody_was_told_of_are_found(story):
    two_posts(story)
    assert messages.c3_places(story.model, {TALK: 3})


def test_c3_a_later_post_does_not_get_an_earlier_place(story):
    story.post(seq=2)
    story.post(seq=1)
    assert any("before one acknowledged earlier" in text for text in messages.c3_places(story.model, {}))


def test_c3_posts_at_the_same_time_may_have_either_order(story):
    story.post(seq=2, at=1, until=2)
    story.post(seq=1, at=1.5, until=3)
    assert messages.c3_places(story.model, {TALK: 2}) == []


# --- C4 -------------------------------------------------------------------------------------


def test_c4_unread_is_what_was_not_read(story):
    first, second = two_posts(story)
    story.mark(first)
    unread_to_carol = {TALK: [second, first]}
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: []}, ("SQL", CAROL): unread_to_carol}) == []


@pytest.mark.parametrize("ids", [["m1"], ["m2"], ["m2", "m2"], ["m2", "m3"]])
def test_c4_a_wrong_list_is_found(story, ids):
    first, _ = two_posts(story)
    story.mark(first, user=CAROL)
    assert unread.c4_unread(story.model, {("node0", CAROL): {TALK: ["m2"]}}) == []
    shown_by = {("node0", CAROL): {TALK: ids}}
    assert ids == ["m2"] or unread.c4_unread(story.model, shown_by)


def test_c4_nodes_and_database_agree_even_where_either_would_do(story):
    message = story.post(at=1, until=3)
    story.step("mark_all", BOB, {}, at=2, until=4)
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: [message]}}) == []
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: []}}) == []
    differing = {("node0", BOB): {TALK: []}, ("SQL", BOB): {TALK: [message]}}
    assert unread.c4_unread(story.model, differing)


def test_c4_who_came_back_has_nothing_unread_from_before(story):
    message = story.post()
    story.turn("remove", BOB)
    story.turn("add", BOB)
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: []}}) == []
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: [message]}})


def stored(*members):
    body = struct.pack("<IIHHI", 12346, 1, 0, len(members) - 1, 16) + struct.pack(f"<{len(members)}H", *members)
    return struct.pack("<I", seq_set.checksum(body)) + body


def test_c4_is_recounted_from_rows():
    rows = [{"talk": TALK, "seq": i, "id": f"m{i}", "sender": BOB if i == 5 else ALICE} for i in range(1, 7)]
    members = [{"talk": TALK, "user": BOB, "joined_after": 1, "has_left": 0, "read_set": stored(2, 3).hex()},
               {"talk": TALK, "user": CAROL, "joined_after": 0, "has_left": 1, "read_set": ""}]
    assert unread.recount(members, rows) == {BOB: {TALK: ["m4", "m6"]}}


def test_sets_of_places_are_read_in_all_their_forms():
    runs = struct.pack("<IBHHHHH", 12347, 1, 0, 4, 1, 1, 4)  # 1 to 5
    assert seq_set.parse_roaring(runs) == {1, 2, 3, 4, 5}
    bits = bytearray(8192)
    for value in range(0, 10000, 2):
        bits[value // 8] |= 1 << value % 8
    bitmap = struct.pack("<IIHHI", 12346, 1, 1, 4999, 16) + bytes(bits)
    assert seq_set.parse_roaring(bitmap) == {65536 + value for value in range(0, 10000, 2)}
    assert seq_set.parse(stored(7, 9)) == {7, 9}
    with pytest.raises(ValueError):
        seq_set.parse(stored(7, 9)[:-1] + b"\x01")


# --- C5 -------------------------------------------------------------------------------------


def test_c5_one_notification_each(story):
    first, second = two_posts(story)
    given = {("node0", ALICE): [second], ("node1", CAROL): [second, first]}
    assert unread.c5_notifications(story.model, given, {ALICE: [TALK], CAROL: [TALK]}) == []


@pytest.mark.parametrize("given", [["m2"], ["m1", "m2", "m2"], ["m1", "m2", "m3"]])
def test_c5_too_few_or_too_many_are_found(story, given):
    two_posts(story)
    assert unread.c5_notifications(story.model, {("node0", CAROL): given}, {CAROL: [TALK]})


def test_c5_the_sender_is_not_notified(story):
    message = story.post(ALICE)
    assert unread.c5_notifications(story.model, {("node0", ALICE): [message]}, {ALICE: [TALK]})


@pytest.mark.parametrize("is_read, is_wrong", [([True, True, False], False), ([False, True, False], True),
                                               ([True, True, True], True)])
def test_c5_a_notification_is_read_with_its_message_or_when_dismissed(story, is_read, is_wrong):
    first = story.post()
    story.mark(first)
    second = story.post()
    story.step("dismiss_all", BOB, {})
    third = story.post()
    given = dict(zip((first, second, third), is_read, strict=True))
    assert bool(unread.c5_read(story.model, {("node0", BOB): given})) == is_wrong


def test_c5_dismissing_does_not_read_the_message(story):
    message = story.post()
    story.step("dismiss_all", BOB, {})
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: []}})
    assert unread.c4_unread(story.model, {("node0", BOB): {TALK: [message]}}) == []


# --- C6 -------------------------------------------------------------------------------------


def test_c6_nothing_is_left(story):
    story.post(BOB)
    story.delete_account(BOB)
    assert accounts.c6_nothing_left(story.model, "now", "alice talk1text2", {("members", "user_id"): {1, 2}}) == []
    assert accounts.c6_strangers({(0, BOB): 401, (1, BOB): 401}) == []


@pytest.mark.parametrize("text, ids", [
    ("bob-name", set()), ("… talk1text1, …", set()), ("id bob", set()), ("", {76, 77}),
])
def test_c6_what_is_left_is_found(story, text, ids):
    story.post(BOB)
    story.delete_account(BOB)
    assert accounts.c6_nothing_left(story.model, "now", text, {("events", "subject_id"): ids})


def test_c6_a_token_that_still_works_is_found():
    assert accounts.c6_strangers({(0, BOB): 401, (1, BOB): 200})


def test_c6_the_account_takes_its_messages_along(story):
    first = story.post(BOB)
    story.post(ALICE, parent=first)
    story.delete_account(BOB)
    assert messages.c1_nothing_lost(story.model, [listing()]) == []
    assert messages.c2_nothing_doubled(story.model, [listing(shown(2))]), "no cascade"
