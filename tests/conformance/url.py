#!/usr/bin/env python3
"""Compares the URL code with Python's urllib, html and str, and with tldextract.

    pip install tldextract
    tests/conformance/url.py build/release/bin/url_probe [--urls 300000] [--seed 1]

Prints what was compared; exits 1 when anything differs. The suffix list is the one that libpsl was built from, where the
system has it (package publicsuffix); otherwise tldextract's snapshot, and hosts whose answer depends on the version
differ: state the two versions before trusting a difference.
"""

import argparse
import html
import pathlib
import random
import sys
from urllib.parse import urlsplit

import tldextract
from tldextract.remote import lenient_netloc

from probe import ask
from url_samples import random_url

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from blacklist_urls import SYSTEM_SUFFIXES, WELL_FORMED, Blacklist, suffix_extractor  # noqa: E402
from extract_urls import key_of  # noqa: E402


WILDCARD_PARENTS = set("ck er bd pg kh fk mm jm np".split())


class Comparison:
    def __init__(self, program):
        self.program = program
        self.failed = False

    def run(self, question, inputs, expected, normalize=lambda answer: answer):
        """`expected(text)` gives the answer, or None where there is nothing to compare."""
        pairs = [(text, expected(text)) for text in inputs]
        pairs = [(text, want) for text, want in pairs if want is not None]
        answers = ask(self.program, question, [text.encode() for text, _ in pairs])
        wrong = [(t, want, normalize(got)) for (t, want), got in zip(pairs, answers) if normalize(got) != want]
        print(f"{question}: {len(pairs)} compared, {len(wrong)} differ")
        for text, want, got in wrong[:10]:
            print(f"  {text!r}: expected {want!r}, got {got!r}")
        self.failed |= bool(wrong)


def split(url):
    if url != url.lstrip("".join(map(chr, range(33)))) or any(c in url for c in "\t\r\n"):
        return None  # urlsplit changes such URLs first; SplitUrl leaves that to its callers
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    fields = (parts.scheme, parts.netloc, parts.path, parts.query, parts.fragment)
    return "\0".join(fields).encode()


def split_fields(answer):
    scheme, authority, _, _, _, path, query, fragment = answer.split(b"\0")
    return b"\0".join((scheme.lower(), authority, path, query, fragment))


def unescape_samples(count, rng):
    names = list(html.entities.html5)
    for name in names:
        yield "&" + name
        yield "x&" + name.rstrip(";") + "y=1"
    for number in [*range(0x200), *range(0xD7F0, 0xE010), 0xFDD0, 0xFDEF, 0xFFFE, 0x1FFFF, 0x10FFFF, 0x110000, 10**12]:
        yield f"a&#{number};b&#x{number:x}"
    for _ in range(count):
        pieces = ["&", "#", "x", ";", "amp", "lt", "notit", "é", " ", "&#38", "&#x26;", rng.choice(names), "1", "F"]
        yield "".join(rng.choice(pieces) for _ in range(rng.randrange(9)))


def compare_keys(program, urls):
    """Our keys and the reference's must put the same URLs together."""
    answers = ask(program, "openwebtext-key", [url.encode() for url in urls])
    ours_of, theirs_of = {}, {}
    wrong = 0
    for url, ours in zip(urls, answers):
        try:
            theirs = key_of(url)
        except ValueError:
            theirs = None
        same = (ours == b"unparsable") == (theirs is None)
        same = same and ours_of.setdefault(theirs, ours) == ours and theirs_of.setdefault(ours, theirs) == theirs
        wrong += not same
        if not same and wrong <= 10:
            print(f"  {url!r}: {theirs!r} and {ours!r}")
    print(f"openwebtext-key: {len(urls)} URLs in {len(ours_of)} classes, {wrong} differ")
    return wrong > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--urls", type=int, default=300000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    urls = [random_url(rng) for _ in range(options.urls)]
    comparison = Comparison(options.program)
    print(f"tldextract {tldextract.__version__}, list {'of the system' if SYSTEM_SUFFIXES.exists() else 'of tldextract'}")

    comparison.run("split", urls, split, split_fields)
    extract = suffix_extractor()

    def suffix(url):
        host = lenient_netloc(url).replace("\u3002", ".").replace("\uff0e", ".").replace("\uff61", ".").lower()
        if "" in host.split(".") or host in WILDCARD_PARENTS:
            # Not names. libpsl follows the list's algorithm there (ck alone is a suffix, an empty label ends a
            # rule), tldextract does not. No blacklist verdict depends on it.
            return None
        parts = extract(url)
        return "\0".join((parts.subdomain, parts.domain, parts.suffix)).encode()

    def ascii_dots(answer):
        return answer.decode().replace("\u3002", ".").replace("\uff0e", ".").replace("\uff61", ".").encode()

    comparison.run("suffix", urls, suffix, ascii_dots)
    if SYSTEM_SUFFIXES.exists():
        rules = [line.strip() for line in SYSTEM_SUFFIXES.read_text(encoding="utf-8").split("\n")]
        rules = [rule.lstrip("!").replace("*", "star") for rule in rules if rule and not rule.startswith("//")]
        hosts = [prefix + rule for rule in rules for prefix in ("", "a.", "b.a.", "c.b.a.")]
        comparison.run("suffix", ["http://" + host + "/" for host in hosts], suffix, ascii_dots)
    comparison.run("strip", urls, lambda url: url.strip().encode())
    comparison.run("unescape", list(unescape_samples(options.urls // 4, rng)) + urls, lambda t: html.unescape(t).encode())
    comparison.run("malformed-megatron", urls, lambda url: b"0" if WELL_FORMED.match(url) else b"1")
    blacklist = Blacklist()
    stripped = [url.strip() for url in urls]
    comparison.run("blacklist-megatron", stripped, lambda url: (blacklist.reason(url) or "").encode())
    failed = compare_keys(options.program, urls)
    return 1 if failed or comparison.failed else 0


if __name__ == "__main__":
    sys.exit(main())
