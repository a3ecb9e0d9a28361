#!/usr/bin/env python3
"""Times `owt extract` on one core against trafilatura, and compares what they take out of the same real pages.

    pip install trafilatura lxml_html_clean
    tests/bench/extract.py build/release/bin [--pages FOLDER] [--number 200]

Without --pages the pages of Debian's documentation packages are taken: debian-handbook (in all its languages), anarchism and
python3.11-doc, fetched by apt-get download and unpacked under build/pages. Prints processor seconds, and the F1 of words by
package: trafilatura is a peer, not the truth, so a low F1 says where to look. Exit 1 where the mean falls below 0.85.
"""

import argparse
import collections
import json
import logging
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

import trafilatura

PACKAGES = ["debian-handbook", "anarchism", "python3.11-doc"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def fetch_pages():
    folder = ROOT / "build" / "pages"
    for package in PACKAGES:
        target = folder / package
        if target.exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = folder.glob(f"{package}_*.deb")
        subprocess.run(["dpkg", "-x", archive, target], check=True)
        archive.unlink()
    return folder


def words(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def score(own, other):
    """Precision and recall of the words of `own` against those of `other`."""
    a, b = words(own), words(other)
    common = (a & b).total()
    precision = common / a.total() if a else float(not b)
    recall = common / b.total() if b else float(not a)
    return precision, recall, 2 * precision * recall / (precision + recall) if common else float(not a and not b)


def run_owt(owt, paths, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([owt, "extract", "-q", "-j", "1", "--force", *paths, folder / "out.jsonl"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    records = map(json.loads, (folder / "out.jsonl").read_text().splitlines())
    return seconds, {record["url"]: record["text"] for record in records}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--pages", type=pathlib.Path)
    parser.add_argument("--number", type=int, default=200)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    owt = options.bin.resolve() / "owt" if options.bin.is_dir() else options.bin.resolve()
    folder = options.pages or fetch_pages()
    paths = sorted(str(p) for p in folder.rglob("*.html") if p.is_file())
    paths = sorted(random.Random(1).sample(paths, min(options.number, len(paths))))
    num_bytes = sum(pathlib.Path(p).stat().st_size for p in paths)
    with tempfile.TemporaryDirectory() as scratch:
        own_seconds, own = min((run_owt(owt, paths, pathlib.Path(scratch)) for _ in range(3)), key=lambda r: r[0])
    begin = time.process_time()
    theirs = {p: trafilatura.extract(pathlib.Path(p).read_bytes()) or "" for p in paths}
    their_seconds = time.process_time() - begin
    groups = collections.defaultdict(list)
    for path in paths:
        groups[pathlib.Path(path).relative_to(folder).parts[0]].append(score(own.get(path, ""), theirs[path]))
    for name, scores in sorted(groups.items()):
        mean = [sum(s[i] for s in scores) / len(scores) for i in range(3)]
        print(f"{name}: {len(scores)} pages, against trafilatura precision {mean[0]:.3f}, recall {mean[1]:.3f}, F1 {mean[2]:.3f}")
    f1 = sum(s[2] for scores in groups.values() for s in scores) / len(paths)
    for name, seconds in (("owt extract", own_seconds), (f"trafilatura {trafilatura.__version__}", their_seconds)):
        print(f"{name}: {seconds:.2f} s, {len(paths) / seconds:.0f} pages/s, {num_bytes / seconds / 1e6:.1f} MB/s")
    print(f"ratio {their_seconds / own_seconds:.1f}; mean F1 {f1:.3f} on {len(paths)} pages, {num_bytes / 1e6:.1f} MB")
    return f1 < 0.85


if __name__ == "__main__":
    sys.exit(main())
