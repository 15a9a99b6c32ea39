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

    def do_GET(self):
        Handler.seen += 1
        getattr(self, "on_" + self.path.strip("/").split("?")[0], self.on_anything)()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(b"%s %s" % (self.headers["Host"].encode(), body))

    def reply(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def on_anything(self):
        self.reply(b"fine")

    def on_headers(self):
        self.reply(repr(self.headers.items()).encode())

    def on_health(self):
        self.reply(b"", 200 if Handler.seen > 3 else 503)

    def on_unwell(self):
        self.reply(b"", 503)

    def on_die(self):
        print("about to die", file=sys.stderr)
        os._exit(9)

    def on_hang(self):
        threading.Event().wait()

    def on_garbage(self):
        self.wfile.write(b"\x00\x01 what is this\r\n\r\n")
        self.close_connection = True

    def on_half(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        self.close_connection = True

    def on_nothing(self):
        self.close_connection = True

    def on_flood(self):
        for _ in range(2_000):
            os.write(2, b"flood " * 2_000 + b"\n")
        print("the last line", file=sys.stderr)
        self.reply(b"flooded")

    def on_stream(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        self.wfile.flush()
        threading.Event().wait()

    def on_children(self):
        waiting = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
        same = subprocess.Popen(waiting, stdout=subprocess.PIPE)
        apart = subprocess.Popen(waiting, stdout=subprocess.PIPE, start_new_session=True)
        same.stdout.readline(), apart.stdout.readline()
        self.reply(f"{same.pid} {apart.pid}".encode())

    def on_note(self):
        with open("state.txt", "a") as file:
            file.write("more\n")
        with open("state.txt") as file:
            self.reply(file.read().encode())

    def log_message(self, *_):
        pass


if len(sys.argv) > 2:
    # A pipe that ends with the last process that has it: its reader sees the death of them all.
    os.set_inheritable(os.open(sys.argv[2], os.O_WRONLY), True)
socketserver.TCPServer.request_queue_size = 50
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
