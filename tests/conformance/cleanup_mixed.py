#!/usr/bin/env python3
"""What --fix-mixed-encodings does to real text, clean and made worse.

    tests/conformance/cleanup_mixed.py build/release/bin/text_probe [--megabytes 2] [--lines 3000] [--seed 1]

1. Its search for parts against a slow one in Python, with ftfy's own rules of badness.
2. Clean text in many languages: may not change. 3. Lines of it, of which one to three stretches of words each were decoded with
a page drawn at random, and something else was not: how many come back, how many stay, in how many a character is wrong. A
plan replayed gives the text; a second pass changes nothing; no text looks worse afterwards.
Prints the counts; exits 1 where something does not hold.
"""

import argparse
import json
import pathlib
import random
import re
import sys
import unicodedata

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ftfy.badness import BADNESS_RE, badness
from ftfy.chardata import CHARMAP_ENCODINGS

from cleanup_ftfy import SWITCHES, Options, bad_ends, replay
from probe import ask
from translations import documents

# Mojibake alone, no other step.
STEPS = "".join("01"[name in ("fix_encoding", "restore_byte_a0", "replace_lossy_sequences", "decode_inconsistent_utf8")] for name in SWITCHES)
OURS, FTFYS = Options("0", STEPS, "-", compatible=False, mixed=True), Options("0", STEPS, "-", compatible=False)


# --- the slow search -------------------------------------------------------------------------------
def sequence_at(text, at, page):
    """The end of the characters from `at` on that are one sequence of UTF-8 in the page; None: they are not."""
    for end in range(at + 2, min(len(text), at + 4) + 1):
        try:
            decoded = text[at:end].encode(page).decode("utf-8")
        except UnicodeError:
            continue
        if end == at + 2 and text[at] in "\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f":
            continue
        if len(decoded) == 1 and unicodedata.category(decoded) not in ("Cn", "Co"):
            return end
    return None


def stretch_from(text, at, page):
    """(begin, end) of the page's first stretch that begins at or behind `at`."""
    while at < len(text):
        end = sequence_at(text, at, page)
        if end is not None:
            begin = at
            at = end
            while at < len(text):
                following = at + 1 if text[at].isascii() and text[at] != "\x1a" else sequence_at(text, at, page)
                if following is None:
                    break
                end = end if text[at].isascii() else following
                at = following
            return begin, end
        at += 1
    return None


def slow_layers(left, before, right, page):
    """The stretch decoded, up to three times, until the text is bad at fewer places; None: that does not come."""
    if not BADNESS_RE.search(before):
        return None
    wanted, after = bad_ends(left + before + right), before.encode(page).decode("utf-8")
    for _ in range(2):
        if bad_ends(left + after + right) < wanted or not BADNESS_RE.search(after):
            break
        after = next(decoded_by_all(after), None)
        if after is None:
            return None
    return after if bad_ends(left + after + right) < wanted else None


def decoded_by_all(text):
    for page in CHARMAP_ENCODINGS:
        try:
            yield text.encode(page).decode("utf-8")
        except UnicodeError:
            pass


def highest(text, begin, end, i):
    return max(text[begin:end].encode(CHARMAP_ENCODINGS[i]).decode("utf-8"))


def slow_mixed(text):
    result, copied, at = "", 0, {page: 0 for page in CHARMAP_ENCODINGS}
    while True:
        found = [(*stretch, i) for i, page in enumerate(CHARMAP_ENCODINGS) for stretch in [stretch_from(text, at[page], page)] if stretch]
        if not found:
            return result + text[copied:]
        begin, end, i = min(found, key=lambda stretch: (stretch[0], -stretch[1], highest(text, *stretch), stretch[2]))
        page = CHARMAP_ENCODINGS[i]
        result, copied = result + text[copied:begin], begin
        after = slow_layers(result, text[begin:end], text[end:], page)
        if after is None:
            at[page] = end
        else:
            result, copied = result + after, end
            at = {each: max(start, end) for each, start in at.items()}


def compare_with_slow(program, texts):
    changed = 0
    for text, answer in zip(texts, ask(program, "mixed", [text.encode() for text in texts])):
        wanted = slow_mixed(text)
        changed += wanted != text
        if answer.decode() != wanted:
            sys.exit(f"DIFFERENT: {text!r}\n  slow {wanted!r}\n  owt  {answer.decode()!r}")
    if changed == 0:
        sys.exit("nothing was repaired: the comparison says nothing")
    print(f"the search against a slow one: {len(texts)} texts, {changed} changed, all equal", flush=True)


# --- real texts ------------------------------------------------------------------------------------
def clean(program, options, texts):
    records = [f"{options.line}\n{text}".encode() for text in texts]
    return [answer.decode() for answer in ask(program, "clean", records)]


def plans(program, options, texts):
    return [json.loads(answer) for answer in ask(program, "explain", [f"{options.line}\n{text}".encode() for text in texts])]


def check_clean(program, texts):
    changed = [(text, a) for text, a, b in zip(texts, clean(program, OURS, texts), clean(program, FTFYS, texts)) if a != b]
    size = sum(len(text.encode()) for text in texts)
    print(f"clean: {size / 1e6:.1f} MB, {len(texts)} texts, {len(changed)} changed by the option", flush=True)
    for before, after in changed[:20]:
        for old, new in zip(before.split("\n"), after.split("\n")):
            if old != new:
                print(f"  {old!r}\n  {new!r}")
    return len(changed)


class Garbled:
    """A line of which some words went through the wrong page."""

    def __init__(self, line, rng):
        words = re.split("( )", line)
        self.pieces = []  # (original character, what became of it)
        self.spans = 0
        starts = sorted(rng.sample(range(len(words)), min(len(words), rng.choice([1, 1, 2, 3]))))
        for number, start in enumerate(starts):
            stop = starts[number + 1] if number + 1 < len(starts) else len(words)
            plain_from = rng.randrange(start + 1, stop + 1)
            self.add("".join(words[: start] if number == 0 else []), None)
            self.add("".join(words[start:plain_from]), rng.choice(CHARMAP_ENCODINGS))
            self.add("".join(words[plain_from:stop]), None)
        self.line = line
        self.text = "".join(garbled for _, garbled in self.pieces)

    def add(self, text, page):
        try:
            pieces = [(c, c.encode("utf-8").decode(page) if page else c) for c in text]
        except UnicodeError:  # the page lacks a byte
            pieces = [(c, c) for c in text]
        self.spans += any(c != garbled for c, garbled in pieces)
        self.pieces += pieces

    def is_mixed(self):
        return self.spans > 0 and any(c == garbled and not c.isascii() for c, garbled in self.pieces)

    def outcome(self, result):
        if result == self.line:
            return "recovered"
        if result == self.text:
            return "untouched"
        parts = "".join(re.escape(c) if c == garbled else f"(?:{re.escape(c)}|{re.escape(garbled)})" for c, garbled in self.pieces)
        return "in part" if re.fullmatch(parts, result) else "wrong"


def lines_of(texts, rng, count):
    lines = [line for text in texts for line in text.split("\n") if 20 <= len(line) <= 400 and not line.isascii() and badness(line) == 0]
    rng.shuffle(lines)
    garbled = []
    while len(garbled) < count:
        one = Garbled(rng.choice(lines), rng)
        if one.is_mixed():
            garbled.append(one)
    return garbled


def check_garbled(program, garbled):
    texts = [one.text for one in garbled]
    results = clean(program, OURS, texts)
    counts = {}
    for options, answers in ((FTFYS, clean(program, FTFYS, texts)), (OURS, results)):
        outcomes = [one.outcome(answer) for one, answer in zip(garbled, answers)]
        counts[options] = {name: outcomes.count(name) for name in ("recovered", "in part", "untouched", "wrong")}
    print(f"garbled: {len(texts)} lines; without the option {counts[FTFYS]}, with it {counts[OURS]}", flush=True)
    for one, result, again, segments in zip(garbled, results, clean(program, OURS, results), plans(program, OURS, texts)):
        replayed = replay(one.text, segments[0]["plan"]) if segments else one.text
        if replayed != result:
            sys.exit(f"the plan {segments} of {one.text!r} gives {replayed!r}, not {result!r}")
        if again != result:
            sys.exit(f"a second pass changes {result!r} to {again!r}")
        if badness(result) > badness(one.text):
            sys.exit(f"{one.text!r} looks worse as {result!r}")
    return counts[FTFYS], counts[OURS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--lines", type=int, default=3000)
    parser.add_argument("--slow", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many lines with a wrong character")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    texts = [text for _, text in documents(int(arguments.megabytes * 1e6))]
    garbled = lines_of(texts, rng, arguments.lines)
    compare_with_slow(arguments.program, [one.text[:80] for one in garbled[: arguments.slow]])
    ftfys, ours = check_garbled(arguments.program, garbled)
    for one in garbled if arguments.show else []:
        (result,) = clean(arguments.program, OURS, [one.text])
        if one.outcome(result) == "wrong" and arguments.show:
            arguments.show -= 1
            print(f"  was {one.line!r}\n  got {one.text!r}\n  is  {result!r}")
    if check_clean(arguments.program, texts):
        sys.exit("clean text was changed")
    if ours["recovered"] < 1.25 * ftfys["recovered"]:
        sys.exit("the option should bring back many more lines")
    if ours["wrong"] > ftfys["wrong"]:
        sys.exit("the option should not make more wrong repairs")


if __name__ == "__main__":
    main()
