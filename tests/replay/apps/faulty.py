"""A server that misbehaves when asked to: ``faulty.py PORT``."""

import os
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers by the path."""

    protocol_version = "HTTP/1.1"
    seen = 0

    def do_GET(self) -> None:
        Handler.seen += 1
        getattr(self, "on_" + self.path.strip("/").split("?")[0], self.on_anything)()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(b"%s %s" % (self.headers["Host"].encode(), body))

    def reply(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def on_anything(self) -> None:
        self.reply(b"fine")

    def on_headers(self) -> None:
        self.reply(repr(self.headers.items()).encode())

    def on_health(self) -> None:
        self.reply(b"", 200 if Handler.seen > 3 else 503)

    def on_unwell(self) -> None:
        self.reply(b"", 503)

    def on_die(self) -> None:
        print("about to die", file=sys.stderr)
        os._exit(9)

    def on_hang(self) -> None:
        threading.Event().wait()

    def on_tell(self) -> None:
        with open(self.path.partition("?")[2], "w") as file:
            file.write("here")
        threading.Event().wait()

    def on_garbage(self) -> None:
        self.wfile.write(b"\x00\x01 what is this\r\n\r\n")
        self.close_connection = True

    def on_half(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        self.close_connection = True

    def on_nothing(self) -> None:
        self.close_connection = True

    def on_flood(self) -> None:
        for _ in range(2_000):
            os.write(2, b"flood " * 2_000 + b"\n")
        print("the last line", file=sys.stderr)
        self.reply(b"flooded")

    def on_stream(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        self.wfile.flush()
        threading.Event().wait()

    def on_children(self) -> None:
        waiting = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
        same = subprocess.Popen(waiting, stdout=subprocess.PIPE)
        apart = subprocess.Popen(waiting, stdout=subprocess.PIPE, start_new_session=True)
        for child in (same, apart):
            assert child.stdout is not None
            child.stdout.readline()
        self.reply(f"{same.pid} {apart.pid}".encode())

    def on_note(self) -> None:
        with open("state.txt", "a") as file:
            file.write("more\n")
        with open("state.txt") as file:
            self.reply(file.read().encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


if len(sys.argv) > 2:
    # A pipe that ends with the last process that has it: its reader sees the death of them all.
    os.set_inheritable(os.open(sys.argv[2], os.O_WRONLY), True)
socketserver.TCPServer.request_queue_size = 50
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
