"""An account with many messages goes while others post."""

import json
import socket
import subprocess
import threading
import time
import urllib.request

PASSWORD = "S3cure-pass-phrase"
WRITERS = 10
PIPELINED = 20
RATE = 1000  # posts per second of the others


def call(url, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=300) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def skip_answer(stream):
    status = stream.readline()
    if b" 201 " not in status:
        raise RuntimeError(f"a message was refused: {status!r}")
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    stream.read(length)


def post_many(port, conversation, token, count):
    """Over one connection, some requests at a time: one by one would take minutes."""
    body = json.dumps({"content": "a message that will go with its account"}).encode()
    head = (
        f"POST /api/conversations/{conversation}/messages/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as stream:
        for _ in range(count // PIPELINED):
            connection.sendall((head + body) * PIPELINED)
            for _ in range(PIPELINED):
                skip_answer(stream)


def make_large_account(url, port, messages):
    """The token of an account that has written so many messages in conversations with ten others."""
    people = [
        call(url, "POST", "/api/users/", {"username": f"large-{i}", "email": f"large-{i}@example.com", "password": PASSWORD})
        for i in range(WRITERS + 1)
    ]
    token = call(url, "POST", "/api/token/", {"username": "large-0", "password": PASSWORD})["access"]
    others = [person["id"] for person in people[1:]]
    writers = []
    for _ in range(WRITERS):
        conversation = call(url, "POST", "/api/conversations/", {"participant_ids": others}, token)["id"]
        writers.append(threading.Thread(target=post_many, args=(port, conversation, token, messages // WRITERS)))
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return token


def others_post(bench, url, seconds):
    command = [bench, "--url", url, "--scenario", "post", "--rate", RATE, "--connections", 32, "--seconds", seconds]
    return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)


def measure(bench, url, port, messages):
    """p99 of others' posts without and with the deletion, and how long that took, in ms and s."""
    token = make_large_account(url, port, messages)
    quiet = others_post(bench, url, 6)
    taken = []

    def delete():
        time.sleep(3)  # the load generator sets up and warms up first
        started = time.monotonic()
        call(url, "DELETE", "/api/user/delete/", None, token)
        taken.append(time.monotonic() - started)

    deletion = threading.Thread(target=delete)
    deletion.start()
    busy = others_post(bench, url, 12)
    deletion.join()
    return {
        "quiet_p99_ms": quiet["p99_ms"], "busy_p99_ms": busy["p99_ms"], "busy_max_ms": busy["max_ms"],
        "answered_after_s": taken[0], "errors": quiet["errors"] + busy["errors"],
    }
