"""A mail server and a text gateway on this computer that keep what they are sent, and refuse when they are told to."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; ``refuse`` holds addresses it does not take."""

    daemon_threads = allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Mail)
        self.letters, self.refuse, self.connections = [], set(), 0

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.connections += 1
        self.say("220 here")
        to = []
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "RCPT":
                address = line.partition("<")[2].rstrip(">")
                if address in self.server.refuse:
                    self.say("550 no such person")
                    continue
                to.append(address)
            if word == "DATA":
                self.say("354 go on")
                self.server.letters.append((tuple(to), self.text()))
                to = []
            self.say("221 bye" if word == "QUIT" else "250 well")

    def text(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        return "".join(lines)

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Gateway(http.server.ThreadingHTTPServer):
    """Takes texts as JSON; ``answer`` is the status it gives."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Text)
        self.texts, self.answer = [], 202

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/texts"


class _Text(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.answer < 300:
            self.server.texts.append((body, self.headers["Authorization"]))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing."""


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
