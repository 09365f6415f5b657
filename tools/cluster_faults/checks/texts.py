"""C7 history is complete; C9 texts, read flags and lists are linearizable, message by message.

Edits of one message never overlap in the workload, so a text has one place in the order of its message's texts. A read
flag only ever rises. What is on a list is a register too: it appears with its post and goes with its deletion.
"""

import collections
import dataclasses
from collections import Counter

NEVER = float("inf")


@dataclasses.dataclass
class Sight:
    """What one reading showed of one message."""

    begin: float
    end: float
    value: object
    where: str


def c7_history(model, shown):
    """`shown`: {(node, message): previous texts, the newest first}; in the database's rows ("SQL") in any order."""
    found = []
    for (node, message), texts in shown.items():
        post = model.posts[message]
        edits = model.edits[message]
        if any(e.end is None for e in edits):
            continue
        expected = [text for text, _ in model.versions(post)][:-1][::-1]
        is_other = Counter(texts) != Counter(expected) if node == "SQL" else texts != expected
        if model.lives(post) and is_other:
            found.append(f"C7 {node}: the history of {post.text} is {texts}, not {expected}")
    return found


def c9_texts(model, history):
    sights = collections.defaultdict(list)
    for reading in history.acknowledged("list", "open", "unread"):
        for message in shown_by(reading):
            sights[message["id"]].append(sight(reading, message["text"]))
    return [text for message, seen in sights.items() if message in model.posts
            for text in text_violations(model, model.posts[message], seen)]


def text_violations(model, post, sights):
    versions = model.versions(post)
    places = {text: place for place, (text, _) in enumerate(versions)}
    found, placed = [], []
    for seen in sights:
        place = places.get(seen.value)
        if place is None or seen.end < versions[place][1].begin:
            found.append(f"C9 {post.text} ({post.id}) showed {seen.value!r}, not yet written, {seen.where}")
            continue
        placed.append((seen, place))
        if place + 1 < len(versions) and versions[place + 1][1].end < seen.begin:
            found.append(f"C9 {post.text} ({post.id}) showed {seen.value!r} after {versions[place + 1][0]!r} had been"
                         f" acknowledged, {seen.where}")
    return found + backwards(post, placed)


def backwards(post, placed):
    """A reading that began after another had ended must not show an older text."""
    found, newest, ended = [], -1, sorted(placed, key=lambda p: p[0].end)
    waiting = iter(ended)
    last = next(waiting, None)
    for seen, place in sorted(placed, key=lambda p: p[0].begin):
        while last and last[0].end < seen.begin:
            newest, last = max(newest, last[1]), next(waiting, None)
        if place < newest:
            found.append(f"C9 {post.text} ({post.id}) went back to {seen.value!r}, {seen.where}")
    return found


def c9_lists(model, history):
    """A list shows what was acknowledged before it was asked for, and nothing that was deleted by then."""
    found = []
    for reading in history.acknowledged("list"):
        ids = {m["id"] for m in reading.answer}
        found += missing_on(model, reading, ids, floor_of(reading))
        for message in reading.answer:
            post = model.posts.get(message["id"])
            if post is None and message["text"] not in model.texts:
                found.append(f"C9 a list shows what nobody sent: {message}, {where(reading)}")
            elif post and (post.begin > reading.end or model.gone[post.id].end < reading.last_begin):
                found.append(f"C9 a list shows {post.text}, deleted or not yet sent, {where(reading)}")
    return found


def floor_of(reading):
    """The oldest place that the reading would show."""
    return min((m["seq"] for m in reading.answer), default=NEVER) if reading.arguments["has_more"] else 0


def missing_on(model, reading, ids, floor):
    return [
        f"C9 a list lacks {post.text} (place {post.seq}), acknowledged before, {where(reading)}"
        for post in model.in_talk_from(reading.talk, floor)
        if post.end < reading.last_begin and model.gone[post.id].begin > reading.end and post.id not in ids
    ]


def c9_flags(model, history):
    sights = collections.defaultdict(list)
    for reading in history.acknowledged("list", "open"):
        for message in shown_by(reading):
            sights[message["id"], reading.user].append(sight(reading, message["read"]))
    for reading in history.acknowledged("unread"):
        add_unread(model, reading, sights)
    return [text for (message, user), seen in sights.items() if message in model.posts
            for text in flag_violations(model, model.posts[message], user, seen)]


def add_unread(model, reading, sights):
    """Who is on a list of unread messages is unread; who could be and is not has been read."""
    ids, floor = {m["id"] for m in reading.answer}, floor_of(reading)
    for message in ids:
        sights[message, reading.user].append(sight(reading, False))
    for post in model.in_talk_from(reading.talk, floor):
        is_settled = post.end < reading.last_begin and model.gone[post.id].begin > reading.end
        if is_settled and post.id not in ids:
            sights[post.id, reading.user].append(sight(reading, True))


def flag_violations(model, post, user, sights):
    if user not in post.recipients:
        return []
    read, left = model.reads[post.id, user], model.left_after(post.talk, user, post.begin)
    sights = [s for s in sights if s.end < left]  # who comes back begins anew
    raised = min([read.end] + [s.end for s in sights if s.value])
    found = [f"C9 {post.text} ({post.id}) was read by {user} before he had read it, {s.where}"
             for s in sights if s.value and s.end < read.begin]
    found += [f"C9 {post.text} ({post.id}) was unread to {user} after he had read it, {s.where}"
              for s in sights if not s.value and raised < s.begin]
    return found[:1]  # the rest follows from it


def shown_by(reading):
    return reading.answer if isinstance(reading.answer, list) else [reading.answer]


def sight(reading, value):
    return Sight(reading.last_begin, reading.end, value, where(reading))


def where(reading):
    return f"by {reading.kind} of {reading.user} through node{reading.nodes[-1]} at {reading.last_begin:.3f}"
