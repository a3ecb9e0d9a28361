"""Starts `owt serve` and speaks HTTP with it, politely or not."""
import http.client, json, re, signal, socket, subprocess, tempfile, time


class Server:
    def __init__(self, owt, model, *options):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([owt, "serve", "--checkpoint", str(model), "--port", "0", "-j", "1", *options],
                                        stderr=self.log)
        while True:
            found = re.search(r"listening on http://(\S+):(\d+)/", self.said())
            if found:
                break
            if self.process.poll() is not None:
                raise SystemExit(f"owt serve ended with {self.process.returncode}:\n{self.said()}")
            time.sleep(0.02)
        self.host, self.port = found[1], int(found[2])
        self.address = f"{self.host}:{self.port}"

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=60)

    def ask(self, method, path, body=None, headers={}):
        """Status, headers and body of one request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def put(self, body):
        """Status and JSON answer of PUT /api; `body` is an object, or bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, headers, answer = self.ask("PUT", "/api", data, {"Content-Type": "application/json"})
        assert headers["Content-Type"] == "application/json", headers
        return status, json.loads(answer)

    def raw(self, data, pause=0.0):
        """Everything that comes back for these bytes, which may be a list of pieces."""
        with self.connect() as connection:
            for piece in [data] if isinstance(data, bytes) else data:
                try:
                    connection.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break
                time.sleep(pause)
            answer = b""
            try:
                while more := connection.recv(65536):
                    answer += more
            except ConnectionResetError:
                pass
            return answer

    def metric(self, name):
        text = self.ask("GET", "/metrics")[2].decode()
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])

    def wait_for(self, name, value):
        while self.metric(name) != value:
            time.sleep(0.01)
