"""A node that lies: a proxy before an honest one, through which bugs can be played without being built in."""

import http.client
import http.server
import socketserver
import threading

from .connection import Answer, Connection, NoAnswer

DROPPED = ("connection", "host", "content-length", "transfer-encoding", "keep-alive")
FRAME_END = b"\n\n"


class Bug:
    """Honest; bugs override what they spoil."""

    def request(self, exchange):
        """An answer in place of the node's; None: ask the node."""

    def answer(self, exchange, answer):
        """What the client gets; None: the connection breaks."""
        return answer

    def frame(self, frame):
        """One event of a stream as it goes out; None: not at all."""
        return frame


class Exchange:
    def __init__(self, handler):
        self.method, self.path = handler.command, handler.path
        self.headers = {k: v for k, v in handler.headers.items() if k.lower() not in DROPPED}
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))

    @property
    def is_post_of_message(self):
        return self.method == "POST" and self.path.endswith("/messages/")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        exchange = Exchange(self)
        if "text/event-stream" in exchange.headers.get("Accept", ""):
            return self.relay_stream(exchange)
        instead = self.server.bug.request(exchange)
        asked = instead or self.ask(exchange)
        answer = asked and self.server.bug.answer(exchange, asked)
        if instead or answer is not asked:
            self.server.lies += 1
        if answer is None:
            self.close_connection = True
            return None
        return self.give(answer)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def ask(self, exchange):
        connection = Connection(self.server.upstream)
        try:
            return connection.request(exchange.method, exchange.path, exchange.headers, exchange.body or None, 20)
        except NoAnswer:
            return None
        finally:
            connection.close()

    def give(self, answer):
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name not in DROPPED:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def relay_stream(self, exchange):
        """Frame by frame, in a body that ends with the connection."""
        self.close_connection = True
        response = http.client.HTTPConnection(*self.server.upstream, timeout=20)
        try:
            response.request("GET", exchange.path, headers=exchange.headers)
            got = response.getresponse()
            self.send_response_only(got.status)
            self.send_header("Content-Type", got.headers["Content-Type"])
            self.end_headers()
            self.relay_frames(got)
        except OSError:
            pass
        finally:
            response.close()

    def relay_frames(self, got):
        rest = b""
        while data := got.read1(65536):
            *frames, rest = (rest + data).split(FRAME_END)
            for frame in frames:
                if (kept := self.server.bug.frame(frame)) is not None:
                    self.wfile.write(kept + FRAME_END)
                else:
                    self.server.lies += 1

    def log_message(self, *_):
        pass


class Liar(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Looks like a node to the workload. `lies`: how often it was not honest, about: threads count at once."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, number, upstream, bug):
        super().__init__(("127.0.0.1", 0), Handler)
        self.number, self.upstream, self.bug, self.lies = number, upstream, bug, 0
        self.address = self.server_address
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # clients go when they like

    def stop(self):
        self.shutdown()
        self.server_close()


def forged(status, body):
    return Answer(status, {"content-type": "application/json"}, body)
