"""No token but one that the server gave out, unchanged and in its time, opens anything."""

import concurrent.futures
import threading

from tokens import claims_of, forgeries, ill_made, parts_of, signed


def test_no_forged_or_ill_made_token_passes_anywhere(world, document):
    user = world.participant
    header, claims = parts_of(user.token)
    assert user.get("/api/users/me/", token=signed(header, claims)).status == 200, "the tests sign as the server does"
    tokens = {**forgeries(user.token), **ill_made(user.token), "the refresh token": user.refresh}
    assert len(tokens) >= 40
    for operation in document.operations.values():
        if operation.is_open:
            continue
        for name, token in tokens.items():
            answer = world.call(operation, user, token=token)
            assert answer.status == 401, f"{operation.id} with {name}: {answer.status}"
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"', operation.id
    assert user.get("/api/users/me/").status == 200, "none of them has changed anything"


def test_no_forged_token_opens_a_stream(world):
    user = world.participant
    for name, token in {**forgeries(user.token), **ill_made(user.token)}.items():
        answer = user.get("/api/events/", token=token, headers={"Accept": "text/event-stream"})
        assert answer.status == 401, name


def test_an_access_token_refreshes_nothing_however_it_is_signed(world):
    user = world.participant
    header, claims = parts_of(user.refresh)
    for name, token in {**forgeries(user.refresh), "the access token": user.token}.items():
        world.anonymous.post("/api/token/refresh/", {"refresh": token}).problem(401, code="token_not_valid")
    for change in ({"token_type": "access"}, {"exp": 1}, {"token_type": None}):
        token = signed(header, {**claims, **change})
        world.anonymous.post("/api/token/refresh/", {"refresh": token}).problem(401, code="token_not_valid")
    world.anonymous.post("/api/token/refresh/", {"refresh": user.refresh}).expect(200)


def test_a_refresh_token_used_by_many_at_once_has_one_successor(server):
    user = server.user()
    gate = threading.Barrier(12)

    def refresh(_):
        client = server.client()
        gate.wait()
        return client.post("/api/token/refresh/", {"refresh": user.refresh}).expect(200)["refresh"]

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        successors = {claims_of(token)["jti"] for token in pool.map(refresh, range(12))}
    assert len(successors) == 1
