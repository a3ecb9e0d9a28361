#!/usr/bin/env python3
"""Near-duplicate removal of large inputs on disk, in page cache: time by pass, peak memory and disk; answers checked.

mixed: generated documents (dedup_corpus.cc) with equal and near copies, `owt dedup --lsh` end to end; all equal copies
must go, 99.5 % of the near ones, and nothing else. cluster: bands of made-up documents through the stage's own join
(dedup_cluster.cc), the number of clusters checked. hostile: inputs that break tools; the number of kept ones checked.
Usage: dedup_scale.py BUILD/bin [mixed] [cluster] [hostile] [--mb 1000] [--memory 1GiB] [--documents 10000000] [--folder DIR]
The goals are those of --mb 10000 (25 GB of disk) and --documents 100000000 (20 GB).
"""
import argparse, os, pathlib, re, subprocess, sys, tempfile, threading, time

BYTES_A_DOCUMENT = 3070  # of dedup_corpus mixed
JOIN_BYTES = 5  # of memory a document, the least that owt dedup asks for


def disk_bytes(folder, pid):
    """Of the files in the folder and the nameless ones that the process has open there."""
    total = 0
    for path in folder.rglob("*") if folder.exists() else []:
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:
            pass
    for fd in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
        try:
            if os.readlink(fd).endswith(" (deleted)"):
                total += fd.stat().st_blocks * 512
        except OSError:
            pass
    return total


class Watch(threading.Thread):
    """When the passes of a run began, by the files in its hidden folder, and the most disk it took."""

    def __init__(self, target, pid):
        super().__init__(daemon=True)
        self.target, self.pid, self.ended, self.disk = target, pid, False, 0
        self.started, self.events = time.monotonic(), {}

    def run(self):
        work = self.target.parent / f".{self.target.name}.owt-dedup"
        partial = lambda path: path.parent / f".{path.name}.owt-partial"
        signs = {"join": work / "signed.done", "collect": partial(work / "collected.sets"),
                 "verify": work / "collected.done", "copy": partial(self.target)}
        ticks = 0
        while not self.ended:
            for name, path in signs.items():
                if name not in self.events and path.exists():
                    self.events[name] = time.monotonic()
            if ticks % 10 == 0:
                self.disk = max(self.disk, disk_bytes(work, self.pid))
            ticks += 1
            time.sleep(0.05)

    def text(self):
        times = [("sign", self.started), *sorted(self.events.items(), key=lambda e: e[1]), ("", time.monotonic())]
        return ", ".join(f"{name} {end - begin:.1f}" for (name, begin), (_, end) in zip(times, times[1:]))


def dedup(arguments, source, *options):
    """Runs it; returns the output."""
    target = source.parent / "out.jsonl"
    command = [str(arguments.bin / "owt"), "dedup", "--lsh", "--force", "-q", "--memory", arguments.memory, *options, str(source), str(target)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    watch = Watch(target, process.pid)
    watch.start()
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    watch.ended = True
    seconds = time.monotonic() - watch.started
    if status:
        raise SystemExit(f"{' '.join(command)}: {errors}")
    print(errors, end="")
    size = source.stat().st_size
    print(f"  {size / 1e6:.0f} MB in {seconds:.1f} s: {size / 1e6 / seconds:.1f} MB/s; CPU {usage.ru_utime + usage.ru_stime:.1f} s, "
          f"{usage.ru_stime:.1f} of them the system's; peak {usage.ru_maxrss / 1024:.0f} MiB; seconds: {watch.text()}; "
          f"{watch.disk / 1e6:.0f} MB in the hidden folder", flush=True)
    return target


def generate(arguments, source, kind, count):
    with open(source, "wb") as file:
        subprocess.run([arguments.bin / "dedup_corpus", kind, str(count)], stdout=file, check=True)


def read_all(path):
    """So that it is in page cache."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def mixed(arguments, folder):
    source = folder / "mixed.jsonl"
    count = arguments.mb * 1_000_000 // BYTES_A_DOCUMENT
    print(f"mixed: {count} documents", flush=True)
    generate(arguments, source, "mixed", count)
    read_all(source)
    target = dedup(arguments, source)
    subprocess.run([arguments.bin / "dedup_corpus", "check", str(count), target], check=True)
    source.unlink()
    target.unlink()


def cluster(arguments, folder):
    count = arguments.documents // 100 * 100
    print(f"cluster: {count} documents in 14 bands", flush=True)
    program = str(arguments.bin / "dedup_cluster")
    started = time.monotonic()
    subprocess.run([program, "write", str(count), folder], check=True)
    size = sum(path.stat().st_size for path in folder.glob("made.*"))
    print(f"  written in {time.monotonic() - started:.1f} s: {size / 1e9:.2f} GB, {size / count:.1f} bytes a document", flush=True)
    started = time.monotonic()
    process = subprocess.Popen([program, "join", str(count), folder, str(JOIN_BYTES * count)])
    most, pid = 0, 0
    while pid == 0:
        most = max(most, disk_bytes(pathlib.Path("/nonexistent"), process.pid))
        time.sleep(0.2)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    seconds = time.monotonic() - started
    if status:
        raise SystemExit("the clusters are not those that were planted")
    print(f"  joined in {seconds:.1f} s: {size / 1e6 / seconds:.0f} MB/s, CPU {usage.ru_utime + usage.ru_stime:.1f} s, {most / count:.1f} bytes a document of disk beside", flush=True)
    for path in folder.glob("made.*"):
        path.unlink()


def hostile(arguments, folder):
    cases = [("same", 1_000_000, 1, []), ("punctuation", 1_000_000, 1, []), ("few-words", 10_000_000, 4000, []),
             ("words", 10_000_000, 10_000_000, []), ("long", 4, 2, ["--max-record", "128MiB"])]
    for kind, count, expected, options in cases:
        print(f"{kind}: {count} documents", flush=True)
        source = folder / f"{kind}.jsonl"
        generate(arguments, source, kind, count)
        target = dedup(arguments, source, *options)
        with open(target, "rb") as file:
            kept = sum(1 for _ in file)
        assert kept == expected, f"{kept} documents stayed, {expected} expected"
        source.unlink()
        target.unlink()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("parts", nargs="*", default=["mixed", "cluster", "hostile"])
    parser.add_argument("--mb", type=int, default=1000)
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--documents", type=int, default=10_000_000)
    parser.add_argument("--folder", help="where the files go; /tmp by itself")
    arguments = parser.parse_args()
    for part in arguments.parts:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            {"mixed": mixed, "cluster": cluster, "hostile": hostile}[part](arguments, pathlib.Path(folder))


main()
