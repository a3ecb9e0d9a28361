#!/usr/bin/env python3
"""Times `owt blacklist --compat megatron` on one core against the reference loop in Python.

    pip install tldextract
    tests/bench/blacklist.py build/release/bin [--urls 1000000] [--folder /dev/shm]

Checks first that both keep the same URLs. Seconds are processor seconds of the whole process, for Python of the loop alone.
"""

import argparse
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "reference")]
from blacklist_urls import Blacklist  # noqa: E402
from url_corpus import random_urls  # noqa: E402


def cpu_of(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", help="folder of the program")
    parser.add_argument("--urls", type=int, default=1000000)
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    owt = pathlib.Path(options.bin).resolve() / "owt"
    urls = random_urls(options.urls, random.Random(1))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        root = pathlib.Path(folder)
        (root / "urls.txt").write_text("".join(url + "\n" for url in urls))
        blacklist = Blacklist()
        blacklist.reason("http://example.org/")  # loads the suffix list
        begin = time.process_time()
        with open(root / "urls.txt") as lines:
            kept, refused = blacklist.filter(lines)
        python = time.process_time() - begin
        print(f"{len(urls)} URLs, {(root / 'urls.txt').stat().st_size / 1e6:.0f} MB, {len(kept)} kept, refused: {refused}")
        for compat in ("megatron", "none"):
            command = [owt, "blacklist", "--compat", compat, "-q", "--force", "-j", "1", "urls.txt", "clean.txt"]
            best = min(cpu_of(command, root) for _ in range(options.runs))
            if compat == "megatron" and (root / "clean.txt").read_text() != "".join(url + "\n" for url in kept):
                print("the outputs differ")
                return 1
            print(f"--compat {compat}: owt {best:.3f} s, {len(urls) / best / 1e6:.2f} M URLs/s; Python {python:.2f} s, "
                  f"{len(urls) / python / 1e6:.3f} M URLs/s; ratio {python / best:.1f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
