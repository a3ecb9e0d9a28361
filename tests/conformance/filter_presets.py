#!/usr/bin/env python3
"""Compares `owt filter --preset dclm` and `--preset dolma` with tests/reference/gopher_readings.py, the documented rules in
plain Python, on generated and real texts.

    tests/conformance/filter_presets.py build/release/bin/owt [--texts 12000] [--edges 4] [--seed 1]

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


def lines_text(rng):
    """Lines that rules on lines are about, mostly between good ones."""
    good = []
    for _ in range(rng.choice([0, 2, 6, 20])):
        made = rng.choice(KINDS[-3:])(rng).replace("\n", " ")
        good.append(made[: rng.choice([60, 200, 400])] + rng.choice([".", "", "!"]))
    lines = good + [rng.choice(ODD_LINES) + rng.choice(["", "", "", rng.choice(WHITE)])
                    for _ in range(rng.choice([0, 1, 2, 4, 12]))]
    rng.shuffle(lines)
    return rng.choice(["\n", "\n", "\n\n", "\n\n\n", "\n\n\n\n"]).join(lines) + rng.choice(["", "\n", "\n\n\n", " "])


def findings(preset, text, at):
    """Of all rules in their order, and the text that stays."""
    if preset == "dclm":
        found = [*reference.dclm_quality(text, at), *reference.dclm_repetition(text, at)]
        more, edited = reference.dclm_lines(text, at)
        return found + more, edited
    edited = reference.dolma_lines(text)
    return [*reference.dolma_quality(edited, at), *reference.dolma_repetition(edited, at)], edited


def answer(preset, text, at):
    found, edited = findings(preset, text, at)
    for rule, value, threshold, more_is_bad in found:
        if value > threshold if more_is_bad else value < threshold:
            return rule, text
    return None, edited


def options_of(rule, preset):
    """The option of a rule's threshold."""
    if preset == "dolma" and rule == "dup_line_char_frac":
        return "dolma-max-dup-line-chars"
    named = {"gopher_short_doc": "gopher-min-words", "gopher_long_doc": "gopher-max-words",
             "gopher_below_avg_threshold": "gopher-min-word-length", "gopher_above_avg_threshold": "gopher-max-word-length",
             "gopher_too_many_symbols": "gopher-max-symbols", "gopher_too_many_bullets": "gopher-max-bullet-lines",
             "gopher_too_many_end_ellipsis": "gopher-max-ellipsis-lines", "gopher_below_alpha_threshold": "gopher-min-letter-words",
             "gopher_enough_stop_words": "gopher-min-stop-words", "dup_line_frac": "gopher-max-dup-lines",
             "dup_para_frac": "gopher-max-dup-paragraphs", "dup_line_char_frac": "gopher-max-dup-line-chars",
             "dup_para_char_frac": "gopher-max-dup-paragraph-chars", "dclm_removed_words": "dclm-max-removed-words"}
    n = rule.split("_")[1]
    return named.get(rule) or (f"gopher-max-top-{n}-grams" if rule.startswith("top") else f"gopher-max-dup-{n}-grams")


def edge(rng, scores, preset):
    """Options with the thresholds that they set: most rules off, some at the edge of a text."""
    at = dict(reference.DEFAULTS, **{"gopher-min-words": 1, "gopher-min-stop-words": 1})
    rules = sorted({rule for score in scores for rule in score} - {"empty"})
    for rule in rules:  # what lets nearly all pass
        name = options_of(rule, preset)
        if rule.startswith(("dup", "top", "dclm")) or "too_many" in rule:
            at[name] = 1.0
        elif rule == "gopher_below_alpha_threshold":
            at[name] = 0.01
        elif rule.endswith("avg_threshold"):
            at[name] = 0.5 if "below" in rule else 1000.0
    for rule in rng.sample(rules, 3):
        values = [score[rule] for score in scores if score.get(rule)]
        value, name = rng.choice(values), options_of(rule, preset)
        if isinstance(at[name], int):
            at[name] = int(value)
        else:
            at[name] = min(math.nextafter(value, -math.inf) if rng.random() < 0.5 else value, 1.0 if at[name] == 1.0 else 1000.0)
    if preset == "dclm":
        at.update({"dclm-max-capitals": rng.choice([0.5, 0.2, 4 / 9]), "dclm-max-digits": rng.choice([0.999999, 0.3]),
                   "dclm-min-line-words": rng.choice([2, 3]), "dclm-max-phrase-words": rng.choice([10, 3]),
                   "dclm-max-line-feeds": rng.choice([2, 1])})
    return at


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--texts", type=int, default=12000)
    parser.add_argument("--edges", type=int, default=4, help="runs of each preset")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.owt).resolve())
    rng = random.Random(arguments.seed)
    made = [*texts(arguments.texts // 2, arguments.seed), *(lines_text(rng) for _ in range(arguments.texts // 2)), *documents(400_000)]
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
            at = reference.DEFAULTS
            wanted = [{rule: value for rule, value, *_ in findings(preset, text, at)[0]} for text in made]
            wrong = [i for i in range(len(made)) if scores[i] != wanted[i]]
            report(f"{preset}, all values", sum(map(len, wanted)), wrong, [
                f"{made[i][:300]!r}: owt, reference " + str([(rule, scores[i].get(rule), wanted[i].get(rule))
                                                             for rule in {**scores[i], **wanted[i]}
                                                             if scores[i].get(rule) != wanted[i].get(rule)]) for i in wrong[:3]])
            runs = [at] + [edge(rng, scores, preset) for _ in range(arguments.edges)]
            for at in runs:
                options = [word for option, value in at.items() if value != reference.DEFAULTS[option]
                           for word in (f"--{option}", repr(value))]
                ours = owt.answers("--preset", preset, *options)
                compare(f"{preset} {' '.join(options)}", made, ours, [answer(preset, text, at) for text in made], report)
    print(f"{total} differences")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
