"""Sets of places as the database keeps them: four bytes of a checksum, then CRoaring's portable form."""

import struct

WITH_RUNS, WITHOUT_RUNS = 12347, 12346
NO_OFFSETS_BELOW = 4
ARRAY_AT_MOST = 4096


def parse(data):
    """The members; ValueError if the bytes are damaged."""
    if not data:
        return set()
    if struct.unpack_from("<I", data)[0] != checksum(data[4:]):
        raise ValueError("a set of places is damaged")
    return parse_roaring(data[4:])


def checksum(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def parse_roaring(data):
    sizes, runs, at = read_header(data)
    members = set()
    for index, (key, size) in enumerate(sizes):
        is_run = runs[index // 8] >> (index % 8) & 1 if runs else False
        low, at = read_container(data, at, size, is_run)
        members |= {key << 16 | value for value in low}
    return members


def read_header(data):
    """Keys and sizes of the containers, which of them are runs, and where they begin."""
    cookie = struct.unpack_from("<I", data)[0]
    if cookie & 0xFFFF == WITH_RUNS:
        count = (cookie >> 16) + 1
        runs, at = data[4:4 + (count + 7) // 8], 4 + (count + 7) // 8
    elif cookie == WITHOUT_RUNS:
        count, runs, at = struct.unpack_from("<I", data, 4)[0], b"", 8
    else:
        raise ValueError("no set of places")
    pairs = struct.unpack_from(f"<{2 * count}H", data, at)
    at += 4 * count
    if not runs or count >= NO_OFFSETS_BELOW:
        at += 4 * count
    return [(key, size + 1) for key, size in zip(pairs[::2], pairs[1::2], strict=True)], runs, at


def read_container(data, at, size, is_run):
    if is_run:
        count = struct.unpack_from("<H", data, at)[0]
        pairs = struct.unpack_from(f"<{2 * count}H", data, at + 2)
        spans = zip(pairs[::2], pairs[1::2], strict=True)
        return [v for first, more in spans for v in range(first, first + more + 1)], at + 2 + 4 * count
    if size <= ARRAY_AT_MOST:
        return struct.unpack_from(f"<{size}H", data, at), at + 2 * size
    bits = int.from_bytes(data[at:at + 8192], "little")
    return [value for value in range(65536) if bits >> value & 1], at + 8192
