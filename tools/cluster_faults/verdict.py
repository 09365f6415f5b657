"""All checks of one run, over the history and what is shown in the end."""

import time

from . import observe
from .caller import Caller
from .checks import accounts, cluster, messages, texts, unread
from .connection import NoAnswer
from .followers import Reader, fold, wait_for_end
from .model import Model

PASSING = ("account_notice",)  # by which nodes tell each other to forget; gone when all have read it


def judge_history(history):
    """What needs no look at the nodes. The model is returned for the rest."""
    model = Model(history)
    found = [*history.surprises, *messages.c1_answers(model, history), *texts.c9_texts(model, history),
             *texts.c9_lists(model, history), *texts.c9_flags(model, history), *accounts.c11_peeks(model, history)]
    return model, found


def judge_end(history, nodes, talks, queries, model):
    """Every node and the database in the end."""
    observer = observe.Observer(history, nodes, talks)
    listings, rows = observer.listings(), observe.message_rows(queries)
    shown = {**observer.unread(), **observe.unread_rows(queries, rows, talks)}
    members = {person.user_id: [talk.id] for talk in talks for person in talk.members}
    found = messages.c1_nothing_lost(model, listings) + messages.c2_nothing_doubled(model, listings)
    found += messages.c2_rows(model, [r for r in rows if r["talk"] in model.in_talk])
    found += messages.c3_order(model, listings) + messages.c3_places(model, observe.last_seqs(queries))
    found += unread.c4_unread(model, {key: its for key, its in shown.items() if key[1] in members})
    found += count_unread(shown, observer.unread_counts())
    notifications = observer.notifications()
    given = {key: [n["message"] for n in its] for key, its in notifications.items()}
    found += unread.c5_notifications(model, given, members)
    found += unread.c5_read(model, {key: {n["message"]: n["is_read"] for n in its} for key, its in notifications.items()})
    found += texts.c7_history(model, {**observer.histories(model), **observe.revision_rows(queries, model)})
    return found + final_texts(model, listings)


def count_unread(shown, counts):
    """C4: the numbers beside conversations are those of the lists."""
    return [f"C4 {node}, {user} in {talk}: the list of conversations counts {counts[node, user].get(talk)}, not {len(ids)}"
            for (node, user), talks in shown.items() if (node, user) in counts
            for talk, ids in talks.items() if counts[node, user].get(talk) != len(ids)]


def final_texts(model, listings):
    found = []
    for listing in listings:
        for message in listing.messages:
            post = model.posts.get(message["id"])
            if post and message["text"] != model.versions(post)[-1][0] and model.edits_are_known(post):
                found.append(f"C9 {listing}: {post.text} shows {message['text']!r}, not {model.versions(post)[-1][0]!r}")
    return found


def judge_streams(history, nodes, followers, witness):
    caller = Caller(history, nodes, 10**7)
    found = wait_for_end(followers, witness, caller)
    if found:
        return found
    folded = {f.person.user_id: f.fold.state() for f in followers}
    fetched = {(node.number, f.person.user_id): fold.fetched(Reader(f.person, caller, node))
               for node in nodes for f in followers}
    return (cluster.c12_folds(folded, fetched, fold.difference)
            + accounts.c11_streams({f.person.user_id: f.events for f in followers}))


def judge_deletions(history, nodes, queries, model, tokens, cleared_seconds):
    """C6, at once and again some time later; `tokens`: {user: token} of those deleted."""
    ids = {where: its for where, its in observe.user_ids(queries).items() if where[0] not in PASSING}
    found = accounts.c6_nothing_left(model, "at the end", queries.dump(), ids)
    found += accounts.c6_strangers({(n.number, user): status_of(history, n, token)
                                    for n in nodes for user, token in tokens.items()})
    last = max((o.end for o in model.deleted_users.values() if o.end), default=0)
    time.sleep(max(0, last + cleared_seconds - time.monotonic()))
    return found + accounts.c6_nothing_left(model, "some time later", queries.dump(), observe.user_ids(queries))


def status_of(history, node, token):
    try:
        return Caller(history, [node], 1).once(node, "GET", "/api/users/me/", token).status
    except NoAnswer as error:
        return str(error)
