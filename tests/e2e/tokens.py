"""Tokens taken apart and put together again, as a forger would, and as the server would if its key were known."""

import base64
import hashlib
import hmac
import json
import time

# What the server signs with whose key the tests know.
KEY = "a-key-that-the-tests-know-and-that-is-long-enough-0123456789abcd"


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encode(value):
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts_of(token):
    """Header and claims."""
    return [decode(part) for part in token.split(".")[:2]]


def claims_of(token):
    return parts_of(token)[1]


def signed(header, claims, key=KEY, digest=hashlib.sha256):
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{encode(hmac.new(key.encode(), text.encode(), digest).digest())}"


def expired(token):
    """The same token as it would have been given out long ago."""
    header, claims = parts_of(token)
    return signed(header, {**claims, "iat": claims["iat"] - 10**6, "exp": claims["exp"] - 10**6})


def forgeries(token):
    """Tokens that look like `token` and are made without the key."""
    head, body, signature = token.split(".")
    header, claims = parts_of(token)
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    return {
        "none": f"{encode({**header, 'alg': 'none'})}.{body}.",
        "None with the old signature": f"{encode({**header, 'alg': 'None'})}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": f"{token}.x",
        "flipped signature": f"{head}.{body}.{flipped}",
        "cut signature": f"{head}.{body}.{signature[:-4]}",
        "another user": f"{head}.{encode({**claims, 'user_id': 1})}.{signature}",
        "longer life": f"{head}.{encode({**claims, 'exp': claims['exp'] + 9999})}.{signature}",
        "other key": signed(header, claims, "guess"),
        "empty key": signed(header, claims, ""),
        "HS512": signed({**header, "alg": "HS512"}, claims, "guess", hashlib.sha512),
        "RS256": signed({**header, "alg": "RS256"}, claims, "guess"),
        "jwk": signed({**header, "jwk": {"kty": "oct", "k": encode(b"guess")}}, claims, "guess"),
        "jku": signed({**header, "jku": "http://127.0.0.1/keys"}, claims, "guess"),
        "x5u": signed({**header, "x5u": "http://127.0.0.1/certificate"}, claims, "guess"),
        "kid": signed({**header, "kid": "/dev/null"}, claims, ""),
        "no JSON": f"{encode(b'x')}.{encode(b'y')}.{signature}",
        "empty": "..",
    }


def ill_made(token):
    """Tokens signed with the server's own key that must not pass all the same."""
    header, claims = parts_of(token)
    now = int(time.time())
    wrong_headers = {
        "alg none": {"alg": "none"}, "alg in small letters": {"alg": "hs256"}, "HS384": {"alg": "HS384"},
        "ES256": {"alg": "ES256"}, "a list": {"alg": ["HS256"]}, "no alg": {"alg": None},
        "kid": {"kid": "../../dev/null"}, "jwk": {"jwk": {"kty": "oct", "k": ""}}, "jku": {"jku": "http://127.0.0.1/"},
        "x5u": {"x5u": "http://127.0.0.1/"}, "x5c": {"x5c": ["x"]}, "crit": {"crit": ["exp"]}, "zip": {"zip": "DEF"},
        "typ": {"typ": "at+jwt"}, "cty": {"cty": "JWT"},
    }
    wrong_claims = {
        "expired": {"exp": now - 1}, "expired long ago": {"exp": 1}, "exp as text": {"exp": str(now + 999)},
        "exp negative": {"exp": -1}, "exp too large": {"exp": 10**30}, "exp a float": {"exp": now + 999.5},
        "exp null": {"exp": None}, "not yet": {"nbf": now + 999}, "nbf as text": {"nbf": "x"},
        "issued at no time": {"iat": "x"}, "a refresh token": {"token_type": "refresh"},
        "another type": {"token_type": "sliding"}, "type null": {"token_type": None},
        "no such user": {"user_id": 999999999}, "user as text": {"user_id": str(claims["user_id"])},
        "user negative": {"user_id": -1}, "no such login": {"login": "550e8400-e29b-41d4-a716-446655440000"},
        "login malformed": {"login": "x"}, "another epoch": {"epoch": claims["epoch"] + 1}, "jti malformed": {"jti": "x"},
    }
    missing = {f"without {name}": {k: v for k, v in claims.items() if k != name} for name in claims}
    return {
        **{f"{name}, signed": signed({**header, **change}, claims) for name, change in wrong_headers.items()},
        **{name: signed(header, {**claims, **change}) for name, change in wrong_claims.items()},
        **{name: signed(header, rest) for name, rest in missing.items()},
    }
