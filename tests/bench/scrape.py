"""Pages per second of owt scrape from nginx on loopback, nginx included in the two cores' work.

Peer: curl --parallel with the same URLs, the same number of connections, to /dev/null: it neither
looks at robots.txt nor waits nor extracts nor keeps anything. Both download over keep-alive
connections from the same server in the same run, in turns.

The answer is checked first: every page must be there, in order, with its own text. nginx's log is
then checked for politeness: per host no two requests at a time, none before the pause is over.

usage: scrape.py OWT [--pages N] [--hosts N] [--page-bytes N] [--delay S] [--rounds N] [--out FILE]
"""
import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = ("river water stone bridge winter letter market window garden people morning history number "
         "between because without another through question reading language country science music").split()


def make_page(rng, name, size):
    """A page with navigation, scripts, an article and a footer, about `size` bytes long."""
    links = "".join('<li class="nav-item"><a href="/%d.html">%s %s</a></li>' %
                    (rng.randrange(10000), rng.choice(WORDS), rng.choice(WORDS)) for _ in range(40))
    script = "<script>var d=[%s];</script>" % ",".join(str(rng.random()) for _ in range(size // 60))
    body, length = [], 0
    while length < size // 2:
        text = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(20, 90))).capitalize() + "."
        body.append('<p class="body-text">%s <a href="/x">%s</a></p>' % (text, rng.choice(WORDS)))
        length += len(body[-1])
    return ("<!doctype html><html lang=en><head><meta charset=utf-8><title>%s</title>"
            "<link rel=stylesheet href=/s.css>%s</head><body><header><nav><ul>%s</ul></nav></header>"
            "<main><article><h1>Title of %s</h1>%s</article></main><footer><p>Imprint</p></footer>"
            "</body></html>" % (name, script, links, name, "\n".join(body)))


def write_site(folder, args):
    rng = random.Random(1)
    os.makedirs(folder + "/site")
    for i in range(min(args.pages, 2000)):
        with open("%s/site/%d.html" % (folder, i), "w") as out:
            out.write(make_page(rng, "page %d" % i, args.page_bytes))
    hosts = ["127.0.%d.%d" % (1 + k // 250, 1 + k % 250) for k in range(args.hosts)]
    with open(folder + "/nginx.conf", "w") as out:
        out.write("""worker_processes 1; daemon off; pid %s/pid; error_log %s/error.log warn;
events { worker_connections 4096; }
http {
  default_type text/html; access_log %s/access.log line buffer=256k;
  log_format line '$server_addr $msec $request_time $status $uri';
  sendfile on; tcp_nopush on; keepalive_timeout 60; keepalive_requests 1000000;
  server { root %s/site; %s }
}""".replace("access_log %s/access.log line buffer=256k;\n  log_format line '$server_addr $msec $request_time $status $uri';",
             "log_format line '$server_addr $msec $request_time $status $uri';\n  access_log %s/access.log line buffer=256k;")
                  % (folder, folder, folder, folder, " ".join("listen %s:8080;" % h for h in hosts)))
    return hosts


def start_nginx(folder):
    shutil.chown(folder, "nobody") if os.getuid() == 0 else None
    os.chmod(folder, 0o755)
    process = subprocess.Popen(["nginx", "-c", folder + "/nginx.conf", "-p", folder],
                               stderr=subprocess.DEVNULL)
    time.sleep(1)
    assert process.poll() is None, open(folder + "/error.log").read()
    return process


def timed(command, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(command, check=True, **more)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def check_pages(urls):
    with open("pages.jsonl") as lines:
        for url, line in zip(urls, lines, strict=True):
            page = json.loads(line)
            assert page["url"] == url, (page["url"], url)
            name = "page " + url.rsplit("/", 1)[1][:-5]
            assert page["title"] == name and len(page["text"]) > 500, url


def check_log(folder, delay):
    """Violations: a request that arrives before the pause after the last answer is over."""
    by_host = {}
    for line in open(folder + "/access.log"):
        address, end, took, _, _ = line.split()
        by_host.setdefault(address, []).append((float(end) - float(took), float(end)))
    violations, smallest = 0, 1e9
    for requests in by_host.values():
        requests.sort()
        for (_, end), (arrival, _) in zip(requests, requests[1:]):
            smallest = min(smallest, arrival - end)
            violations += arrival - end < delay - 0.0025  # the log counts whole milliseconds
    return sum(map(len, by_host.values())), violations, smallest


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--pages", type=int, default=20000)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--page-bytes", type=int, default=24000)
    parser.add_argument("--delay", type=float, default=0.02)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out")
    args = parser.parse_args()
    owt = os.path.abspath(args.owt)
    rows = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        hosts = write_site(folder, args)
        nginx = start_nginx(folder)
        try:
            os.chdir(folder)
            urls = ["http://%s:8080/%d.html" % (hosts[i % len(hosts)], i % 2000)
                    for i in range(args.pages)]
            random.Random(2).shuffle(urls)
            open("urls.txt", "w").write("\n".join(urls) + "\n")
            open("curl.txt", "w").write("".join('url = "%s"\noutput = "/dev/null"\n' % u for u in urls))
            scrape = [owt, "scrape", "urls.txt", "pages.jsonl", "--allow-private", "--delay",
                      str(args.delay), "--delay-factor", "0", "--force", "-q"]
            curl = ["curl", "--parallel", "--parallel-max", "300", "-s", "-K", "curl.txt"]
            for round_ in range(args.rounds):
                open("access.log", "w").close()
                wall, cpu = timed(scrape)
                if round_ == 0:
                    check_pages(urls)
                    subprocess.run(["nginx", "-c", folder + "/nginx.conf", "-p", folder, "-s", "reopen"],
                                   stderr=subprocess.DEVNULL)
                    time.sleep(1)
                    requests, violations, smallest = check_log(folder, args.delay)
                    print("log: %d requests, %d politeness violations, smallest pause %.1f ms of %.1f ms"
                          % (requests, violations, smallest * 1000, args.delay * 1000))
                    assert violations == 0 and requests == args.pages + args.hosts
                rows.append(("owt scrape", round_, args.pages / wall, cpu))
                wall, cpu = timed(curl, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                rows.append(("curl --parallel 300", round_, args.pages / wall, cpu))
        finally:
            nginx.terminate()
            nginx.wait()
            os.chdir("/")
    for row in rows:
        print("%-22s round %d: %7.0f pages/s, %6.2f s CPU" % row)
    best = {name: max(r[2] for r in rows if r[0] == name) for name in {r[0] for r in rows}}
    print("pages of %d bytes, %d hosts; owt scrape %.0f pages/s (best of %d), ratio to curl %.2f" %
          (args.page_bytes, args.hosts, best["owt scrape"], args.rounds,
           best["owt scrape"] / best["curl --parallel 300"]))
    if args.out:
        with open(args.out, "a") as out:
            for row in rows:
                out.write("%s,%d,%.1f,%.3f\n" % row)
    return 0


sys.exit(main())
