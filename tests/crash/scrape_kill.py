"""owt scrape under kill -9, Ctrl-C and an impolite clock.

- Killed at random points and run again, it ends with the bytes of an undisturbed run, and asks for no
  page again that stood in its journal (stages/scrape/spool.h) at a kill.
- Every host is asked by one connection at a time, and not before its pause is over: max(--delay,
  Crawl-delay), from the end of one answer to the arrival of the next request.
- robots.txt comes first, and what it forbids is never asked for.
- After Ctrl-C it exits with 130 and goes on from there.

usage: scrape_kill.py OWT [SEED]
"""
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time

from scrape_server import Server, answer

OWT = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
HOSTS = 25
PAGES = 60  # of each host
DELAY = 0.04
SLOW_DELAY = 0.10  # what robots.txt of 127.0.0.20 asks for
FAILED = 0


def check(condition, what):
    global FAILED
    if not condition:
        FAILED += 1
        print("FAILED:", what)


def command(output, *more):
    return [OWT, "scrape", "urls.txt", output, "--allow-private", "--no-times", "--delay", str(DELAY),
            "--delay-factor", "0", "--quiet", *more]


def journalled(folder):
    """The places in the list of URLs of what a killed run had made durable."""
    try:
        journal = open(folder + "/journal", "rb").read()
    except FileNotFoundError:
        return []
    entries = journal[journal.find(b"\n") + 1:]
    return [struct.unpack_from("<Q", entries, at)[0] for at in range(0, len(entries) - 31, 32)]


def check_politeness(log, name):
    """Requests of the log per host, in order of arrival; returns the smallest pause seen."""
    by_host = {}
    for host, path, arrival, end in log:
        by_host.setdefault(host, []).append((arrival, end, path))
    smallest = 1e9
    violations = 0
    for host, requests in by_host.items():
        requests.sort()
        check(requests[0][2] == "/robots.txt", "%s: %s asked before robots.txt" % (name, host))
        check(not [r for r in requests if r[2].startswith("/private")], name + ": forbidden page asked")
        asked = SLOW_DELAY if host == "127.0.0.20" else DELAY
        for (_, end, _), (arrival, _, _) in zip(requests, requests[1:]):
            smallest = min(smallest, (arrival - end) / asked)
            violations += arrival - end < asked
    print("%s: %d requests, %d hosts, %d politeness violations, smallest pause %.2f of the delay" %
          (name, len(log), len(by_host), violations, smallest))
    check(violations == 0, name + ": politeness violations")


def main():
    print("seed", SEED)
    random.seed(SEED)
    hosts = ["127.0.0.%d" % k for k in range(20, 20 + HOSTS)]
    robots = {"127.0.0.20": answer("200 OK", b"User-agent: *\nCrawl-delay: %g\n" % SLOW_DELAY),
              "127.0.0.21": answer("200 OK", b"User-agent: owt\nDisallow: /private\n")}
    server = Server(hosts, robots, think_s=0.002)
    urls = [server.url(host, "/page/%d" % i) for i in range(PAGES) for host in hosts]
    urls += [server.url("127.0.0.21", "/private/%d" % i) for i in range(20)]
    random.shuffle(urls)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("urls.txt", "w") as out:
            out.write("\n".join(urls) + "\n")
        started = time.monotonic()
        subprocess.run(command("whole.jsonl"), check=True, timeout=120)
        whole_s = time.monotonic() - started
        whole = open("whole.jsonl", "rb").read()
        check(whole.count(b"\n") == HOSTS * PAGES, "pages of the undisturbed run")
        check_politeness(list(server.log), "undisturbed")

        server.log.clear()
        kills, kept = 0, {}  # page -> the kill that it had to survive
        while kills < 30:
            process = subprocess.Popen(command("killed.jsonl"))
            try:
                process.wait(timeout=random.uniform(0.02, whole_s / 2))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed_at = time.monotonic()
                kills += 1
                for ordinal in journalled(".killed.jsonl.owt-scrape"):
                    kept.setdefault(urls[ordinal], killed_at)
                if os.path.exists("killed.jsonl"):
                    check(open("killed.jsonl", "rb").read() == whole, "an output name before the end")
                time.sleep(SLOW_DELAY)  # two runs know nothing of each other's requests
        else:
            subprocess.run(command("killed.jsonl"), check=True, timeout=120)
        check(kills >= 2, "only %d kills hit" % kills)
        check(open("killed.jsonl", "rb").read() == whole, "bytes after %d kills" % kills)
        asked = [path for _, path, _, _ in server.log if path != "/robots.txt"]
        again = [path for host, path, arrival, _ in server.log
                 if arrival > kept.get(server.url(host, path), arrival)]
        print("%d kills: %d requests for %d pages; %d pages had to survive one, %d of them were asked for again" %
              (kills, len(asked), HOSTS * PAGES, len(kept), len(again)))
        check(kept, "no page was in the journal at a kill")
        check(not again, "pages asked for again: %s" % again[:5])

        process = subprocess.Popen(command("stopped.jsonl"), stderr=subprocess.PIPE, text=True)
        time.sleep(whole_s / 3)
        process.send_signal(signal.SIGINT)
        _, message = process.communicate(timeout=30)
        check(process.returncode == 130, "exit after Ctrl-C: %d %s" % (process.returncode, message))
        check("again to go on" in message, message)
        server.log.clear()
        subprocess.run(command("stopped.jsonl", "--resume"), check=True, timeout=120)
        check(open("stopped.jsonl", "rb").read() == whole, "bytes after Ctrl-C")
        again = len([1 for _, path, _, _ in server.log if path != "/robots.txt"])
        check(again < HOSTS * PAGES * 0.9, "Ctrl-C kept nothing: %d" % again)
        server.log.clear()
        os.mkdir(".stopped.jsonl.owt-scrape")  # as a run leaves it that dies behind its manifest
        subprocess.run(command("stopped.jsonl"), check=True, timeout=120)
        check(not server.log, "a finished run asked for %d pages" % len(server.log))
        check(sorted(os.listdir(".")) == sorted(
            [name + end for name in ("whole.jsonl", "killed.jsonl", "stopped.jsonl")
             for end in ("", ".manifest.json")] + ["urls.txt"]), "left behind: %s" % os.listdir("."))
        os.chdir("/")
    server.close()
    print("1 passed, 0 failed" if FAILED == 0 else "0 passed, 1 failed")
    return 1 if FAILED else 0


sys.exit(main())
