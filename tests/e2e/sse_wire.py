"""What WHATWG's HTML standard and HTTP/1.1 say of event streams: bytes in, however they are split; frames out."""

import dataclasses
import json
import re
import time

LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclasses.dataclass(frozen=True)
class Frame:
    """What stood between two blank lines. Without data, browsers remember the id and dispatch nothing."""

    event: str
    data: str | None
    id: str | None  # of its own id line
    last_event_id: str  # what resumes after it
    retry: int | None
    received: float

    @property
    def json(self):
        return json.loads(self.data)


class Parser:
    """Bytes in, however they are split; frames out. Comments are kept aside."""

    def __init__(self, last_event_id=""):
        self.last_event_id = last_event_id
        self.retry = None
        self.comments = []
        self._rest, self._after_cr, self._is_first = b"", False, True
        self._clear()

    def _clear(self):
        self._data, self._event, self._id, self._retry, self._is_empty = [], "", None, None, True

    def feed(self, data):
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
        self._after_cr = data.endswith(b"\r")
        *lines, self._rest = LINE_END.split(self._rest + data)
        return [frame for line in lines if (frame := self._line(line.decode("utf-8", "replace")))]

    def _line(self, line):
        if self._is_first:
            self._is_first, line = False, line.removeprefix("\ufeff")
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            self.comments.append(line[1:].removeprefix(" "))
            return None
        self._is_empty = False
        name, _, value = line.partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name, value):
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and re.fullmatch("[0-9]+", value):
            self._retry = self.retry = int(value)

    def _dispatch(self):
        if self._is_empty:
            return None
        if self._id is not None:
            self.last_event_id = self._id
        data = "\n".join(self._data) if self._data else None
        frame = Frame(
            self._event or "message", data, self._id, self.last_event_id, self._retry, time.monotonic()
        )
        self._clear()
        return frame


class Response:
    """An HTTP/1.1 response that arrives in pieces: the head, then a body of any of the three framings."""

    def __init__(self):
        self.status, self.headers, self.is_complete = None, {}, False
        self._rest, self._left, self._is_chunked = b"", None, False

    def feed(self, data):
        """The bytes of the body among the data."""
        self._rest += data
        if self.status is None and not self._read_head():
            return b""
        if self._is_chunked:
            return b"".join(self._chunks())
        body, self._rest = self._rest, b""
        if self._left is not None:
            self._left -= len(body)
            self.is_complete = self._left <= 0
        return body

    def _read_head(self):
        head, separator, rest = self._rest.partition(b"\r\n\r\n")
        if not separator:
            return False
        status_line, *lines = head.decode("latin-1").split("\r\n")
        self.status, self._rest = int(status_line.split(" ")[1]), rest
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        self._is_chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        if "content-length" in self.headers:
            self._left = int(self.headers["content-length"])
            self.is_complete = self._left == 0
        return True

    def _chunks(self):
        while not self.is_complete:
            size, separator, rest = self._rest.partition(b"\r\n")
            if not separator:
                return
            length = int(size.split(b";")[0], 16)
            if len(rest) < length + 2:
                return
            assert rest[length:length + 2] == b"\r\n", "a chunk without its end"
            yield rest[:length]
            self._rest, self.is_complete = rest[length + 2:], length == 0
