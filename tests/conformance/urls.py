#!/usr/bin/env python3
"""Compares `owt urls --compat openwebtext` with the reference loops (tests/reference/extract_urls.py).

    pip install tldextract
    tests/conformance/urls.py build/release/bin/owt [--posts 200000] [--seed 1]

Makes three months of Reddit dumps (plain, bz2, xz), with lines that are no JSON, HTML references, duplicates in many disguises. The
output must be the same bytes for several numbers of workers, batch sizes and memories. URLs with line breaks are left out: the
reference writes them as several lines. Prints what was compared; exits 1 when anything differs.
"""

import argparse
import bz2
import html
import json
import lzma
import pathlib
import random
import subprocess
import sys
import tempfile

from url_samples import random_url

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from extract_urls import Extractor, deduplicate  # noqa: E402

RUNS = [
    ["--workers", "1"],
    ["--workers", "2", "--batch-size", "64K"],
    ["--workers", "8", "--batch-size", "1M"],
    ["--workers", "2", "--memory", "1M", "--max-record", "64K"],  # the keys do not fit
]
SUBREDDITS = ["news", "science", "pics", "AskReddit", "de", "\u65e5\u672c"]


def random_post(rng):
    url = random_url(rng)
    while "\n" in html.unescape(url) or "\r" in html.unescape(url):
        url = random_url(rng)
    post = {
        "title": rng.choice(["A title", 'with "quotes" \\ and \ud83d', "\u00e9\u4e2d", "x" * 300]),
        "score": rng.choice([-3, 0, 1, 2, 3, 4, 100, 2.5, 3.0]),
        "url": html.escape(url) if rng.random() < 0.5 else url,
        "over_18": rng.random() < 0.1,
        "is_self": rng.random() < 0.2,
        "subreddit": rng.choice(SUBREDDITS),
        "id": f"{rng.randrange(1 << 30):x}",
        "media": {"url": "http://not.this/", "list": [1, {"score": 9}]},
    }
    keys = list(post)
    rng.shuffle(keys)
    return json.dumps({key: post[key] for key in keys}, ensure_ascii=rng.random() < 0.5 or "\ud83d" in post["title"])


def random_line(rng):
    line = random_post(rng)
    if rng.random() < 0.01:
        return line[: rng.randrange(len(line))]
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("owt")
    parser.add_argument("--posts", type=int, default=200000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    owt = pathlib.Path(options.owt).resolve()
    rng = random.Random(options.seed)
    lines = [random_line(rng).encode() for _ in range(options.posts)]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "dumps").mkdir()
        third = len(lines) // 3
        months = [b"".join(line + b"\n" for line in lines[i * third : (i + 1) * third]) for i in range(3)]
        (root / "dumps/RS_2014-01.bz2").write_bytes(bz2.compress(months[0]))
        (root / "dumps/RS_2014-02.xz").write_bytes(lzma.compress(months[1], preset=1))
        (root / "dumps/RS_2014-03").write_bytes(months[2])
        good = list(Extractor().good_urls(lines[: 3 * third]))
        kept = list(deduplicate(good))
        expected = "".join(url + "\n" for url in kept).encode()
        print(f"{3 * third} posts, {len(good)} good, {len(kept)} different")
        for arguments in RUNS:
            command = [owt, "urls", "--compat", "openwebtext", "-q", "--force", "--max-bad", "100%"]
            subprocess.run(command + arguments + ["dumps/", "urls.txt"], cwd=root, check=True)
            same = (root / "urls.txt").read_bytes() == expected
            print(f"{' '.join(arguments)}: {'same' if same else 'DIFFERENT'}")
            if not same:
                got = (root / "urls.txt").read_text().split("\n")
                for ours, theirs in zip(got, kept):
                    if ours != theirs:
                        print(f"  first difference: ours {ours!r}, reference {theirs!r}")
                        break
            failed |= not same
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
