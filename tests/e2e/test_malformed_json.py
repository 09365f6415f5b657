"""JSON that is none, or that two readers would take for two things, is refused by every operation."""

import json

import pytest

from test_oddities import sound

DEEPEST = 32


def nested(depth):
    """An object of so many levels, itself among them."""
    return b'{"content":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


MALFORMED = {
    "cut off": b'{"content": ', "a string cut off": b'{"content":"x', "no value": b'{"content":}', "no colon": b'{"content" "x"}',
    "trailing": b'{"content":"x"} x', "two values": b'{"content":"x"}{"content":"y"}', "a last comma": b'{"content":"x",}',
    "single quotes": b"{'content':'x'}", "no quotes": b"{content:1}", "a comment": b'{"content":"x"/* */}',
    "not UTF-8": b'{"content":"\xff"}', "Latin-1": b'{"content":"\xe9"}', "overlong": b'{"content":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"content":"\xed\xa0\x80"}', "beyond Unicode": b'{"content":"\xf4\x90\x80\x80"}',
    "UTF-16": '{"content":"x"}'.encode("utf-16"), "UTF-32": '{"content":"x"}'.encode("utf-32"), "a byte order mark": b'\xef\xbb\xbf{"content":"x"}',
    "a lone high surrogate": b'{"content":"\\ud800"}', "a lone low surrogate": b'{"content":"\\udc00x"}',
    "surrogates the wrong way round": b'{"content":"\\udc00\\ud800"}', "a lone surrogate in a name": b'{"\\ud800":1}',
    "NaN": b'{"content":NaN}', "Infinity": b'{"content":Infinity}', "minus Infinity": b'{"content":-Infinity}',
    "a number without end": b'{"content":1e999}', "a leading zero": b'{"content":01}', "hexadecimal": b'{"content":0x1}',
    "a name twice": b'{"content":"a","content":"b"}', "a name twice in disguise": b'{"content":"a","\\u0063ontent":"b"}',
    "a name twice below": b'{"content":"a","x":[{"y":1,"y":2}]}', "a control character": b'{"content":"a\nb"}', "NUL": b'{"content":"a\0b"}',
    "NUL after": b'{"content":"x"}\0', "NUL and more after": b'{"content":"x"}\0{"content":"y"}',
    "a bad escape": b'{"content":"\\x41"}', "a short escape": b'{"content":"\\u00"}',
    "too deep": nested(DEEPEST + 1), "far too deep": nested(100_000), "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep and open": b"[" * 200_000,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_json_is_refused_everywhere(world, document, name):
    for operation in document.operations.values():
        if "application/json" not in document.resolve(operation.spec.get("requestBody", {})).get("content", {}):
            continue
        caller = world.caller(operation)
        answer = caller.send_raw(operation.method, world.path(operation.path), MALFORMED[name])
        sound(answer, f"{operation.id}: {name}")
        assert answer.problem(400, code="parse_error")["detail"].startswith("JSON parse error - "), operation.id


def test_the_depth_is_limited_to_the_level(alice, direct):
    path = f"/api/conversations/{direct}/messages/"
    alice.send_raw("POST", path, nested(DEEPEST)).invalid("content")
    assert "JSON parse error" in alice.send_raw("POST", path, nested(DEEPEST + 1)).problem(400)["detail"]
    beside = b'{"content":"x","other":' + b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1) + b"}"
    alice.send_raw("POST", path, beside).expect(201)


@pytest.mark.parametrize("content", ["\\u0000", "a\\u0000b"])
def test_nul_is_no_text(alice, direct, content):
    path = f"/api/conversations/{direct}/messages/"
    alice.send_raw("POST", path, b'{"content":"%s"}' % content.encode()).invalid("content", "Null characters are not allowed.")
    alice.send_raw("PATCH", f"/api/conversations/{direct}/", b'{"title":"%s"}' % content.encode()).invalid("title")
    alice.send_raw("PATCH", "/api/users/me/", b'{"first_name":"%s"}' % content.encode()).invalid("first_name")
    assert alice.listed(direct) == []


def test_what_is_odd_but_json_is_read(alice, direct):
    path = f"/api/conversations/{direct}/messages/"
    for body, content in {
        b' \r\n\t{ "content" : "x" } \n': "x", b'{"content":"\\ud83d\\ude00"}': "\U0001f600", b'{"\\u0063ontent":"x"}': "x",
        b'{"content":"x","unknown":[{"a":1},{"a":2}]}': "x", '{"content":"\u2028\ufffe"}'.encode(): "\u2028\ufffe".strip(),
        b'{"content":"\\/\\b\\f"}': "/\b",
    }.items():
        assert alice.send_raw("POST", path, body).expect(201)["content"] == content, body


WRONG_TYPES = [None, True, 1, -1, 1.5, 10**400, "", [], [[]], {}, {"id": 1}, [None], "x" * 10_000]


def test_no_wrong_type_is_more_than_a_mistake(make_world, document):
    """Each field of each operation in turn, the others being right."""
    for operation in document.operations.values():
        content = document.resolve(operation.spec.get("requestBody", {})).get("content", {})
        if "application/json" not in content:
            continue
        world = make_world()
        schema = document.resolve(content["application/json"]["schema"])
        caller = world.caller(operation)
        for field in schema["properties"]:
            for value in WRONG_TYPES:
                body = json.dumps({**world.body(operation, caller), field: value}).encode()
                answer = caller.send_raw(operation.method, world.path(operation.path), body)
                sound(answer, f"{operation.id} {field}={str(value)[:40]}")
                operation.check(answer)
                if operation.method != "GET" and answer.status < 300 and field.endswith("password"):
                    world = make_world()
                    caller = world.caller(operation)
