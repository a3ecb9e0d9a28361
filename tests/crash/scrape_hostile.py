"""owt scrape against a hostile server: every URL ends with the page or a named reason, in bounded
time, in the order of the list; the answer is the same for any number of workers; private addresses
are refused unless asked for.

usage: scrape_hostile.py OWT
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from scrape_server import Server, answer

OWT = os.path.abspath(sys.argv[1])
FAILED = 0


def check(condition, what):
    global FAILED
    if not condition:
        FAILED += 1
        print("FAILED:", what)


def run(args, timeout=120):
    started = time.monotonic()
    result = subprocess.run([OWT, "scrape", *args], capture_output=True, text=True, timeout=timeout)
    return result, time.monotonic() - started


# (path, "ok" or the reason); each on a host of its own.
CASES = [
    ("/page/1", "ok"), ("/gzip", "ok"), ("/plain", "ok"), ("/latin1", "ok"), ("/untyped", "ok"),
    ("/moved", "ok"), ("/away", "ok"), ("/later", "ok"), ("/flaky", "ok"),
    ("/loris", "too_slow"), ("/silent", "too_slow"), ("/drip", "timeout"),
    ("/endless", "too_large"), ("/long", "too_large"), ("/bomb", "decompression_bomb"),
    ("/stacked", "bad_encoding"), ("/badgzip", "bad_encoding"),
    ("/image", "content_type"), ("/liar", "content_type"),
    ("/loop", "too_many_redirects"), ("/file", "bad_redirect"), ("/nowhere", "bad_redirect"),
    ("/tosecret", "robots"), ("/404", "http_404"), ("/403", "http_403"), ("/500", "http_500"),
    ("/muchlater", "http_503"), ("/reset", "connection_reset"), ("/short", "truncated_body"),
    ("/headers", "headers_too_large"), ("/longheader", "headers_too_large"),
    ("/garbage", "bad_response"), ("/empty", "empty_text"), ("/nothing", "empty_text"),
]


def main():
    first = 10
    hosts = ["127.0.0.%d" % k for k in [2, 3, 4, 5] + list(range(first, first + len(CASES)))]
    robots = {
        "127.0.0.3": answer("200 OK", b"User-agent: *\nDisallow: /secret/\nUser-agent: other\nDisallow: /\n"),
        "127.0.0.4": answer("500 Broken"),
        "127.0.0.5": answer("302 Found", extra=["Location: /elsewhere"]),  # a page: no rules
    }
    server = Server(hosts, robots)
    urls = [server.url("127.0.0.%d" % (first + i), path) for i, (path, _) in enumerate(CASES)]
    expected = [reason for _, reason in CASES]
    extra = [
        (server.url("127.0.0.3", "/secret/1"), "robots"), (server.url("127.0.0.3", "/open/1"), "ok"),
        (server.url("127.0.0.4", "/page/1"), "robots_unreachable"),
        (server.url("127.0.0.5", "/page/1"), "ok"),
        ("http://127.0.0.9:%d/page/1" % server.port, "connect"),  # nobody listens there
        ("http://%s.invalid/" % ("a" * 70), "dns"),  # no legal name: fails without a look-up
        ("ftp://127.0.0.2/x", "invalid_url"), ("not a url", "invalid_url"),
    ]
    urls += [url for url, _ in extra]
    expected += [reason for _, reason in extra]
    quick = ["--delay", "0.01", "--delay-factor", "0", "--timeout", "4", "--slow-timeout", "2", "--retry-delay", "0.05",
             "--max-retry-delay", "2", "--max-bad", "50%", "--max-page", "8M"]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("urls.txt", "w") as out:
            out.write("\n".join(urls) + "\n\n")
        result, seconds = run(["urls.txt", "pages.jsonl", "--allow-private", "--no-times",
                               "--dropped", "dropped.jsonl", *quick])
        check(result.returncode == 0, "exit %d: %s" % (result.returncode, result.stderr))
        print("%d URLs in %.1f s" % (len(urls), seconds))
        check(seconds < 20, "bounded time: %.1f s" % seconds)
        pages = [json.loads(line) for line in open("pages.jsonl")]
        ok = [url for url, reason in zip(urls, expected) if reason == "ok"]
        check([page["url"] for page in pages] == ok, "pages are those expected, in order: %s" %
              sorted(set(ok) ^ {page["url"] for page in pages}))
        found = {}
        for name in ("dropped.jsonl", "pages.jsonl.quarantine.jsonl"):
            for line in open(name):
                note = json.loads(line)
                found[note["record"].strip()] = note["reason"]
        for url, reason in zip(urls, expected):
            if reason != "ok":
                check(found.get(url) == reason, "%s: %s, expected %s" % (url, found.get(url), reason))
        by_path = {page["url"].split("/", 3)[3]: page for page in pages}
        if len(by_path) >= 9:
            check("caf\u00e9" in by_path["latin1"]["text"], "latin-1 is decoded")
            check(by_path["plain"]["text"] == "Just a line of text, 1 < 2.", "plain text as it is")
            check(by_path["moved"]["final_url"].endswith("/page/moved?x=1"), "final URL")
            check(by_path["away"]["final_url"] == server.url("127.0.0.2", "/page/away"), "other host")
            check(by_path["later"]["status"] == 200, "429 was waited for")
            check("fetched_at" not in by_path["later"], "--no-times")
        ledger = json.load(open("pages.jsonl.manifest.json"))
        ledger = ledger.get("ledger") or ledger.get("tally")
        check(ledger["in"] == len(urls), "every URL is in the ledger")
        check(ledger["in"] == ledger["out"] + sum(ledger["dropped"].values()) +
              sum(ledger["quarantined"].values()), "the ledger adds up")
        check(not os.path.exists(".pages.jsonl.owt-scrape"), "no spool is left")
        reference = open("pages.jsonl", "rb").read()

        # The same answers give the same bytes for any number of workers.
        good = [url for url, reason in zip(urls, expected)
                if reason in ("ok", "http_404", "robots", "content_type", "empty_text")]
        bytes_of = {}
        for workers in ("1", "2", "8"):
            with open("good.txt", "w") as out:
                out.write("\n".join(good))
            result, _ = run(["good.txt", "good%s.jsonl" % workers, "--allow-private", "--no-times",
                             "-j", workers, *quick])
            check(result.returncode == 0, result.stderr)
            bytes_of[workers] = open("good%s.jsonl" % workers, "rb").read()
        check(len(set(bytes_of.values())) == 1, "workers change the bytes")
        check(bytes_of["1"] == reference, "hostile neighbours change the bytes")

        # Without --allow-private nothing on loopback is even connected to.
        before = len(server.log)
        result, _ = run(["good.txt", "blocked.jsonl", *quick])
        manifest = json.load(open("blocked.jsonl.manifest.json"))
        ledger = manifest.get("ledger") or manifest.get("tally")
        check(ledger["dropped"] == {"blocked_address": len(good)}, "SSRF: %s" % ledger)
        check(len(server.log) == before, "SSRF: the server was reached")

        # The tree of the original scraper, and raw pages.
        result, _ = run(["good.txt", "tree/", "--layout", "openwebtext", "--allow-private",
                         "--no-times", *quick])
        check(result.returncode == 0, result.stderr)
        names = sorted(os.listdir("tree/data"))
        check(len(names) == len(ok), "files in the tree: %d" % len(names))
        check([name[:-4] for name in names] == sorted(name[:-5] for name in os.listdir("tree/meta")),
              "data and meta agree")
        for name, page in zip(names, pages):
            meta = json.load(open("tree/meta/%s.json" % name[:-4]))
            check(meta["url"] == page["url"] and good[int(name[:7])] == page["url"], name)
            check(open("tree/data/" + name).read() == page["text"], name)
            check(meta["word_count"] == len(page["text"].split()), name)
        result, _ = run(["good.txt", "raw.jsonl", "--raw", "--allow-private", *quick])
        raw = [json.loads(line) for line in open("raw.jsonl")]
        check(result.returncode == 0 and "<article>" in raw[0]["html"] and "text" not in raw[0], "raw")
        check("fetched_at" in raw[0] and "elapsed_ms" in raw[0], "times are there")

        # More than the spool holds unsynced, and still to be made into records when the last page
        # is in: this once waited for itself for ever.
        with open("big.txt", "w") as out:
            out.writelines(server.url("127.0.0.%d" % (first + i % 30), "/big/%d\n" % i) for i in range(45))
        # Of memory, not of time: a sanitizer may take as long as it likes.
        patient = ["60" if before == "--timeout" else word for before, word in zip([None, *quick], quick)]
        result, seconds = run(["big.txt", "big.jsonl", "--raw", "--allow-private", *patient])
        check(result.returncode == 0, result.stderr)
        check(sum(1 for _ in open("big.jsonl")) == 45, "big pages")
        os.chdir("/")
    server.close()
    print("1 passed, 0 failed" if FAILED == 0 else "0 passed, 1 failed")
    return 1 if FAILED else 0


sys.exit(main())
