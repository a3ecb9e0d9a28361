"""A small HTTP server on loopback for tests of `owt scrape`: hostile where the path says so.

Listens on 127.0.0.K:PORT for many K, so that each K is a host of its own. Keeps a log of every
request: (host, path, arrival, end), end being just before the last byte of the answer is sent.
"""
import gzip
import socket
import struct
import threading
import time

PAGE = """<!doctype html><html><head><title>Page {0}</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>Page {0}</h1><p>This is the text of page {0}, long enough to be taken for an article by any
extractor, with commas, words and a full stop.</p><p>A second paragraph of page {0} says that rivers carry
water to the sea, slowly, every day of the year, and that nobody stops them.</p></article></body></html>"""

BOMB = gzip.compress(b"x" * (200 << 20), 9)


def answer(status, body=b"", content_type="text/html; charset=utf-8", extra=()):
    lines = ["HTTP/1.1 %s" % status]
    if content_type:
        lines.append("Content-Type: " + content_type)
    lines += ["Content-Length: %d" % len(body), *extra]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Server:
    def __init__(self, hosts, robots=None, think_s=0.0):
        self.log = []
        self.robots = robots or {}
        self.think_s = think_s
        self.seen = {}
        self.lock = threading.Lock()
        self.closing = False
        self.sockets = []
        self.port = 0
        for host in hosts:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, self.port))
            listener.listen(128)
            self.port = listener.getsockname()[1]
            self.sockets.append(listener)
            threading.Thread(target=self.accept, args=(listener, host), daemon=True).start()

    def url(self, host, path):
        return "http://%s:%d%s" % (host, self.port, path)

    def close(self):
        self.closing = True
        for listener in self.sockets:
            listener.close()

    def accept(self, listener, host):
        while not self.closing:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection, host), daemon=True).start()

    def serve(self, connection, host):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pending = b""
            while not self.closing:
                while b"\r\n\r\n" not in pending:
                    more = connection.recv(65536)
                    if not more:
                        return
                    pending += more
                request, pending = pending.split(b"\r\n\r\n", 1)
                arrival = time.monotonic()
                path = request.split(b" ", 2)[1].decode("latin-1")
                if not self.reply(connection, host, path, arrival):
                    return
        except OSError:
            pass
        finally:
            connection.close()

    def send(self, connection, host, path, arrival, data):
        if self.think_s:
            time.sleep(self.think_s)
        with self.lock:
            self.log.append((host, path, arrival, time.monotonic()))
        connection.sendall(data)
        return True

    def reply(self, connection, host, path, arrival):
        send = lambda data: self.send(connection, host, path, arrival, data)
        with self.lock:
            count = self.seen[(host, path)] = self.seen.get((host, path), 0) + 1
        if path == "/robots.txt":
            return send(self.robots.get(host, answer("404 Not Found", b"none")))
        name = path[1:].split("/")[0]
        hostile = getattr(self, "do_" + name.replace("-", "_"), None)
        if hostile:
            self.log.append((host, path, arrival, time.monotonic()))
            return hostile(connection, host, count)
        if name.isdigit() and len(name) == 3:
            return send(answer(name + " As Asked", b"no"))
        return send(answer("200 OK", PAGE.format(path).encode()))

    # Each returns False when the connection is to be closed.
    def do_gzip(self, c, host, count):
        c.sendall(answer("200 OK", gzip.compress(PAGE.format("gz").encode()), extra=["Content-Encoding: gzip"]))
        return True

    def do_plain(self, c, host, count):
        c.sendall(answer("200 OK", b"Just a line of text, 1 < 2.\n", "text/plain"))
        return True

    def do_latin1(self, c, host, count):
        c.sendall(answer("200 OK", PAGE.format("caf\xe9").encode("latin-1"), "text/html; charset=iso-8859-1"))
        return True

    def do_loris(self, c, host, count):
        c.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            c.sendall(b"X")
            time.sleep(0.2)

    def do_drip(self, c, host, count):
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(200):
            c.sendall(b"x" * 100)
            time.sleep(0.1)

    def do_silent(self, c, host, count):
        time.sleep(20)

    def do_endless(self, c, host, count):
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(4096):
            c.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    def do_long(self, c, host, count):
        c.sendall(answer("200 OK", b"x" * (12 << 20)))

    def do_big(self, c, host, count):
        c.sendall(answer("200 OK", b"<p>big page</p>" + b"x" * (4 << 20)))
        return True

    def do_bomb(self, c, host, count):
        c.sendall(answer("200 OK", BOMB, extra=["Content-Encoding: gzip"]))

    def do_stacked(self, c, host, count):
        c.sendall(answer("200 OK", b"x", extra=["Content-Encoding: gzip, gzip, gzip"]))

    def do_badgzip(self, c, host, count):
        c.sendall(answer("200 OK", b"this is no gzip at all", extra=["Content-Encoding: gzip"]))

    def do_image(self, c, host, count):
        c.sendall(answer("200 OK", b"\x89PNG" + b"\0" * 100000, "image/png"))

    def do_liar(self, c, host, count):
        c.sendall(answer("200 OK", b"\x89PNG\r\n\x1a\n" + b"\0" * 2000))

    def do_untyped(self, c, host, count):
        c.sendall(answer("200 OK", PAGE.format("untyped").encode(), None))

    def do_loop(self, c, host, count):
        c.sendall(answer("302 Found", extra=["Location: /loop/%d" % count]))
        return True

    def do_file(self, c, host, count):
        c.sendall(answer("302 Found", extra=["Location: file:///etc/passwd"]))

    def do_nowhere(self, c, host, count):
        c.sendall(answer("302 Found"))

    def do_moved(self, c, host, count):
        c.sendall(answer("301 Moved", extra=["Location: /page/moved?x=1#f"]))
        return True

    def do_away(self, c, host, count):
        c.sendall(answer("302 Found", extra=["Location: " + self.url("127.0.0.2", "/page/away")]))
        return True

    def do_tosecret(self, c, host, count):
        c.sendall(answer("302 Found", extra=["Location: " + self.url("127.0.0.3", "/secret/x")]))
        return True

    def do_later(self, c, host, count):
        c.sendall(answer("429 Wait", b"", extra=["Retry-After: 1"]) if count == 1
                  else answer("200 OK", PAGE.format("later").encode()))
        return True

    def do_muchlater(self, c, host, count):
        c.sendall(answer("503 Wait", b"", extra=["Retry-After: 86400"]))
        return True

    def do_flaky(self, c, host, count):
        if count < 3:
            return self.do_reset(c, host, count)
        c.sendall(answer("200 OK", PAGE.format("flaky").encode()))
        return True

    def do_reset(self, c, host, count):
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def do_short(self, c, host, count):
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\nshort")

    def do_headers(self, c, host, count):
        c.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2000):
            c.sendall(b"X-Filler: " + b"x" * 100 + b"\r\n")

    def do_longheader(self, c, host, count):
        c.sendall(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 300000 + b"\r\n\r\n")

    def do_garbage(self, c, host, count):
        c.sendall(b"\x16\x03\x01 what is this\r\n\r\n" + b"\0" * 100)

    def do_empty(self, c, host, count):
        c.sendall(answer("200 OK", b"<html><body><script>x()</script></body></html>"))
        return True

    def do_nothing(self, c, host, count):
        c.sendall(answer("204 No Content", b"", None))
        return True
