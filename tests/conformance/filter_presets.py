#!/usr/bin/env python3
"""Compares `owt filter --preset dclm` and `--preset dolma` with tests/reference/gopher_readings.py, the documented rules in
plain Python, on generated and real texts.

    tests/conformance/filter_presets.py build/release/bin/owt [--texts 10000] [--edges 2] [--seed 1]

- Values: every number of `--mode score` is equal, in all bits.
- Decisions: the reason for every text, and what stays of it, with the preset's thresholds.
- Edges: the same with thresholds that are values of texts, or the next number beside them.

Exits 1 at differences.
"""

import argparse
import math
import pathlib
import random
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "support"), str(TESTS / "reference")]

import gopher_readings as reference
from filter_datatrove import Owt, compare
from filter_samples import KINDS, WHITE, texts
from library_texts import documents

ODD_LINES = ["3 likes", "1,200 Views", "12.5K Followers", "  7m  downloads!!", "(9 comments)", "1 like", "3 likes more", "12\u2028shares",
             "\u0663 likes", "5\u212a views", "\u00b2 likes", "3 li\u212aes", "x3 likes", "3kk likes", ".3 quotes", "_3 likes", "3likes",
             "Read more...", "and so on read more >>>", "READ MORE\u2026\u00e9!", "read more..", "read more....", "\u3000read more...",
             "Sign-in", "sign-in  now", "SIGN-IN\u00a0to go on", "\u017f\u0130gn-in here", "sign in", "s\u0131gn-inx", "to sign-in",
             "items in cart", "3 ITEMS IN CART", "\u0130tem\u017f in cart", "0 items in cart, items in cart", "xitems in cart",
             "items in cart " + "word " * 8, "items in cart " + "word " * 7, "items in  cart",
             "MOSTLY CAPITALS", "HALF half", "HALFhalf", "HALF halfs", "\u00c9\u01c5\u01c4\u24b6 \u00e9", "1234567", "12 34", "\u0661\u00b2\u2460",
             "\u2167", "12.", "", "", " ", "\t", "\u3000", "one", "two words", "\u00a0one", "* a bullet", "- a bullet", "\u25cf a bullet",
             "\u2022 a bullet", "and so on. . .", ". . . . . . .", "and so on\u2026", "and so on...", "#1 #2 a#b", "wait\u2026 what", "#\u2026",
             "It is.", "Is it?", "\"It is so\"", "It is.\u3000", "It is!)", "a line that is there again", "a line that is there again "]


def lines_text(rng, good):
    """Lines that rules on lines are about, mostly between good ones."""
    lines = [rng.choice(good)[: rng.choice([60, 200, 400])] + rng.choice([".", "", "!"])
             for _ in range(rng.choice([0, 2, 4, 12]))] + [rng.choice(ODD_LINES) + rng.choice(["", "", "", rng.choice(WHITE)])
                    for _ in range(rng.choice([0, 1, 2, 4, 12]))]
    rng.shuffle(lines)
    return rng.choice(["\n", "\n", "\n\n", "\n\n\n", "\n\n\n\n"]).join(lines) + rng.choice(["", "\n", "\n\n\n", " "])


def measure(preset, text):
    """Findings of the rules that no option changes, and what rules on lines before them leave of the text."""
    if preset == "dclm":
        return [*reference.dclm_quality(text), *reference.dclm_repetition(text)], text
    edited = reference.dolma_lines(text)
    return [*reference.dolma_quality(edited), *reference.dolma_repetition(edited)], edited


def answer(preset, text, measured, at):
    """The reason, or the text that stays."""
    found, edited = measured
    for rule, value, option, more_is_bad in found:
        if option is None or (value > at[option] if more_is_bad else value < at[option]):
            return rule, text
    if preset == "dclm":
        (finding,), edited = reference.dclm_lines(edited, at)
        if finding[2] is None or finding[1] > at[finding[2]]:
            return finding[0], text
    return None, edited


def edge(rng, options, preset):
    """Thresholds by option: most rules off, some at the edge of a text. `options` are values by option."""
    at = dict(reference.DEFAULTS)
    for option in options:  # what lets nearly all pass
        if option.endswith(("words", "word-length")) and "letter" not in option:
            at[option] = type(at[option])(1000 if "max" in option and "removed" not in option else 1)
        else:
            at[option] = 1.0 if "max" in option else 0.01
    for option in rng.sample([option for option in sorted(options) if any(options[option])], 3):
        value = rng.choice([value for value in options[option] if value])
        if isinstance(at[option], int):
            at[option] = int(value)
        else:
            value = math.nextafter(value, -math.inf) if rng.random() < 0.5 else value
            at[option] = min(value, 1000.0 if "word-length" in option or option.startswith("dolma") else 1.0)
    if preset == "dclm":
        at.update({"dclm-max-capitals": rng.choice([0.5, 0.2, 4 / 9]), "dclm-max-digits": rng.choice([0.999999, 0.3]),
                   "dclm-min-line-words": rng.choice([2, 3]), "dclm-max-phrase-words": rng.choice([10, 3]),
                   "dclm-max-line-feeds": rng.choice([2, 1])})
    return at


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--texts", type=int, default=10000)
    parser.add_argument("--edges", type=int, default=2, help="runs of each preset")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.owt).resolve())
    rng = random.Random(arguments.seed)
    good = [rng.choice(KINDS[-3:])(rng).replace("\n", " ") for _ in range(1000)]
    made = [*texts(arguments.texts // 2, arguments.seed), *(lines_text(rng, good) for _ in range(arguments.texts // 2)), *documents(400_000)]
    total = 0

    def report(what, asked, wrong, lines, reasons=None):
        nonlocal total
        total += len(wrong)
        print(f"{what}: {asked} compared, {len(wrong)} differ" + (f"; {reasons}" if reasons else ""))
        print(*lines, sep="\n", end="\n" if lines else "")

    with tempfile.TemporaryDirectory() as name:
        owt = Owt(program, pathlib.Path(name), made)
        for preset in ("dclm", "dolma"):
            scores = [record["filter"] for record in owt.run("--preset", preset, "--mode", "score")]
            measured = [measure(preset, text) for text in made]
            wanted, options = [], {}
            for text, (found, _) in zip(made, measured):
                if preset == "dclm":
                    found = found + reference.dclm_lines(text, reference.DEFAULTS)[0]
                wanted.append({rule: value for rule, value, *_ in found})
                for _, value, option, _ in found:
                    if option:
                        options.setdefault(option, []).append(value)
            wrong = [i for i in range(len(made)) if scores[i] != wanted[i]]
            report(f"{preset}, all values", sum(map(len, wanted)), wrong, [
                f"{made[i][:300]!r}: owt, reference " + str([(rule, scores[i].get(rule), wanted[i].get(rule))
                                                             for rule in {**scores[i], **wanted[i]}
                                                             if scores[i].get(rule) != wanted[i].get(rule)]) for i in wrong[:3]])
            for at in [reference.DEFAULTS] + [edge(rng, options, preset) for _ in range(arguments.edges)]:
                words = [word for option, value in at.items() if value != reference.DEFAULTS[option]
                         for word in (f"--{option}", repr(value))]
                theirs = [answer(preset, text, found, at) for text, found in zip(made, measured)]
                compare(f"{preset} {' '.join(words)}", made, owt.answers("--preset", preset, *words), theirs, report)
    print(f"{total} differences")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
