"""The server's own OpenAPI document, and whether an answer is what it says."""

import datetime
import re
import uuid

METHODS = ("get", "post", "put", "patch", "delete")


class Operation:
    def __init__(self, document, path, method, spec):
        self.document, self.path, self.method, self.spec = document, path, method.upper(), spec
        self.id = spec["operationId"]
        self.is_open = spec.get("security") == []

    def success(self):
        """The status when all goes well; a form that leads on may be shown again instead."""
        statuses = [int(status) for status in self.spec["responses"] if status.isdigit()]
        return 302 if 302 in statuses else min(statuses)

    def check(self, answer):
        """Fails unless status, content type and body are among the answers described."""
        status = str(answer.status)
        responses = self.spec["responses"]
        described = responses.get(status) or responses.get(status[0] + "XX")
        assert described, f"{self.id}: {status} is not described"
        described = self.document.resolve(described)
        content = described.get("content")
        if not content:
            assert answer.raw.content == b"", f"{self.id}: {status} has a body"
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind in content, f"{self.id}: {kind} is not described for {status}"
        if kind == "application/json":
            self.document.validate(answer.json, content[kind]["schema"], f"{self.id} {status}")


class Document:
    def __init__(self, raw):
        self.raw = raw
        self.operations = {}
        for path, item in raw["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = Operation(self, path, method, item[method])
                    assert operation.id not in self.operations, operation.id
                    self.operations[operation.id] = operation

    def resolve(self, node):
        while "$ref" in node:
            target = self.raw
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def validate(self, value, schema, where):
        fault = self.fault(value, schema, where)
        assert fault is None, fault

    def fault(self, value, schema, where):
        """What is wrong with the value, or None. Knows as much of JSON Schema as the document uses."""
        schema = self.resolve(schema)
        unknown = set(schema) - KNOWN
        assert not unknown, f"{where}: the checker does not know {unknown}"
        for word in ("oneOf", "anyOf"):
            if word in schema:
                faults = [self.fault(value, option, where) for option in schema[word]]
                fitting = faults.count(None)
                if fitting == 0 or (word == "oneOf" and fitting > 1):
                    return f"{where}: fits {fitting} of {word}: {faults}"
        if "type" in schema and not any(IS[name](value) for name in as_list(schema["type"])):
            return f"{where}: {value!r} is no {schema['type']}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{where}: {value!r} is not among {schema['enum']}"
        if isinstance(value, str) and not FORMATS[schema.get("format")](value):
            return f"{where}: {value!r} is no {schema['format']}"
        if IS["number"](value) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return f"{where}: {value!r} is out of bounds"
        if isinstance(value, list) and "items" in schema:
            return first(self.fault(v, schema["items"], f"{where}[{n}]") for n, v in enumerate(value))
        if isinstance(value, dict):
            return self.object_fault(value, schema, where)
        return None

    def object_fault(self, value, schema, where):
        missing = set(schema.get("required", ())) - set(value)
        if missing:
            return f"{where}: {missing} missing"
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        if others is False and set(value) - set(properties):
            return f"{where}: {set(value) - set(properties)} not described"
        rest = others if isinstance(others, dict) else {}
        return first(self.fault(v, properties.get(k, rest), f"{where}.{k}") for k, v in value.items())


KNOWN = {
    "type", "enum", "format", "minimum", "maximum", "items", "properties", "required", "additionalProperties",
    "oneOf", "anyOf", "description", "minLength", "maxLength",
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def first(faults):
    return next((fault for fault in faults if fault is not None), None)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


IS = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": is_number,
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}


def is_time(text):
    return bool(re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z$", text)) and bool(
        datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    )


FORMATS = {
    None: lambda text: True,
    "uuid": lambda text: str(uuid.UUID(text)) == text,
    "date-time": is_time,
    "uri": lambda text: text.startswith(("http://", "https://")),
    "int64": lambda text: True,
}


def load(client):
    return Document(client.get("/api/schema/").expect(200))
