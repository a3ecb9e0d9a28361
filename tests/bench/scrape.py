"""Pages per second of owt scrape from nginx on loopback, nginx included in the two cores' work.

Peer: curl --parallel with the same URLs, the same number of connections, to /dev/null: it neither
looks at robots.txt nor waits nor extracts nor keeps anything. Both download over keep-alive
connections from the same server in the same run, in turns.

The answer is checked first: every page must be there, in order, with its own text. nginx's log is
then checked for politeness: per host no two requests at a time, none before the pause is over.

usage: scrape.py OWT|FOLDER-OF-OWT [--pages N] [--hosts N] [--page-bytes N] [--delay S] [--rounds N] [--out FILE]
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

PORT = 18473
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
        out.write("""worker_processes 1; daemon off; pid {0}/pid; error_log {0}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  default_type text/html; sendfile on; tcp_nopush on; keepalive_timeout 60; keepalive_requests 1000000;
  log_format line '$server_addr $msec $request_time $status $uri';
  access_log {0}/access.log line buffer=256k flush=1s;
  server {{ root {0}/site; {1} }}
}}""".format(folder, " ".join("listen %s:%d;" % (host, PORT) for host in hosts)))
    return hosts


def start_nginx(folder):
    shutil.chown(folder, "nobody") if os.getuid() == 0 else None
    os.chmod(folder, 0o755)
    process = subprocess.Popen(["nginx", "-c", folder + "/nginx.conf", "-p", folder],
                               stderr=subprocess.DEVNULL)
    time.sleep(1)
    log = open(folder + "/error.log").read()
    assert process.poll() is None and "bind()" not in log, log
    return process


def nginx_cpu(nginx):
    """CPU seconds of the server's processes so far."""
    children = open("/proc/%d/task/%d/children" % (nginx.pid, nginx.pid)).read().split()
    ticks = 0
    for pid in [str(nginx.pid), *children]:
        fields = open("/proc/%s/stat" % pid).read().rsplit(") ", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def timed(command, nginx, **more):
    """Wall seconds, CPU seconds of the command, CPU seconds of the server meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    server = nginx_cpu(nginx)
    started = time.monotonic()
    subprocess.run(command, check=True, **more)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, nginx_cpu(nginx) - server


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
    if os.path.isdir(owt):
        owt += "/owt"
    rows = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        hosts = write_site(folder, args)
        nginx = start_nginx(folder)
        try:
            os.chdir(folder)
            urls = ["http://%s:%d/%d.html" % (hosts[i % len(hosts)], PORT, i % 2000)
                    for i in range(args.pages)]
            random.Random(2).shuffle(urls)
            open("urls.txt", "w").write("\n".join(urls) + "\n")
            open("curl.txt", "w").write("".join('url = "%s"\noutput = "/dev/null"\n' % u for u in urls))
            scrape = [owt, "scrape", "urls.txt", "pages.jsonl", "--allow-private", "--delay",
                      str(args.delay), "--delay-factor", "0", "--force", "-q"]
            curl = ["curl", "--parallel", "--parallel-max", "300", "-s", "-K", "curl.txt"]
            for round_ in range(args.rounds):
                open("access.log", "w").close()
                wall, cpu, server = timed(scrape, nginx)
                if round_ == 0:
                    check_pages(urls)
                    for _ in range(60):  # until the server has written its log out
                        time.sleep(0.5)
                        if sum(1 for _ in open("access.log")) >= args.pages + args.hosts:
                            break
                    requests, violations, smallest = check_log(folder, args.delay)
                    print("log: %d requests, %d politeness violations, smallest pause %.1f ms of %.1f ms"
                          % (requests, violations, smallest * 1000, args.delay * 1000))
                    assert violations == 0 and requests == args.pages + args.hosts
                rows.append(("owt scrape", round_, args.pages / wall, wall, cpu, server))
                wall, cpu, server = timed(curl, nginx, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                rows.append(("curl --parallel 300", round_, args.pages / wall, wall, cpu, server))
        finally:
            nginx.terminate()
            nginx.wait()
            os.chdir("/")
    for name, round_, rate, wall, cpu, server in rows:
        # On a busy machine the wall clock says how busy; the CPU says what the work costs.
        print("%-20s round %d: %6.0f pages/s, wall %5.1f s, CPU %5.2f s + nginx %5.2f s = %3.0f %% of %d cores;"
              " %.0f pages per CPU second" % (name, round_, rate, wall, cpu, server, 100 * (cpu + server) /
                                              wall / os.cpu_count(), os.cpu_count(), args.pages / (cpu + server)))
    best = {name: max(r[2] for r in rows if r[0] == name) for name in {r[0] for r in rows}}
    print("%d pages of %d bytes from %d hosts: owt scrape %.0f pages/s (best of %d), %.2f of curl's" %
          (args.pages, args.page_bytes, args.hosts, best["owt scrape"], args.rounds,
           best["owt scrape"] / best["curl --parallel 300"]))
    if args.out:
        with open(args.out, "a") as out:
            for row in rows:
                out.write("%s,%d,%.1f,%.3f,%.3f,%.3f\n" % row)
    return 0


sys.exit(main())
