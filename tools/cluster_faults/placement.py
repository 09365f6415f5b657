"""Which shard a conversation or a user is in: as actors/cluster/placement.cpp has it, which never changes."""

SHARDS, MASK = 256, 2**64 - 1


def mix(value):
    """The finaliser of splitmix64."""
    value = value + 0x9E3779B97F4A7C15 & MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def shard_of_conversation(number):
    return mix(number * 2) % SHARDS


def shard_of_user(number):
    return mix(number * 2 + 1) % SHARDS


class Places:
    """Of the workload's talks and people."""

    def __init__(self, talks):
        self.talks = {t.id: shard_of_conversation(t.key) for t in talks}
        self.users = {p.user_id: shard_of_user(p.id) for t in talks for p in t.people}

    def shards_of(self, operation):
        """Of the conversation and whoever asked; nothing if one of them is not known."""
        if operation.talk in self.talks and operation.user in self.users:
            return {self.talks[operation.talk], self.users[operation.user]}
        return set()
