#!/usr/bin/env python3
"""Compares cleanup with ftfy 6.3.1 on generated text: results and plans.

    pip install ftfy==6.3.1
    tests/conformance/cleanup_ftfy.py build/release/bin/text_probe [--segments 1000000] [--seed 1]

Half of the texts go through ftfy's defaults, half through options drawn at random. Nothing may differ but what comes
from another version of Unicode: this Python's normal forms do not know every character that ICU's do, and a text
whose result holds a character that is unassigned here is counted and not compared. Exits 1 at a difference.
"""

import argparse
import collections
import html.entities
import json
import random
import re
import sys
import unicodedata

import ftfy
from ftfy.badness import BADNESS_RE, MOJIBAKE_CATEGORIES
from ftfy.chardata import CHARMAP_ENCODINGS, UTF8_CLUES

from probe import ask

SWITCHES = ["remove_terminal_escapes", "fix_encoding", "restore_byte_a0", "replace_lossy_sequences", "decode_inconsistent_utf8",
            "fix_c1_controls", "fix_latin_ligatures", "fix_character_width", "uncurl_quotes", "fix_line_breaks", "remove_control_chars"]  # fmt: skip
FORMS = {"C": "NFC", "D": "NFD", "c": "NFKC", "d": "NFKD", "-": None}
HOWS = {"0": False, "a": "auto", "1": True}

NAMES = sorted(html.entities.html5)
SPECIAL = [*map(chr, range(0x20)), "\x7f", "\x85", "\r\n", "\n\r", "\u2028", "\u2029", "\ufeff", "\u206a", "\u206f", "\ufff9", "\ufffc", "\ufffd"]
ENTITY_PARTS = ["&", "&", "&amp;", "amp", ";", "&semi;", "#", "&#", "x", "26", "38", "&#38;", "lt;", "&lt;", "\u037e", "&#894;", "\u212a", "<",
                "&num;", "&#59;", "&#13;", "\r", "\n", "&#10;", "\x01", "a", "\u0301", "\uff06", "\uff1b", "\ufb01", "&#195;&#169;"]  # fmt: skip
BASES = "aeiouAEIOUnNcC\u0915\u1100\u1112\u1161\u11a8\u05d0\u4e2d\u2126\u212b\u0958\u0344\uf900\uff76\uff8a\ufb00"
MARKS = "\u0300\u0301\u0302\u0308\u030a\u0316\u0327\u0328\u0338\u0345\u3099\uff9e\u05bc\u0f71\u0f72\u093c\u11a8\u1161"
ESCAPES = ["\x1b[", "\x1b[31m", "\x1b[1;4m", "\x1b[m", "\x1b[\u0663m", "\x1b[\uff11m", "\x1b", "[", "m", ";", "3", "\x1b[;;", "\x01", "\x1b[31\x02m"]
FORMED = [*map(chr, range(0xFF00, 0xFFF0)), "\u3000", *map(chr, range(0xFB00, 0xFB07)), *"\u0132\u0133\u0149",
          *map(chr, range(0x1C4, 0x1CD)), *"\u01f1\u01f2\u01f3", *"\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u02bc\u2026\u2013\u2014"]  # fmt: skip
PHRASES = """It\u2019s a \u201cquote\u201d \u2013 don\u2019t\u2026 \u2014 |voil\u00e0 le travail|\u00c0 la carte, \u00e0 bient\u00f4t|Stra\u00dfe, \u00fcber \u00c4rger|
El Ni\u00f1o, \u00bfqu\u00e9? \u00a1s\u00ed!|za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144|\u0159e\u0159icha, \u017elu\u0165ou\u010dk\u00fd k\u016f\u0148|
\u0421\u044a\u0435\u0448\u044c \u0435\u0449\u0451 \u044d\u0442\u0438\u0445 \u0431\u0443\u043b\u043e\u043a|\u03a4\u03af\u03c0\u03bf\u03c4\u03b1 \u03b4\u03b5\u03bd \u03ae\u03c4\u03b1\u03bd|
\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645|\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd|\u4f60\u597d\uff0c\u4e16\u754c\u3002|\u3053\u3093\u306b\u3061\u306f\u4e16\u754c|
\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8|\u015e\u0131 \u011f\u0130 \u015f\u00e7\u00f6|Ti\u1ebfng Vi\u1ec7t \u0111\u01b0\u1ee3c|\U0001f600\U0001f44d\U0001f3fd \U0001f1eb\U0001f1f7|\u2714 \u2713 \u2192 \u2605|
100\u00a0\u20ac \u00a3 \u00a5 \u00a9 \u00ae \u2122 \u00b0|na\u00efve caf\u00e9|k\u00f6nnen|\u010desk\u00fd|\u0101\u0113\u012b\u014d\u016b|\u2248 \u221e \u2260 \u2264|
\u00e9|\u00e0|\u00c3|\u00c2|\u00a0|\u2019|\U0001f602|\u2026|\u0411|\u00ed|\u00d1|\u00dc|\u0152uvre|c\u0153ur|aquele \u00e0quele \u00e0s|\u00a0\u00e0\u00a0|plain words and nothing else""".replace("\n", "").split("|")  # fmt: skip


RULES = re.split(r"\n +\|\n", BADNESS_RE.pattern)
COMPILED_RULES = [re.compile(rule, re.VERBOSE) for rule in RULES]


def bad_ends(text):
    """At how many places of the text a rule of badness ends."""
    ends = set()
    for rule in COMPILED_RULES:
        match = rule.search(text)
        while match:
            ends.add(match.end())
            match = rule.search(text, match.start() + 1)
    return len(ends)


def suspects():
    """The characters of the categories of badness, one by one."""
    patterns = [re.compile("[" + members + "]") for members in MOJIBAKE_CATEGORIES.values()]
    return [c for c in map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x10000)]) if any(p.match(c) for p in patterns)]


def clues():
    patterns = [re.compile("[" + members + "]") for members in UTF8_CLUES.values()]
    return [c for c in map(chr, range(0x20, 0x2200)) if any(p.match(c) for p in patterns)]


class Texts:
    """Texts of every kind that some step acts on."""

    def __init__(self, rng):
        self.rng = rng
        self.everything = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
        self.suspects = suspects()
        self.clues = clues()
        kinds = {
            self.ascii: 3, self.special: 2, self.entity: 3, self.composed: 2, self.any: 1, self.phrase: 3, self.mojibake: 8, self.part: 3,
            self.suspicious: 4, self.clue: 4, self.formed: 2, self.escape: 2, self.lossy: 4, self.altered: 3, self.variants: 2, self.separator: 3,
        }  # fmt: skip
        self.kinds = [kind for kind, weight in kinds.items() for _ in range(weight)]

    def text(self):
        few = self.rng.random() < 0.5
        return "".join(self.rng.choice(self.kinds)() for _ in range(self.rng.randrange(3 if few else 9)))

    def pick(self, among, most):
        return "".join(self.rng.choices(among, k=self.rng.randrange(most)))

    def ascii(self):
        return self.pick("The quick brown fox. A a? \t", 60)

    def special(self):
        return self.rng.choice(SPECIAL)

    def separator(self):
        return self.rng.choice(["\n", "\r\n", "\n\n", "<", "<b>", " ", "\n", "  "])

    def composed(self):
        return self.rng.choice(BASES) + self.pick(MARKS, 5)

    def any(self):
        return self.pick(self.everything, 10)

    def phrase(self):
        return self.rng.choice(PHRASES)

    def suspicious(self):
        return self.pick([*self.suspects, " ", "a", "Z", "_", "\n", "1"], 6)

    def clue(self):
        return self.pick(self.clues, 6)

    def formed(self):
        return self.pick(FORMED, 6)

    def escape(self):
        return self.pick(ESCAPES, 5)

    def entity(self):
        rng = self.rng
        kind = rng.randrange(5)
        if kind == 0:
            name = rng.choice(NAMES)
            return "&" + (name if name.endswith(";") else name + rng.choice(["", ";"]))
        if kind == 1:
            return "&" + rng.choice(NAMES).rstrip(";").upper() + ";"
        if kind == 2:
            number = rng.choice([rng.randrange(0x100), ord(rng.choice(self.everything)), 0xD800 + rng.randrange(0x800), 10 ** rng.randrange(26)])
            return rng.choice(["&#%d;", "&#x%x;", "&#X%X;", "&#%xg;", "&#%d", "&#0%d;", "&#x000%x;"]) % number
        if kind == 3:
            return self.pick(ENTITY_PARTS, 10)
        return "&" + self.pick("abcLTgt#x019", 28) + ";"

    def decode(self, data):
        """Bytes wrongly decoded; where the encoding has no such byte, with a question mark or as another."""
        encoding = self.rng.choice([*CHARMAP_ENCODINGS, "sloppy-windows-1252", "latin-1", "windows-1252"])
        return data.decode(encoding, "replace" if self.rng.random() < 0.5 else "ignore")

    def some(self):
        return self.rng.choice([self.phrase, self.phrase, self.any, self.composed, self.suspicious])()

    def mojibake(self):
        text = self.some()
        for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])):
            text = self.decode(text.encode("utf-8"))
        return text

    def part(self):
        words = self.some().split(" ")
        at = self.rng.randrange(len(words))
        words[at] = self.decode(words[at].encode("utf-8"))
        return " ".join(words)

    def lossy(self):
        data = bytearray(self.some().encode("utf-8"))
        for _ in range(self.rng.randrange(1, 4)):
            if data:
                data[self.rng.randrange(len(data))] = self.rng.choice([0x1A, 0x3F, 0x20, 0x80, 0xA0, 0xED, 0xC0, 0xE0, 0xF0, 0xC3])
        return self.decode(bytes(data)).replace("\x1a", self.rng.choice(["\x1a", "\ufffd"]))

    def altered(self):
        rest = self.rng.choice(["quele", "quela", "quilo", "s ", "s", " ", "", "x", "\n", "que"])
        leads = [b"\xc3\xa0", b"\xc2\xa0", b"\xe2\xa0\x81", b"\xe3\x81\xa0", b"\xf0\xa0\x80\x80", b"\xf0\x9f\xa0\x80", b"\xf0\x9f\x98\xa0", b"\xd0\xa0",
                 b"\xe0\xa4\xa0", b"\xe1\xa0\xa0", b"\xc5\xa0", b"\xe2\x85\xa0"]  # fmt: skip
        data = b"".join(self.rng.choices(leads, k=self.rng.randrange(1, 4)))
        return self.decode(data.replace(b"\xa0", b" ")) + rest

    def variants(self):
        astral = chr(self.rng.randrange(0x10000, 0x110000)) if self.rng.random() < 0.3 else "\U0001f602"
        units = astral.encode("utf-16-be")
        pair = chr(int.from_bytes(units[:2], "big")) + chr(int.from_bytes(units[2:], "big"))
        data = pair.encode("utf-8", "surrogatepass")
        data = self.rng.choice([data, data, b"\xc0\x80", b"\xc0", data[:-1], data[:3], data[:5] + self.rng.choice([b"\x1a", b"?", b"\n"]), b"\xed\x95\x9c"])
        return self.rng.choice(["", "s\u00c3\u00b3 "]) + self.decode(data) + self.rng.choice(["", "\n", "\n", " "])

    def document(self):
        """Many lines, at times with tags."""
        lines = [self.text().replace("<", "") for _ in range(self.rng.randrange(12))]
        if self.rng.random() < 0.5:
            lines.insert(self.rng.randrange(len(lines) + 1), "<p>" + self.text())
        return "\n".join(lines)


class Options:
    """A draw of options, for both sides."""

    def __init__(self, how="a", switches="1" * len(SWITCHES), form="C", length=1_000_000, compatible=True, mixed=False):
        self.line = f"{how}{switches}{form}{int(compatible)}{int(mixed)}{length}"
        self.config = ftfy.TextFixerConfig(
            unescape_html=HOWS[how], normalization=FORMS[form], max_decode_length=length,
            **{name: value == "1" for name, value in zip(SWITCHES, switches)},
        )  # fmt: skip

    @staticmethod
    def draw(rng):
        often = rng.choice([0.9, 0.5])
        switches = "".join("01"[rng.random() < often] for _ in SWITCHES)
        return Options(rng.choice("aa01"), switches, rng.choice("CCDcd-"), rng.choice([1_000_000, 1_000_000, 3, 10, 40]))


def record(options, text):
    return f"{options.line}\n{text}".encode("utf-8")


def is_known(text):
    return all(unicodedata.category(c) != "Cn" for c in text)


class Comparison:
    def __init__(self, program):
        self.program = program
        self.counts = collections.Counter()

    def differ(self, options, text, wanted, found):
        if not is_known(str(wanted)) or not is_known(str(found)) or not is_known(text):
            self.counts["newer Unicode"] += 1
            return
        sys.exit(f"DIFFERENT with {options.line}: {text!r}\n  ftfy {wanted!r}\n  owt  {found!r}")

    def results(self, draws):
        """draws: (options, text) pairs."""
        for (options, text), answer in zip(draws, ask(self.program, "clean", [record(*draw) for draw in draws])):
            wanted = ftfy.fix_text(text, options.config)
            found = answer.decode("utf-8")
            self.counts["texts"] += 1
            self.counts["changed"] += wanted != text
            if found != wanted:
                self.differ(options, text, wanted, found)

    def plans(self, draws):
        for (options, text), answer in zip(draws, ask(self.program, "explain", [record(*draw) for draw in draws])):
            found = json.loads(answer)
            wanted = list(plans(text, options.config))
            self.counts["explained"] += 1
            self.counts["plans"] += len(wanted)
            if found != wanted:
                self.differ(options, text, wanted, found)
            for segment in found:
                piece = text[segment["begin"] : segment["end"]]
                replayed = replay(piece, segment["plan"])
                if replayed != ftfy.fix_text_segment(piece, segment_config(text, segment["end"], options.config)):
                    self.differ(options, text, segment, replayed)


def replay(text, plan):
    """ftfy.apply_plan, which refuses ("normalize", FORM) of ftfy's own plans, and our ("decode_part", PAGE, BEGIN, END)."""
    steps = []
    for action, parameter, *span in plan:
        if action not in ("normalize", "decode_part"):
            steps.append((action, parameter))
            continue
        text = ftfy.apply_plan(text, steps)
        steps = []
        if action == "normalize":
            text = unicodedata.normalize(parameter, text)
        else:
            begin, end = span
            text = text[:begin] + text[begin:end].encode(parameter).decode("utf-8") + text[end:]
    return ftfy.apply_plan(text, steps)


def segment_config(text, end, config):
    unescape = config.unescape_html
    if unescape == "auto" and "<" in text[:end]:
        unescape = False
    return config._replace(unescape_html=unescape)


def plans(text, config):
    """What ftfy's fix_and_explain says of each segment of fix_text."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        end = min(end, begin + config.max_decode_length)
        _, steps = ftfy.fix_and_explain(text[begin:end], segment_config(text, end, config))
        if steps:
            yield {"begin": begin, "end": end, "plan": [list(step) for step in steps]}
        begin = end


def in_chunks(draws, size=20_000):
    chunk = []
    for draw in draws:
        chunk.append(draw)
        if len(chunk) == size:
            yield chunk
            chunk = []
    yield chunk


def random_draws(rng, count):
    """Options change every few texts: the program builds tables for them."""
    texts = Texts(rng)
    default = Options()
    while count > 0:
        options = default if rng.random() < 0.5 else Options.draw(rng)
        for _ in range(min(count, 50)):
            yield options, texts.document() if rng.random() < 0.1 else texts.text()
        count -= 50


def all_characters(rng):
    default = Options()
    for c in Texts(rng).everything:
        yield default, "x" + c + "x"


def all_references():
    only = Options("1", "0" * len(SWITCHES), "-")
    for name in NAMES:
        for spelling in (name, name.upper(), name.capitalize()):
            yield only, "&" + spelling
    for n in [*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFDC0, 0x10010), *range(0x10FFF0, 0x110010)]:
        yield only, "&#%d;" % n
        yield only, "&#x%x;" % n


def all_pairs(rng):
    """Every two of the characters that make a text bad, or decode it, side by side, between others."""
    default = Options()
    texts = Texts(rng)
    around = ["", "a", "Z", " ", ".", "\n", "1", "_", "\u4e2d", "\u0301"]
    for first in texts.suspects:
        for second in texts.suspects:
            if rng.random() < 0.25:
                yield default, rng.choice(around) + first + second + rng.choice(around)


def rule_texts(rng):
    """For each place of each rule every character that may stand there, the other places at random; some with one that may not."""
    alphabet = [*map(chr, [*range(9, 0x2600), 0x4E2D, 0xF8FF, 0xFFFD, 0x1F600])]
    for rule in RULES:
        tokens = re.findall(r"\[(?:\\.|[^\]])*\]|\\.|\S", re.sub(r"(?m)^ *#.*$", "", rule))
        members = [[c for c in alphabet if re.fullmatch(token, c)] for token in tokens if token not in ("?", "^")]
        for place, allowed in enumerate(members):
            for c in allowed if len(allowed) < 1000 else rng.sample(allowed, 1000):
                text = [rng.choice(others) for others in members]
                text[place] = c
                if rng.random() < 0.2:
                    text[rng.randrange(len(text))] = rng.choice(alphabet)
                yield rng.choice(["", "", "a", " ", "\u00e9"]) + "".join(text) + rng.choice(["", "b", " "])


def compare_rules(program, rng):
    texts = list(rule_texts(rng))
    for text, answer in zip(texts, ask(program, "bad", [text.encode() for text in texts])):
        if int(answer) != bad_ends(text):
            sys.exit(f"DIFFERENT badness of {text!r}: {bad_ends(text)} rules of ftfy end in it, {int(answer)} of ours")
    return len(texts)


def differences_of_our_mode(program, rng):
    """Without --compat ftfy a text may differ only where it has a line with one of the bytes C0 and ED before its line feed."""
    ours, compatible = Options(compatible=False), Options()
    texts = Texts(rng)
    drawn = [texts.document() for _ in range(2000)] + [texts.variants() for _ in range(20_000)]
    answers = [ask(program, "clean", [record(options, text) for text in drawn]) for options in (ours, compatible)]
    differing = [text for text, a, b in zip(drawn, *answers) if a != b]
    leads = "".join(bytes([0xC0, 0xED]).decode(encoding) for encoding in CHARMAP_ENCODINGS)
    for text in differing:
        if not re.search(f"[{leads}].*\n", text):
            sys.exit(f"our mode differs, which it should not: {text!r}")
    if not differing:
        sys.exit("our mode should differ from ftfy somewhere")
    return len(drawn), len(differing)


def compare_spaces(program, rng, count):
    """general_cleaning against the expression of Megatron-LM's cleanup_fix_dataset.py."""
    parts = [" ", "  ", "\n", "\n\n", "a", "Z9", "_", ".", "\u00e9", "\u4e2d", "\u0301", "\u00a0", "\t", "\r", "\u00b2", "\u2028"]
    texts = ["".join(rng.choices(parts, k=rng.randrange(14))) for _ in range(count)]
    for text, answer in zip(texts, ask(program, "spaces", [text.encode() for text in texts])):
        wanted = re.sub(r"  +|\b\n+ |\b\n+", " ", text)
        if answer.decode() != wanted:
            sys.exit(f"DIFFERENT spaces: {text!r}\n  re  {wanted!r}\n  owt {answer.decode()!r}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--segments", type=int, default=1_000_000)
    parser.add_argument("--plans", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    comparison = Comparison(arguments.program)
    print(f"badness: {len(RULES)} rules, {compare_rules(arguments.program, rng)} texts for them, all equal", flush=True)
    for name, draws, compare in (
        ("every assigned character", all_characters(rng), comparison.results),
        ("every name and many numbers of references", all_references(), comparison.results),
        ("a quarter of all pairs of suspicious characters", all_pairs(rng), comparison.results),
        (f"random texts, seed {arguments.seed}", random_draws(rng, arguments.segments), comparison.results),
        ("plans of random texts", random_draws(rng, arguments.plans), comparison.plans),
    ):
        comparison.counts.clear()
        for chunk in in_chunks(draws):
            compare(chunk)
        print(f"{name}: {dict(comparison.counts)}, all equal", flush=True)
    drawn, differing = differences_of_our_mode(arguments.program, rng)
    print(f"our mode: {differing} of {drawn} texts differ, all by a line feed behind half of a sequence")
    compare_spaces(arguments.program, rng, 50_000)
    print("general_cleaning: 50000 texts, all equal")


if __name__ == "__main__":
    main()
