#!/usr/bin/env python3
"""Slow clients, clients that go away, oversized and malformed requests and thousands of random ones, beside a good
client whose answers stay right.

Usage: serve_hostile.py OWT HAVE_TRAINER [--requests N] [--seed N]. With HAVE_TRAINER 0 or OFF it exits 77: skipped.
"""
import argparse, json, pathlib, random, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import tiny_gpt2  # noqa: E402
from owt_server import Server  # noqa: E402

GOOD = {"prompts": ["Hello", "The road goes ever on"], "tokens_to_generate": 8, "random_seed": 1, "logprobs": True}
problems = []


def value(random_):
    return random_.choice([None, True, False, 0, 1, -1, 0.5, 1.0, 2**63, 2**70, -2**63, 1e308, "", "x", [], {}, [1], ["a"],
                           ["\u0000"], 1000, 1001, 128, [["a"]], {"a": [0]}, "\ud83d\ude00"])


FIELDS = """prompts max_len sentences tokens_to_generate logprobs temperature top_k top_p top_p_decay top_p_bound add_BOS
stop_on_double_eol stop_on_eol prevent_newline_after_colon random_seed no_log beam_width stop_token length_penalty x""".split()


def body(random_):
    """Most are not valid."""
    fields = {"prompts": ["a"], "tokens_to_generate": 1}
    for _ in range(random_.randrange(4)):
        fields[random_.choice(FIELDS)] = value(random_)
    text = json.dumps(fields, ensure_ascii=random_.random() < 0.5).encode("utf-8", "surrogatepass")
    if random_.random() < 0.3:
        damaged = bytearray(text)
        for _ in range(random_.randint(1, 4)):
            damaged[random_.randrange(len(damaged))] = random_.randrange(256)
        text = bytes(damaged)
    return b"[" * 50000 if random_.random() < 0.005 else text


def request(random_):
    """Bytes of a request, most often one that is HTTP."""
    data = body(random_)
    head = b"PUT /api HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if random_.random() < 0.2:
        cut = random_.randrange(len(data) + 1)
        data = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (data[:cut], data[cut:]) if part) + b"0\r\n\r\n"
        data = head + b"Transfer-Encoding: chunked\r\n\r\n" + data
    else:
        data = head + b"Content-Length: %d\r\n\r\n" % len(data) + data
    if random_.random() < 0.1:
        damaged = bytearray(data)
        for _ in range(random_.randint(1, 3)):
            damaged[random_.randrange(min(80, len(damaged)))] = random_.randrange(256)
        data = bytes(damaged)
    return data


def one_answer(connection):
    """Code of the next answer, and whether the connection stays; None where it was closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None, False
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines[1:])}
    length = int(headers["content-length"])
    while len(rest) < length:
        rest += connection.recv(65536)
    code = int(lines[0].split()[1])
    if headers["content-type"] == "application/json":
        json.loads(rest[:length])
    # Where a length was damaged, what is left is read as a request of its own.
    return code, headers["connection"] == "keep-alive" and len(rest) == length


def random_requests(server, count, seed, codes):
    random_ = random.Random(seed)
    connection = None
    for _ in range(count):
        connection = connection or server.connect()
        connection.settimeout(15)
        data = request(random_)
        try:
            connection.sendall(data)
            if random_.random() < 0.02:  # does not wait for the answer
                connection.close()
                connection = None
                codes["left"] = codes.get("left", 0) + 1
                continue
            code, stays = one_answer(connection)
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            code, stays = "incomplete", False  # a damaged length: it waits for more
        codes[code] = codes.get(code, 0) + 1
        if code not in ("incomplete", None) and code not in (200, 400, 403, 404, 405, 408, 413, 415, 417, 421, 431, 501, 503, 505):
            problems.append(f"{code} for {data[:300]!r}")
        if not stays:
            connection.close()
            connection = None


def slow_client(server, stop):
    """A byte now and then, or none."""
    random_ = random.Random(id(stop) ^ threading.get_ident())
    while not stop.is_set():
        try:
            with server.connect() as connection:
                for byte in b"PUT /api HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{":
                    connection.sendall(bytes([byte]))
                    if stop.wait(random_.choice([0.01, 0.3])):
                        return
        except OSError:
            pass  # it was thrown out


def leaving_client(server, stop):
    """Asks for much and goes."""
    data = json.dumps({"prompts": ["a"] * 8, "tokens_to_generate": 60, "stop_token": -1}).encode()
    while not stop.wait(0.2):
        with server.connect() as connection:
            connection.sendall(b"PUT /api HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
            stop.wait(0.02)


def good_client(server, want, stop, counts):
    while not stop.is_set():
        code, answer = server.put(GOOD)
        if code == 503:
            counts["busy"] += 1
            time.sleep(0.05)
            continue
        counts["good"] += 1
        if (code, answer) != want:
            problems.append(f"the good client got {code}, {str(answer)[:300]}")


def check_full_queue(owt, folder):
    """A queue of one: the third is told 503 at once; a client that leaves makes room."""
    tiny_gpt2.write(folder / "long", positions=100000, hidden=8, layers=1)
    with Server(owt, folder / "long", "--queue", "1", "--max-tokens-to-oom", "100000") as server:
        data = json.dumps({"prompts": ["a"], "tokens_to_generate": 99990, "stop_token": -1}).encode()
        long = b"PUT /api HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(data) + data
        first, second = server.connect(), server.connect()
        first.sendall(long)
        server.wait_for("owt_running_requests", 1)
        second.sendall(long)
        server.wait_for("owt_queued_requests", 1)
        status, headers, _ = server.ask("PUT", "/api", json.dumps(GOOD))
        if (status, headers["Retry-After"]) != (503, "1"):
            problems.append(f"a full queue: {status}, {headers['Retry-After']}")
        second.close()
        server.wait_for("owt_queued_requests", 0)
        first.close()
        server.wait_for("owt_running_requests", 0)
        server.wait_for("owt_gone_clients_total", 2)
        if server.put(GOOD)[0] != 200:
            problems.append("after the queue was full")
    with Server(owt, folder / "long", "--time-limit", "0.5", "--max-tokens-to-oom", "100000") as server:
        code, answer = server.put({"prompts": ["a"], "tokens_to_generate": 99990, "stop_token": -1})
        if code != 503 or not answer.startswith("no answer within 0.5 s"):
            problems.append(f"the time limit: {code}, {answer}")


def check_connections(owt, folder):
    """More connections than there may be, none of which says a whole request: a good client is served all the same."""
    with Server(owt, folder / "model", "--connections", "5") as server:
        want = server.put(GOOD)
        silent = [server.connect() for _ in range(20)]
        for i, connection in enumerate(silent):
            if i % 2 == 0:
                try:
                    connection.sendall(b"PUT /api HTTP/1.1\r\n")
                except OSError:
                    pass  # thrown out already
            if server.put(GOOD) != want:
                problems.append("the good client among silent ones")
        for connection in silent:
            connection.settimeout(0.01)
        closed = 0
        for connection in silent:
            try:
                closed += connection.recv(1) == b""
            except TimeoutError:
                pass
            except ConnectionResetError:
                closed += 1
        if closed < 15:
            problems.append(f"{closed} of 20 silent connections were closed where 5 may be open")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("have_trainer")
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.have_trainer in ("0", "OFF"):
        print("skipped: this build has no trainer")
        sys.exit(77)
    counts, codes, stop = {"good": 0, "busy": 0}, {}, threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tiny_gpt2.write(folder / "model")
        with Server(arguments.owt, folder / "model", "--patience", "2", "--max-body", "64k") as server:
            want = server.put(GOOD)
            others = [threading.Thread(target=slow_client, args=(server, stop)) for _ in range(50)]
            others += [threading.Thread(target=leaving_client, args=(server, stop)) for _ in range(2)]
            good = threading.Thread(target=good_client, args=(server, want, stop, counts))
            for thread in [*others, good]:
                thread.start()
            share = arguments.requests // 4
            randoms = [threading.Thread(target=random_requests, args=(server, share, arguments.seed * 100 + i, codes))
                       for i in range(4)]
            for thread in randoms:
                thread.start()
            for thread in randoms:
                thread.join()
            stop.set()
            for thread in [*others, good]:
                thread.join()
            if server.put(GOOD) != want:
                problems.append("the server does not answer as before")
            if server.process.poll() is not None:
                problems.append(f"the server ended: {server.said()[-2000:]}")
            memory = int((pathlib.Path("/proc") / str(server.process.pid) / "status").read_text().split("VmHWM:")[1].split()[0])
            server.interrupt()
            if server.process.wait(timeout=60) != 130:
                problems.append(f"exit code {server.process.returncode}")
        check_connections(arguments.owt, folder)
        check_full_queue(arguments.owt, folder)
    if counts["good"] < 20 or sum(codes.values()) != share * 4 or codes.get(400, 0) < share or codes.get(200, 0) < 10:
        problems.append("too little was tried")
    print(*problems[:50], sep="\n")
    print(f"{counts}, random requests {codes}, {memory // 1024} MiB, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
