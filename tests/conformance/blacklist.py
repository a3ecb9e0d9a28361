#!/usr/bin/env python3
"""Compares `owt blacklist --compat megatron` with the reference loop (tests/reference/blacklist_urls.py).

    pip install tldextract
    tests/conformance/blacklist.py build/release/bin/owt [--urls 300000] [--seed 1]

The kept URLs must be the same in first-seen order, and the counts by reason too, for several numbers of workers, batch sizes
and memories. Prints what was compared; exits 1 when anything differs.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from url_samples import random_url

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from blacklist_urls import Blacklist  # noqa: E402

RUNS = [
    ["--workers", "1"],
    ["--workers", "2", "--batch-size", "64K"],
    ["--workers", "8", "--batch-size", "1M"],
    ["--workers", "2", "--memory", "1M", "--max-record", "64K"],  # the keys do not fit
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("owt")
    parser.add_argument("--urls", type=int, default=300000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    owt = pathlib.Path(options.owt).resolve()
    rng = random.Random(options.seed)
    urls = [random_url(rng) for _ in range(options.urls)]
    # A lone CR ends a line for Python, not for owt; blanks at the ends are stripped by both.
    urls = [url.replace("\n", " ").replace("\r", " ") for url in urls]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "urls").mkdir()
        for part in range(3):
            lines = urls[part * len(urls) // 3 : (part + 1) * len(urls) // 3]
            end = "\r\n" if part == 1 else "\n"
            (root / f"urls/{part}.txt").write_bytes("".join(url + end for url in lines).encode())
        kept, refused = Blacklist().filter(urls)
        expected = "".join(url + "\n" for url in kept).encode()
        print(f"{len(urls)} URLs, {len(kept)} kept, refused: {refused}")
        for arguments in RUNS:
            command = [owt, "blacklist", "--compat", "megatron", "-q", "--force", "--stats", "stats.json"]
            subprocess.run(command + arguments + ["urls/", "clean.txt"], cwd=root, check=True)
            dropped = json.loads((root / "stats.json").read_text())["ledger"]["dropped"]
            same = (root / "clean.txt").read_bytes() == expected and dropped == refused
            print(f"{' '.join(arguments)}: {'same' if same else 'DIFFERENT ' + str(dropped)}")
            failed |= not same
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
