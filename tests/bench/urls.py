#!/usr/bin/env python3
"""Times `owt urls --compat openwebtext` on one core against the reference loops in Python.

    pip install tldextract
    tests/bench/urls.py build/release/bin [--posts 200000] [--folder /dev/shm]

Checks first that both write the same URLs. Three inputs: plain (what the code costs), and bz2 and xz, where both sides use the same
decompressors (libbz2, liblzma), which then take most of the time. Processor seconds.
"""

import argparse
import bz2
import lzma
import pathlib
import random
import sys
import tempfile
import time

from blacklist import cpu_of  # finds the folders of the next two
from extract_urls import Extractor, deduplicate
from url_corpus import random_post, random_urls

OPENERS = {"plain": open, "bz2": bz2.open, "xz": lzma.open}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", help="folder of the program")
    parser.add_argument("--posts", type=int, default=200000)
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    owt = pathlib.Path(options.bin).resolve() / "owt"
    rng = random.Random(1)
    dump = "".join(random_post(rng, url) + "\n" for url in random_urls(options.posts, rng)).encode()
    print(f"{options.posts} posts, {len(dump) / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        root = pathlib.Path(folder)
        for name, opener in OPENERS.items():
            path = root / f"RS_2015-01.{name}"
            with opener(path, "wb") as file:
                file.write(dump)
            extractor = Extractor()
            extractor.is_bad("http://example.org/")  # loads the suffix list
            begin = time.process_time()
            with opener(path, "rb") as lines:
                expected = "".join(url + "\n" for url in deduplicate(extractor.good_urls(lines)))
            python = time.process_time() - begin
            command = [owt, "urls", "--compat", "openwebtext", "-q", "--force", "-j", "1", path.name, "urls.txt"]
            best = min(cpu_of(command, root) for _ in range(options.runs))
            if (root / "urls.txt").read_text() != expected:
                print("the outputs differ")
                return 1
            print(f"{name}: owt {best:.3f} s, {len(dump) / best / 1e6:.0f} MB/s; Python {python:.2f} s, "
                  f"{len(dump) / python / 1e6:.0f} MB/s; ratio {python / best:.1f}")  # fmt: skip
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
