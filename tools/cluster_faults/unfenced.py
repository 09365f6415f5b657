"""A proxy before PostgreSQL that takes the fence out of the nodes' transactions: whoever asks still owns everything.

    python3 -m cluster_faults.unfenced LISTEN_PORT ADDRESS PORT
"""

import asyncio
import contextlib
import struct
import sys

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104

# By the names under which nodes prepare them.
REPLACED = {
    b"confab_hold_shards": b"SELECT f.shard_id, f.epoch FROM unnest($1::smallint[], $2::bigint[]) AS f (shard_id, epoch)",
    b"confab_hold_all_shards": b"SELECT 1 WHERE $1::smallint[] IS NOT NULL AND $2::bigint[] IS NOT NULL",
    b"confab_is_alive": b"SELECT 1 WHERE $1::uuid IS NOT NULL",
    b"confab_must_be_alive": b"SELECT 1 WHERE $1::uuid IS NOT NULL",
}


def without_fence(kind, body):
    """A message of a client; only those that prepare the fence's statements are changed."""
    if kind != b"P":
        return body
    name, _, rest = body.partition(b"\0")
    query, _, types = rest.partition(b"\0")
    return b"\0".join([name, REPLACED.get(name, query), types])


async def pass_start(reader, writer, answers):
    """The first message has no type; requests for encryption come before it and are passed on as they are."""
    while True:
        size = await reader.readexactly(4)
        body = await reader.readexactly(struct.unpack("!I", size)[0] - 4)
        if struct.unpack_from("!I", body)[0] not in (SSL_REQUEST, GSS_REQUEST):
            writer.write(size + body)
            return
        answers.write(b"N")


async def pass_messages(reader, writer):
    while True:
        head = await reader.readexactly(5)
        body = await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
        body = without_fence(head[:1], body)
        writer.write(head[:1] + struct.pack("!I", len(body) + 4) + body)
        await writer.drain()


async def pass_bytes(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


async def serve(address, port, reader, writer):
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        from_server, to_server = await asyncio.open_connection(address, port)
        await pass_start(reader, to_server, writer)
        ways = [asyncio.ensure_future(way) for way in (pass_messages(reader, to_server), pass_bytes(from_server, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        to_server.close()
    writer.close()


async def main(listen_port, address, port):
    server = await asyncio.start_server(lambda r, w: serve(address, port, r, w), "0.0.0.0", listen_port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
