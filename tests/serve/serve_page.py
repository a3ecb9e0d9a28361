#!/usr/bin/env python3
"""The page of `owt serve` in a headless Chromium, by mouse and keyboard: what it shows is what PUT /api answers.

Usage: serve_page.py OWT HAVE_TRAINER. Skipped, with the reason, without a trainer or chromium-headless-shell (77).
"""
import pathlib, shutil, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import tiny_gpt2  # noqa: E402
from browser import Browser  # noqa: E402
from owt_server import Server  # noqa: E402

problems = []
checks = 0
ANSWER = "document.getElementById('answer')"
IDLE = "!document.getElementById('go').disabled && document.getElementById('stop').disabled"


def expect(what, have, want):
    global checks
    checks += 1
    if have != want:
        problems.append(f"{what}: {str(have)[:300]!r}, not {str(want)[:300]!r}")


def ask(page, **fields):
    for name, value in fields.items():
        page.type_into("#" + name, value)
    page.click("#go")


def answer(page):
    page.wait_for(IDLE)
    return page.run(ANSWER + ".textContent")


def is_error(page):
    return page.run(ANSWER + ".className") == "error"


def check_answers(page, server):
    for prompt in ("The road", "Grüße, 世界 👋", "<b>bold</b> & \"quoted\"\nsecond line", ""):
        ask(page, prompt=prompt, tokens_to_generate="9", temperature="1", top_k="40", top_p="", random_seed="7")
        have = answer(page)
        body = {"prompts": [prompt], "tokens_to_generate": 9, "temperature": 1.0, "top_k": 40, "random_seed": 7}
        code, want = server.put({**body, "add_BOS": True} if not prompt else body)
        expect("the API's code", code, 200)
        expect(f"the text after {prompt!r}", have, want["text"][0].removesuffix("<|endoftext|>"))
        expect("what is new is marked", page.run(ANSWER + ".querySelector('.new').textContent"), have[len(prompt):])
        expect("no element comes from a text", page.run(ANSWER + ".querySelectorAll('*').length"), 1)
        expect("no error", is_error(page), False)
    ask(page, prompt="x", temperature="0.5", top_k="", top_p="0.9")
    expect("top p", answer(page), server.put({"prompts": ["x"], "tokens_to_generate": 9, "temperature": 0.5, "top_p": 0.9,
                                               "random_seed": 7})[1]["text"][0].removesuffix("<|endoftext|>"))
    texts = set()
    for _ in range(4):
        ask(page, top_p="", random_seed="")
        texts.add(answer(page))
    expect("without a seed every text is another", len(texts), 4)


def check_refusals(page, server):
    ask(page, prompt="word " * 100, tokens_to_generate="9")
    have = answer(page)
    code, want = server.put({"prompts": ["word " * 100], "tokens_to_generate": 9, "temperature": 0.5})
    expect("too long a prompt", (code, have, is_error(page)), (400, want, True))
    sent = len(page.events)
    ask(page, prompt="x", tokens_to_generate="0")  # the browser itself says no
    expect("a field out of its range", page.run("document.getElementById('tokens_to_generate').checkValidity()"), False)
    expect("is not sent", [e for e in page.events[sent:] if e["method"] == "Network.requestWillBeSent"], [])
    ask(page, tokens_to_generate="3")
    expect("the next answer is no error", (answer(page)[:1], is_error(page)), ("x", False))


def check_stop(page, server):
    ask(page, prompt="x", tokens_to_generate="4000")
    page.wait_for("!document.getElementById('stop').disabled")
    expect("no second request beside it", page.run("document.getElementById('go').disabled"), True)
    page.click("#stop")
    expect("stopped", (answer(page), is_error(page)), ("stopped", True))
    server.wait_for("owt_gone_clients_total", 1)
    server.wait_for("owt_running_requests", 0)
    expect("the model stopped early", server.metric("owt_generated_tokens_total") < 4000, True)


def check_quiet(page, server):
    entries = [e["params"]["entry"] for e in page.events if e["method"] == "Log.entryAdded"]
    faults = [e["text"] for e in entries if "400 (Bad Request)" not in e["text"]]
    faults += [str(e["params"]) for e in page.events if e["method"] == "Runtime.exceptionThrown"]
    expect("complaints of the browser", faults, [])
    urls = {e["params"]["request"]["url"] for e in page.events if e["method"] == "Network.requestWillBeSent"}
    expect("what was asked for", urls - {f"http://{server.address}/", f"http://{server.address}/api"}, set())


def main():
    if sys.argv[2] in ("0", "OFF"):
        print("skipped: this build has no trainer")
        sys.exit(77)
    program = shutil.which("chromium-headless-shell")
    if not program:
        print("skipped: no chromium-headless-shell; `make deps-test` installs it")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "model"
        tiny_gpt2.write(model)
        slow = pathlib.Path(folder) / "slow"
        tiny_gpt2.write(slow, positions=8192, layers=6)
        with Browser(program) as page:
            with Server(sys.argv[1], model) as server:
                page.open(f"http://{server.address}/")
                check_answers(page, server)
                check_refusals(page, server)
                check_quiet(page, server)
            ask(page, prompt="x", tokens_to_generate="3")
            expect("a server that is gone", (bool(answer(page)), is_error(page)), (True, True))
        with Browser(program) as page, Server(sys.argv[1], slow) as server:
            page.open(f"http://{server.address}/")
            check_stop(page, server)
    print(*problems, sep="\n")
    print(f"{checks - len(problems)} passed, {len(problems)} failed")
    sys.exit(bool(problems))


main()
