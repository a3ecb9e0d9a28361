#!/usr/bin/env python3
"""What `owt serve` answers: each rule and limit of PUT /api (rules.jsonl), the other paths, the page, what ends it; and
`owt generate --server`, which prints what `owt generate` with the same model does.

Usage: serve_rules.py OWT HAVE_TRAINER. With HAVE_TRAINER 0 or OFF it says so and exits 77: skipped.
"""
import json, pathlib, re, socket, subprocess, sys, tempfile, threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import tiny_gpt2  # noqa: E402
from owt_server import Server  # noqa: E402

problems = []
checks = 0


def expect(what, have, want):
    global checks
    checks += 1
    if have != want:
        problems.append(f"{what}: {str(have)[:300]}, not {str(want)[:300]}")


def check_rules(server):
    for line in (HERE / "rules.jsonl").read_text().splitlines():
        rule = json.loads(line)
        if "body" in rule:
            body = rule["body"].encode()
        else:
            body = {"prompts": ["Hello"], "tokens_to_generate": 4, **rule["fields"]}
            if isinstance(body["prompts"], int):
                body["prompts"] = ["a"] * body["prompts"]
        code, answer = server.put(body)
        expect(line, code, rule["code"])
        if rule["code"] != 200:
            expect(line, answer, rule["answer"])
            continue
        expect(line, set(answer), {"text", "segments", "scores" if body.get("beam_width") else "logprobs"})
        expect(line, len(answer["text"]), body.get("beam_width") or len(body["prompts"]))


def check_answers(server):
    ask = {"prompts": ["Hello", "The road goes", "x"], "tokens_to_generate": 12, "logprobs": True, "random_seed": 5}
    _, all_ = server.put(ask)
    for i, prompt in enumerate(ask["prompts"]):
        expect("the text begins with the prompt", all_["text"][i][:len(prompt)], prompt)
        expect("log probabilities", len(all_["logprobs"][i]), len(all_["segments"][i]) - 1)
    expect("the same again", server.put(ask)[1], all_)
    _, alone = server.put({**ask, "prompts": ["Hello"]})
    expect("a prompt alone", [alone[k][0] for k in sorted(alone)], [all_[k][0] for k in sorted(all_)])
    greedy = {"prompts": ["Hello"], "tokens_to_generate": 12}
    expect("top_k 1 is a beam of 1", server.put({**greedy, "top_k": 1})[1]["text"],
           server.put({**greedy, "beam_width": 1, "stop_token": -1})[1]["text"])
    # Other seeds draw other texts; 2^24 and 2^24 + 1 are the same number in float32.
    texts = {server.put({**greedy, "random_seed": seed})[1]["text"][0] for seed in (2**24, 2**24 + 1, 2**63, 2**64 - 1)}
    expect("seeds have 64 bits", len(texts), 4)
    expect("without a seed", len({server.put(greedy)[1]["text"][0] for _ in range(4)}), 4)


def check_http(server):
    for method, path, code in (("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/healthz", 200), ("GET", "/metrics", 200),
                               ("GET", "/api", 405), ("POST", "/api", 405), ("PUT", "/", 405), ("GET", "/x", 404),
                               ("OPTIONS", "/api", 405), ("PUT", "/api?x=1", 400)):
        expect(f"{method} {path}", server.ask(method, path, "{}" if method == "PUT" else None)[0], code)
    expect("Allow", server.ask("POST", "/api")[1]["Allow"], "PUT")
    expect("healthz", server.ask("GET", "/healthz")[2], b"ok\n")
    head = b"PUT /api HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    for what, data, code in (
            ("too large a body", head + b"Content-Length: 40001\r\n\r\n", 413),
            ("too large a body in chunks", head + b"Transfer-Encoding: chunked\r\n\r\n9C41\r\n", 413),
            ("too long a head", head + b"X: " + b"x" * 20000 + b"\r\n\r\n", 431),
            ("no HTTP", b"\x16\x03\x01\r\n", 400),
            ("a name of another machine", b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
            ("a page of another site", head + b"Origin: http://evil.example\r\nContent-Length: 2\r\n\r\n{}", 403),
            ("the same site", head + b"Origin: http://localhost\r\nContent-Length: 2\r\n\r\n{}", 400),
            ("chunks", head + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 400)):
        answer = server.raw(data)
        expect(what, answer[:12], b"HTTP/1.1 %d" % code)
    waits = server.raw([head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", b"{}"], 0.05)
    expect("100-continue", [int(c) for c in re.findall(rb"HTTP/1.1 (\d+)", waits)], [100, 400])
    two = server.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    expect("two requests at once", [int(c) for c in re.findall(rb"HTTP/1.1 (\d+)", two)], [200, 404])


def check_page(server):
    """Without a browser: nothing comes from elsewhere, and the script asks for documented fields only."""
    _, headers, page = server.ask("GET", "/")
    page = page.decode()
    expect("the page is HTML", headers["Content-Type"], "text/html; charset=utf-8")
    expect("outside resources", re.findall(r"(?:https?:)?//[a-z]\S*|\ssrc=|\shref=|@import|url\(", page, re.I), [])
    expect("its policy", "default-src 'none'" in headers["Content-Security-Policy"], True)
    expect("what it calls", re.findall(r'fetch\("([^"]*)", \{\s*method: "(\w+)"', page), [("api", "PUT")])
    fields = set(re.findall(r'add\("(\w+)"', page)) | set(re.findall(r"'\"(\w+)\":", page))
    known = {"prompts", "tokens_to_generate", "temperature", "top_k", "top_p", "random_seed", "stop_on_double_eol", "add_BOS"}
    expect("its fields", fields, known)
    ids = set(re.findall(r'id="(\w+)"', page))
    expect("what the script looks up", set(re.findall(r'field\("(\w+)"\)|add\("(\w+)"', page)) and
           {a or b for a, b in re.findall(r'field\("(\w+)"\)|add\("(\w+)"', page)} - ids, set())
    # As its body() writes them, with every field filled in.
    body = ('{"prompts":["The road"],"tokens_to_generate":4,"temperature":1.0,"top_k":0,"top_p":0.9,"random_seed":7,'
            '"stop_on_double_eol":true,"add_BOS":true}')
    expect("a body of the page", server.put(body.encode())[0], 200)


def check_client(owt, model, server):
    def generate(*options, stdin=""):
        return subprocess.run([owt, "generate", *options], input=stdin, capture_output=True, text=True, errors="replace")

    here, there = ("--checkpoint", str(model), "-j", "1"), ("--server", server.address)
    for options in (("--prompt", "The road"), ("--prompt", "The road", "--temperature", "0"),
                    ("--prompt", "The road", "--top-k", "40", "--seed", "3"), ("--prompt", "Hello", "--top-p", "0.5"),
                    ("--prompt", "The road", "--stop", "e", "--stop", "a"), ("--prompt", "The road", "--logprobs"), ()):
        options += ("--tokens", "20")
        local, remote = generate(*here, *options), generate(*there, *options)
        expect(f"exit codes of {options}", (local.returncode, remote.returncode), (0, 0))
        expect(f"generate --server {options}", remote.stdout, local.stdout)
    prompts = [f"Line {i}" for i in range(20)]
    lines = "".join(prompt + "\n" for prompt in prompts)
    local = generate(*here, "--prompts", "-", "--tokens", "9", stdin=lines)
    texts = [json.loads(line)["text"] for line in local.stdout.splitlines()]
    expect("jsonl, a line a prompt", [text[:len(prompt)] for prompt, text in zip(prompts, texts, strict=True)], prompts)
    expect("--prompts --server", generate(*there, "--prompts", "-", "--tokens", "9", stdin=lines).stdout, local.stdout)
    expect("--prompt -", generate(*here, "--prompt", "-", "--tokens", "5", stdin="The\nroad").stdout,
           generate(*here, "--prompt", "The\nroad", "--tokens", "5").stdout)
    refused = generate(*there, "--prompt", "a", "--tokens", "9999")
    expect("what the server refuses", (refused.returncode, refused.stderr), (2,
           f"owt generate: the server {server.address} answers 400: Length of prompt + tokens_to_generate longer than allowed\n"))
    nobody = generate("--server", "127.0.0.1:1", "--prompt", "a")
    expect("nobody there", (nobody.returncode, nobody.stderr), (1,
           "owt generate: cannot reach the server 127.0.0.1:1: Connection refused; start one with owt serve\n"))


def check_refusals(owt, folder):
    """What is wrong with the command line or the model."""
    def run(*words):
        done = subprocess.run([owt, *words], capture_output=True, text=True)
        return done.returncode, done.stderr.splitlines()[-1]

    tiny_gpt2.write(folder / "small", vocab=300)
    small = ("--checkpoint", str(folder / "small"), "-j", "1")
    expect("an id that the model does not know", run("generate", *small, "--prompt", "The road"),
           (2, "owt generate: the prompt has id 2975, but the model 300 ids"))
    expect("another tokenizer", run("serve", *small, "--port", "0"),
           (2, "owt serve: the tokenizer has 50257 ids, but the model 300: give the tokenizer of the model's data with --tokenizer"))
    expect("--logprobs of a long prompt", run("generate", "--checkpoint", str(folder / "model"), "-j", "1", "--logprobs",
                                              "--prompt", "a " * 100)[0], 2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"--host 127.0.0.1 --port {taken.getsockname()[1]}"
        expect("a port that is taken", run("serve", *small, *where.split()),
               (2, f"owt serve: cannot listen at {where}: Address already in use; choose another --port, or end what listens there"))


def check_end(owt, folder):
    """Ctrl-C: what runs is finished, what waits is told, exit code 130."""
    tiny_gpt2.write(folder / "long", positions=100000, hidden=8, layers=1)
    with Server(owt, folder / "long", "--max-tokens-to-oom", "100000") as server:
        answers = {}
        ask = {"prompts": ["a"], "tokens_to_generate": 300, "stop_token": -1}
        threads = []
        for i in range(3):
            threads.append(threading.Thread(target=lambda i=i: answers.update({i: server.put(ask)})))
            threads[-1].start()
            server.wait_for("owt_running_requests", 1) if i == 0 else server.wait_for("owt_queued_requests", i)
        server.interrupt()
        for thread in threads:
            thread.join()
        expect("the exit code", server.process.wait(timeout=60), 130)
        expect("what ran", answers[0][0], 200)
        expect("what waited", [answers[i] for i in (1, 2)], [(503, "the server is ending")] * 2)


def main():
    owt, have_trainer = sys.argv[1:3]
    if have_trainer in ("0", "OFF"):
        print("skipped: this build has no trainer")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model = folder / "model"
        tiny_gpt2.write(model)
        with Server(owt, model, "--max-tokens-to-oom", "640", "--max-body", "40kB") as server:
            check_rules(server)
            check_answers(server)
            check_http(server)
            check_page(server)
            check_client(owt, model, server)
        check_refusals(owt, folder)
        check_end(owt, folder)
    print(*problems, sep="\n")
    print(f"{checks} checks, {len(problems)} problems")
    sys.exit(1 if problems or checks < 150 else 0)


main()
