"""Pages that the binary serves: assets, the browsable API, the shells of the web applications."""

import gzip
import html
import json
import re

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def facts_of(page):
    block = re.search(r'<script type="application/json" id="page">(.*?)</script>', page.text, re.DOTALL)
    return json.loads(block.group(1))


def log_in(server, user):
    client = server.client()
    token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"', client.get("/api-auth/login/").text).group(1)
    form = {"username": user.username, "password": user.password, "csrfmiddlewaretoken": token}
    client.request("POST", "/api-auth/login/", data=form).expect(302)
    return client


def asset_addresses(page):
    return sorted(set(re.findall(r'"(/assets/[^"]+)"', page.text)))


@pytest.mark.parametrize("path", ["/admin/", "/admin", "/admin/users/7/", "/admin/a/b/c", "/api/docs/", "/api/docs"])
def test_a_page_is_a_shell_that_names_its_scripts(server, path):
    page = server.client().get(path)
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert facts_of(page)["user"] is None
    assert len(asset_addresses(page)) >= 2
    for inline in (" style=", "<style", " onload=", " onclick=", "javascript:"):
        assert inline not in page.text


def test_a_page_is_fetched_once(server):
    page = server.client().get("/admin/")
    again = server.client().get("/admin/", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.text) == (304, "")
    head = server.client().head("/admin/")
    assert (head.status, head.headers["ETag"], head.text) == (200, page.headers["ETag"], "")


def test_a_page_knows_who_looks_at_it(server, alice):
    client = log_in(server, alice)
    page = client.get("/admin/")
    assert facts_of(page)["user"] == {**alice.short, "role": "guest"}
    assert "Cookie" in page.headers["Vary"]
    stale = client.get("/admin/", headers={"If-None-Match": server.client().get("/admin/").headers["ETag"]})
    assert stale.status == 200, "nobody's page is not hers"


def test_assets_are_served_for_good_and_compressed(server):
    client = server.client()
    for path in asset_addresses(client.get("/api/docs/")) + asset_addresses(client.get("/admin/")):
        plain = client.get(path)
        assert plain.status == 200
        assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert plain.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in plain.headers
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.raw.content == plain.raw.content
        if packed.headers.get("Content-Encoding") == "gzip":
            assert packed.headers["ETag"] != plain.headers["ETag"]
            assert int(packed.headers["Content-Length"]) < len(plain.raw.content)
        etag = packed.headers["ETag"]
        again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": f'"x", {etag}'})
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", etag)
        assert client.head(path).headers["Content-Length"] == str(len(plain.raw.content))
        assert client.post(path).status == 405


@pytest.mark.parametrize("path", [
    "/assets/", "/assets/x.js", "/assets/../admin.html", "/assets/%2e%2e/admin.html", "/assets/..%2fadmin.html",
    "/assets/%2fetc%2fpasswd", "/assets//etc/passwd", "/assets/admin.html", "/admin.html", "/page.html", "/web/",
])
def test_nothing_but_assets_is_reached(server, path):
    server.client().get(path).problem(404)


def test_the_demonstration_is_for_debugging_only(server, make_server):
    assert server.client().get("/demo/").status == 404
    other = make_server(DEBUG="true").start()
    page = other.client().get("/demo/")
    assert page.status == 200
    assert facts_of(page)["debug"] is True


def test_the_front_door_leads_to_the_api(server):
    answer = server.client().get("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/api/")


def test_any_address_is_a_page_in_a_browser(server, alice, bob):
    conversation = alice.converse(bob, title="Tea & <b>cake</b>")
    message = bob.send(conversation)
    client = log_in(server, alice)
    for path in ("/api/", "/api/users/", "/api/users/me/", "/api/conversations/", f"/api/conversations/{conversation}/",
                 f"/api/conversations/{conversation}/messages/?page_size=1", "/api/messages/?search=hello",
                 "/api/messages/unread/", "/api/notifications/", "/api/v1/users/me",
                 f"/api/messages/{message['message_id']}/history/"):
        page, answer = client.get(path, headers=BROWSER), client.get(path)
        assert page.status == answer.status == 200, path
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Content-Security-Policy"] == POLICY
        assert page.headers["Cache-Control"] == "no-store"
        assert "ETag" not in page.headers
        assert "Accept" in page.headers["Vary"]
        facts = facts_of(page)
        assert facts["path"] == path
        assert (facts["status"], facts["reason"], facts["method"]) == (200, "OK", "GET")
        if "users" not in path:  # presence changes by itself
            assert json.loads(facts["body"]) == answer.json
        assert ["Allow", answer.headers["Allow"]] in facts["headers"]
        assert facts["user"] == {**alice.short, "role": "guest"}


def test_a_page_can_be_read_without_scripts(server, alice, bob):
    conversation = alice.converse(bob, title="</script><img src=x onerror=alert(1)> & co")
    page = log_in(server, alice).get("/api/conversations/", headers=BROWSER)
    assert "<img" not in page.text
    assert page.text.count("</script>") == page.text.count("<script")
    shown = html.unescape(re.sub(r"<[^>]+>", "", re.search(r"<pre>(.*?)</pre>", page.text, re.DOTALL).group(1)))
    assert shown.startswith("HTTP 200 OK\n")
    listed = json.loads(shown.split("\n\n", 1)[1])
    assert conversation in [c["conversation_id"] for c in listed["results"]]
    front = server.client().get("/api/", headers=BROWSER)
    assert f'<a href="{server.url}/api/users/">' in front.text
    assert '<a href="/api-auth/login/?next=%2Fapi%2F">' in front.text


def test_a_page_describes_what_else_can_be_done(server, alice, bob):
    conversation = alice.converse(bob)
    facts = facts_of(log_in(server, alice).get(f"/api/conversations/{conversation}/messages/", headers=BROWSER))
    assert facts["name"] == "Message List"
    assert [crumb["url"] for crumb in facts["breadcrumbs"]] == [
        "/api/", "/api/conversations/", f"/api/conversations/{conversation}/",
        f"/api/conversations/{conversation}/messages/"]
    (post,) = facts["methods"]
    assert post["method"] == "POST"
    fields = {field["name"]: field for field in post["fields"]}
    assert fields["content"] == {"name": "content", "type": "text", "required": True, "blank": False, "null": False,
                                 "alias": "message_body", "max_length": 8000}
    assert fields["receiver"]["type"] == "user"
    assert {"page", "page_size", "cursor"} <= {parameter["name"] for parameter in facts["parameters"]}


def test_forms_are_offered_to_those_who_may(server, alice):
    def methods(client, path):
        return [m["name"] for m in facts_of(client.get(path, headers=BROWSER))["methods"]]

    nobody, she = server.client(), log_in(server, alice)
    assert methods(nobody, "/api/conversations/") == []
    assert methods(nobody, "/api/users/") == ["register_user"]
    assert methods(she, "/api/conversations/") == ["create_conversation"]
    assert methods(she, f"/api/users/{alice.user_id}/") == ["replace_user", "change_user", "delete_user"]


def test_errors_are_pages_with_their_own_status(server, alice):
    she = log_in(server, alice)
    for client, path, status in [
        (server.client(), "/api/users/", 401), (she, "/api/conversations/999999/", 404), (she, "/api/nowhere/", 404),
        (she, "/api/users/?page=99", 404), (server.client(), "/api/token/", 405), (she, "/api/users/?role=x", 400),
    ]:
        page = client.get(path, headers=BROWSER)
        assert page.status == status, path
        assert page.headers["Content-Type"].startswith("text/html")
        facts = facts_of(page)
        assert facts["status"] == status
        assert json.loads(facts["body"]) == client.get(path).json
    challenge = server.client().get("/api/users/", headers=BROWSER)
    assert challenge.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_programs_get_json_as_before(server, alice):
    for accept in (None, "*/*", "application/json", "text/html;q=0.5, application/json", "application/*"):
        answer = alice.get("/api/users/me/", headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/json"
    alice.get("/api/users/me/", headers={"Accept": "image/png"}).problem(406)
    assert alice.get("/api/users/me/?format=api").headers["Content-Type"].startswith("text/html")
    assert alice.get("/api/users/me/?format=json", headers=BROWSER).headers["Content-Type"] == "application/json"


def test_a_get_in_a_browser_is_carried_out_once(server, alice, bob):
    conversation = alice.converse(bob)
    message = alice.send(conversation)
    page = log_in(server, bob).get(f"/api/messages/{message['message_id']}/", headers=BROWSER)
    assert json.loads(facts_of(page)["body"])["read"] is True
    assert bob.unread() == []


def test_a_repeated_post_in_a_browser_gets_the_same_answer(server, alice, bob):
    conversation = alice.converse(bob)
    headers = {**BROWSER, "Idempotency-Key": "page-1"}
    path = f"/api/conversations/{conversation}/messages/"
    first = alice.post(path, {"content": "once"}, headers=headers)
    second = alice.post(path, {"content": "once"}, headers={"Idempotency-Key": "page-1"})
    assert (first.status, second.status) == (201, 201)
    assert json.loads(facts_of(first)["body"]) == second.json


def test_the_login_page_is_dressed_like_the_others(server):
    page = server.client().get("/api-auth/login/")
    assert page.headers["Content-Security-Policy"] == POLICY
    (style,) = [path for path in asset_addresses(page) if path.endswith(".css")]
    assert server.client().get(style).status == 200


def test_gzip_is_what_it_says(server):
    path = next(p for p in asset_addresses(server.client().get("/admin/")) if p.endswith(".js"))
    answer = server.client().session.get(server.url + path, headers={"Accept-Encoding": "gzip"}, stream=True)
    if answer.headers.get("Content-Encoding") == "gzip":
        assert gzip.decompress(answer.raw.read(decode_content=False)) == server.client().get(path).raw.content
