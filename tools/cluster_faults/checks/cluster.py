"""C8 one owner for each epoch of a shard; C10 recovery; C12 what streams tell is the state."""

import collections

RECOVERY_SECONDS = 15


def c8_owners(changes):
    """`changes`: all that was ever written to the map of shards, in order: shard, epoch, owner ("" for nobody)."""
    found, owners, epochs = [], {}, collections.defaultdict(int)
    for change in changes:
        shard, epoch, owner = change["shard"], change["epoch"], change["owner"]
        first = owners.setdefault((shard, epoch), owner)
        if first != owner:
            found.append(f"C8 shard {shard} had {first or 'nobody'} and {owner or 'nobody'} in epoch {epoch}")
        if epoch < epochs[shard]:
            found.append(f"C8 shard {shard} went back from epoch {epochs[shard]} to {epoch}")
        epochs[shard] = max(epoch, epochs[shard])
    return found


def c10_recovery(faults, limit=RECOVERY_SECONDS):
    """`faults`: each with name, healed (a moment) and recovered: {what: moment or None}."""
    found = []
    for fault in faults:
        for what, moment in fault["recovered"].items():
            if moment is None:
                found.append(f"C10 {what} did not succeed within {limit} s after {fault['name']} was healed")
            elif moment - fault["healed"] > limit:
                found.append(f"C10 {what} succeeded {moment - fault['healed']:.1f} s after {fault['name']} was healed")
    return found


def c10_failures(faults, failures, limit=RECOVERY_SECONDS):
    """No attempt fails later than that after the healing, until the next fault."""
    found = []
    for fault, until in zip(faults, [*(f["began"] for f in faults[1:]), float("inf")], strict=False):
        late = [f for f in failures if fault["healed"] + limit < f.begin and f.end < until]
        if late:
            found.append(f"C10 {len(late)} requests failed later than {limit} s after {fault['name']} was healed,"
                         f" the first {late[0].begin - fault['healed']:.1f} s: {late[0]}")
    return found


def c12_folds(folded, fetched, difference):
    """`folded`: {user: state}; `fetched`: {(node, user): state}; `difference` says where two states differ."""
    found = []
    for (node, user), state in fetched.items():
        if differing := difference(folded[user], state):
            found.append(f"C12 {user} at node{node}: the stream and a GET differ: {differing[:3]}")
    return found
