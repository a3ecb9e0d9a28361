#!/usr/bin/env python3
"""Interrupts and kills `owt blacklist`, runs it again, and compares with a run that was left alone.

    tests/crash/url_resume.py build/release/bin/owt [--mb 300] [--folder /dev/shm] [--seed 1]

The sink of first-seen order has a state of its own (the keys), which must come back with the rest. SIGINT leaves a journal at
any point; SIGKILL goes back to the last one (every 256 MiB of input and output). With little memory the keys do not fit, and a
run goes back to where they still did. Exits 1 where bytes differ or a run that could go on started over.
"""

import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time


OUTPUTS = ("clean.txt", "clean.txt.dropped")


def make_input(path, megabytes, rng):
    hosts = [f"www.host{i}.org" for i in range(50000)]
    block = [f"http://{rng.choice(hosts)}/{rng.randrange(10**9)}/" for _ in range(100000)]
    written = 0
    with open(path, "w") as file:
        number = 0
        while written < megabytes * 1000000:
            # A quarter of the lines come again in every block.
            lines = "".join(f"{url}{number if i % 4 else 0}\n" for i, url in enumerate(block))
            written += file.write(lines)
            number += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("owt")
    parser.add_argument("--mb", type=int, default=300)
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    failed = False
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        root = pathlib.Path(folder)
        make_input(root / "urls.txt", options.mb, rng)
        command = [pathlib.Path(options.owt).resolve(), "blacklist", "-j", "2", "--dropped", "clean.txt.dropped", "urls.txt", "clean.txt"]
        begin = time.time()
        subprocess.run([*command, "-q"], cwd=root, check=True)
        whole = time.time() - begin
        expected = [(root / name).read_bytes() for name in OUTPUTS]
        print(f"alone: {whole:.1f} s, {len(expected[0])} bytes")
        for name, number, memory in [("SIGINT", signal.SIGINT, "4G"), ("SIGKILL", signal.SIGKILL, "4G"),
                                     ("SIGINT", signal.SIGINT, "8M"), ("SIGKILL", signal.SIGKILL, "8M")]:
            for path in root.glob("clean.txt*"):
                path.unlink()
            interrupted = 0
            resumed = 0
            while True:
                process = subprocess.Popen([*command, "--memory", memory], cwd=root, stderr=subprocess.PIPE, text=True)
                try:
                    # The third try is left alone, so that the test ends.
                    wait = rng.uniform(0.3, 0.9) * whole if interrupted < 3 else None
                    _, log = process.communicate(timeout=wait)
                except subprocess.TimeoutExpired:
                    process.send_signal(number)
                    _, log = process.communicate()
                    interrupted += process.returncode != 0
                resumed += "resuming" in log
                if process.returncode == 0:
                    break
                if process.returncode not in (130, -number):
                    print(log)
                    return 1
            same = [(root / name).read_bytes() for name in OUTPUTS] == expected
            left = [path.name for path in root.iterdir() if path.name.startswith(".")]
            print(f"{name} with {memory}: {interrupted} times, resumed {resumed} times, {'same bytes' if same else 'DIFFERENT'}, left {left}")
            failed |= not same or bool(left) or (number == signal.SIGINT and memory == "4G" and interrupted > 0 and resumed == 0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
