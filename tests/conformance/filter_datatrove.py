#!/usr/bin/env python3
"""Compares `owt filter` with datatrove's filters on generated and real texts.

    pip install datatrove==0.10.1 'xxhash<4' regex numpy tldextract pyahocorasick fasteners
    tests/conformance/filter_datatrove.py build/release/bin/owt [--texts 12000] [--flips 150] [--seed 1] [--spacy BYTES]

- Decisions: each family of rules alone; the reason for every text, and what C4 leaves of it.
- Values: datatrove says none, but it decides by them. With a value of `owt filter --mode score` as the threshold
  datatrove must keep the text, and with the number next to it on the other side it must drop it for that rule.
- Edges: `owt filter` with thresholds that are values of texts, again decision by decision.
- Shares of characters: datatrove has no such rules; the formulas of NeMo Curator's heuristic filters are written below.
- Lists: of URLs and of bad words.
- Masks: e-mail and IPv4 addresses.

datatrove's words are those of its own hook for tokenizers: str.split(), and sentences as stages/filter/sentences.h has
them (written again below). What else is not compared is named where it is left out. Exits 1 at differences.
"""

import argparse
import contextlib
import io
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import regex
import tldextract

with contextlib.redirect_stderr(io.StringIO()):
    from datatrove.data import Document
    from datatrove.pipeline.filters import c4_filters
    from datatrove.pipeline.filters.c4_filters import C4ParagraphFilter, C4QualityFilter
    from datatrove.pipeline.filters.fineweb_quality_filter import FineWebQualityFilter
    from datatrove.pipeline.filters.gopher_quality_filter import GopherQualityFilter
    from datatrove.pipeline.filters.gopher_repetition_filter import GopherRepetitionFilter
    from datatrove.pipeline.filters.url_filter import URLFilter
    from datatrove.pipeline.formatters.pii import PIIFormatter
    from datatrove.utils.text import TERMINAL_PUNCTUATION
    from datatrove.utils.word_tokenizers import WordTokenizer

from filter_samples import personal, texts
from library_texts import documents

IDEOGRAPHIC = "\u3002\uff01\uff1f\uff61"
CLOSERS = "\"')]\u201d\u2019\u00bb\u300d\u300f"


def count_sentences(line):
    ended, open_, i = 0, False, 0
    while i < len(line):
        open_ = open_ or not line[i].isspace()
        i += 1
        if line[i - 1] not in TERMINAL_PUNCTUATION:
            continue
        begin = i - 1
        while i < len(line) and line[i] in TERMINAL_PUNCTUATION:
            i += 1
        marks = line[begin:i]
        while i < len(line) and line[i] in CLOSERS:
            i += 1
        if i == len(line) or line[i].isspace() or any(mark in IDEOGRAPHIC for mark in marks):
            ended, open_ = ended + 1, False
    return max(1, ended + open_)


class Words(WordTokenizer):
    """Python's own words."""

    def word_tokenize(self, text):
        return text.split()

    def sent_tokenize(self, text):
        raise NotImplementedError

    def span_tokenize(self, text):
        return [(0, 0)] * (count_sentences(text) - 1) + [(0, len(text))]


WORDS = Words()
# By family: datatrove's filter, and of the values the rule's threshold there, its option here, whether more is too much.
FAMILIES = {
    "gopher-quality": (GopherQualityFilter, {
        "gopher_short_doc": ("min_doc_words", "gopher-min-words", False),
        "gopher_long_doc": ("max_doc_words", "gopher-max-words", True),
        "gopher_below_avg_threshold": ("min_avg_word_length", "gopher-min-word-length", False),
        "gopher_above_avg_threshold": ("max_avg_word_length", "gopher-max-word-length", True),
        "gopher_too_many_hashes": ("max_symbol_word_ratio", "gopher-max-symbols", True),
        "gopher_too_many_ellipsis": ("max_symbol_word_ratio", "gopher-max-symbols", True),
        "gopher_too_many_bullets": ("max_bullet_lines_ratio", "gopher-max-bullet-lines", True),
        "gopher_too_many_end_ellipsis": ("max_ellipsis_lines_ratio", "gopher-max-ellipsis-lines", True),
        "gopher_below_alpha_threshold": ("max_non_alpha_words_ratio", "gopher-min-letter-words", False),
        "gopher_enough_stop_words": ("min_stop_words", "gopher-min-stop-words", False)}),
    "gopher-repetition": (GopherRepetitionFilter, {
        "dup_para_frac": ("dup_para_frac", "gopher-max-dup-paragraphs", True),
        "dup_para_char_frac": ("dup_para_char_frac", "gopher-max-dup-paragraph-chars", True),
        "dup_line_frac": ("dup_line_frac", "gopher-max-dup-lines", True),
        "dup_line_char_frac": ("dup_line_char_frac", "gopher-max-dup-line-chars", True),
        **{f"top_{n}_gram": (n, f"gopher-max-top-{n}-grams", True) for n in (2, 3, 4)},
        **{f"duplicated_{n}_n_grams": (n, f"gopher-max-dup-{n}-grams", True) for n in range(5, 11)}}),
    "c4": (C4QualityFilter, {"too_few_sentences": ("min_num_sentences", "c4-min-sentences", False)}),
    "fineweb": (FineWebQualityFilter, {
        "line_punct_ratio": ("line_punct_thr", "fineweb-min-punct-lines", False),
        "short_line_ratio": ("short_line_thr", "fineweb-max-short-lines", True),
        "char_dup_ratio": ("char_duplicates_ratio", "fineweb-max-dup-line-chars", True),
        "list_ratio": ("new_line_ratio", "fineweb-max-line-feeds", True)}),
    "c4-paragraphs": (C4ParagraphFilter, {}),
}
OFF = {
    "gopher-quality": dict.fromkeys(["min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length",
                                     "max_symbol_word_ratio", "max_bullet_lines_ratio", "max_ellipsis_lines_ratio",
                                     "max_non_alpha_words_ratio", "min_stop_words"]),
    "gopher-repetition": {**dict.fromkeys(["dup_line_frac", "dup_para_frac", "dup_line_char_frac",
                                           "dup_para_char_frac"]), "top_n_grams": (), "dup_n_grams": ()},
    "fineweb": {"line_punct_thr": 0, "short_line_thr": 1, "char_duplicates_ratio": 1, "new_line_ratio": math.inf},
    "c4": {},
}
INTEGERS = {"gopher_short_doc", "gopher_long_doc", "gopher_enough_stop_words", "too_few_sentences"}


def make(family, **thresholds):
    cls = FAMILIES[family][0]
    return cls(**thresholds) if family == "c4-paragraphs" else cls(language=WORDS, **thresholds)


def threshold(family, rule, value):
    """Keyword arguments for datatrove that set one rule's threshold and turn the others off."""
    name = FAMILIES[family][1][rule][0]
    if isinstance(name, int):
        return {**OFF[family], "top_n_grams" if rule.startswith("top") else "dup_n_grams": ((name, value),)}
    return {**OFF[family], name: value}


def answer(filter_, text):
    """(reason or None, the text afterwards) of a datatrove filter."""
    document = Document(text=text, id="")
    kept = filter_.filter(document)
    if isinstance(kept, tuple):
        return {"< 3 paragraphs": "too_few_paragraphs"}.get(kept[1], kept[1]), text
    return None, document.text


class Owt:
    def __init__(self, program, folder, made, urls=None):
        self.program, self.folder, self.made = program, folder, made
        with open(folder / "in.jsonl", "w", encoding="utf-8") as file:
            for number, text in enumerate(made):
                record = {"n": number, "text": text, **({"url": urls[number]} if urls else {})}
                file.write(json.dumps(record, ensure_ascii=number % 2 == 0) + "\n")

    def run(self, *options):
        command = [self.program, "filter", "-q", "--force", *options, "--dropped", "dropped", "in.jsonl", "out.jsonl"]
        subprocess.run(command, cwd=self.folder, check=True)
        with open(self.folder / "out.jsonl", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def answers(self, *options):
        answers = [None] * len(self.made)
        for record in self.run(*options):
            answers[record["n"]] = (None, record["text"])
        dropped = self.folder / "dropped"
        with open(dropped, encoding="utf-8") if dropped.exists() else io.StringIO() as file:
            for line in file:
                note = json.loads(line)
                number = json.loads(note["record"])["n"]
                answers[number] = (note["reason"], self.made[number])
        return answers


def compare(what, made, ours, theirs, report):
    wrong = [i for i in range(len(made)) if ours[i] != theirs[i]]
    reasons = {}
    for reason, _ in theirs:
        reasons[reason] = reasons.get(reason, 0) + 1
    report(what, len(made), wrong, [f"{made[i][:300]!r}: owt {ours[i][0]}, datatrove {theirs[i][0]}"
                                    + (f" {ours[i][1]!r} {theirs[i][1]!r}" if ours[i][0] == theirs[i][0] else "")
                                    for i in wrong[:3]], reasons)


def flips(family, made, scores, count, rng, report):
    """Each value is datatrove's threshold once, and its neighbour once."""
    for rule, (_, _, more_is_bad) in FAMILIES[family][1].items():
        wrong, asked = [], 0
        for i in rng.sample(range(len(made)), len(made)):
            if asked == count:
                break
            value = scores[i].get(rule)
            # A threshold of 0 turns most of datatrove's rules off, and texts without words divide by 0 there.
            if value is None or not made[i].split() or value == 0:
                continue
            if rule == "too_few_sentences" and (scores[i]["lorem_ipsum"] or scores[i]["curly_bracket"]):
                continue
            if rule.endswith("avg_threshold") and not scores[i]["gopher_short_doc"]:
                continue  # a mean of nothing: nan there, 0 here
            step = 1 if rule in INTEGERS else None
            beyond = (-1 if more_is_bad else 1)
            other = value + beyond * step if step else math.nextafter(value, beyond * math.inf)
            if other <= 0:
                continue
            asked += 1
            at = answer(make(family, **threshold(family, rule, int(value) if step else value)), made[i])[0]
            past = answer(make(family, **threshold(family, rule, int(other) if step else other)), made[i])[0]
            if rule.startswith("gopher_too_many") and at in ("gopher_too_many_hashes", "gopher_too_many_ellipsis"):
                at = None if at != rule else at  # the two rules share a threshold
            if rule == "gopher_too_many_ellipsis" and past == "gopher_too_many_hashes":
                past = rule
            if at is not None or past != rule:
                wrong.append(f"{made[i][:300]!r}: {rule} {value}: datatrove {at}, {past}")
        report(f"value of {rule}", asked, wrong, wrong[:3])


def edges(owt, family, made, scores, count, rng, report):
    """Thresholds of `owt filter` that are values of texts."""
    rules = FAMILIES[family][1]
    for _ in range(count):
        options, theirs = [], {}
        for rule in rng.sample(list(rules), min(len(rules), rng.choice([1, 2, 4]))):
            name, option, more_is_bad = rules[rule]
            values = [s[rule] for s in scores if s.get(rule)]
            if not values or (isinstance(name, str) and name in theirs):
                continue
            value = rng.choice(values)
            if rule in INTEGERS:
                value = int(value)
            elif rng.random() < 0.5:
                value = math.nextafter(value, -math.inf)
            if not isinstance(name, int) and "frac" in name or rule.startswith("duplicated"):
                value = min(value, 1.0)
            options += [f"--{option}", repr(value)]
            if isinstance(name, str):
                theirs[name] = value
                continue
            group = "top_n_grams" if rule.startswith("top") else "dup_n_grams"
            default = {2: 0.2, 3: 0.18, 4: 0.16} if group == "top_n_grams" else {n: 0.2 - 0.01 * n for n in range(5, 11)}
            default = dict(theirs.get(group) or ((n, round(limit, 2)) for n, limit in default.items()))
            theirs[group] = tuple({**default, name: value}.items())
        filter_ = make(family, **theirs)
        ours = owt.answers("--filters", family, *C4_ALONE, *options)
        compare(f"{family} {' '.join(options)}", made, ours, [answer(filter_, text) for text in made], report)


C4_ALONE = ["--c4-terminal-marks", "on"]


CHARACTERS = {  # by reason: what counts, most of it (nemo_curator/stages/text/filters/heuristic_filter.py)
    "alpha_numeric": (lambda text: len(text) - len(re.findall(r"[a-zA-Z0-9\n?!,.]", text)), 0.25),
    "numbers_ratio": (lambda text: len(regex.findall("[[:digit:]]", text)), 0.15),
    "urls_ratio": (lambda text: sum(map(len, re.findall(
        r"http[s]?://(?:[a-zA-Z]|[0-9]|[$\-_@.&+]|[!*\(\),]|(?:%[0-9a-fA-F][0-9a-fA-F]))+", text))), 0.2),
    "white_space": (lambda text: sum(c in "\t\n\r\b " for c in text), 0.25),
    "parentheses_ratio": (lambda text: sum(c in "{}[]()\u27e8\u27e9" for c in text), 0.1),
}


def characters(program, made, rng, report):
    urls = ["http://", "https://a.b/c", "https://https://x", "xhttp://%41%4", "http://a(b),c", "http:/", "\u27e8", "[(", "\b"]
    made = [text if i % 3 else "".join(rng.choice([*urls, " ", "a", text[:20]]) for _ in range(12))
            for i, text in enumerate(made)]
    theirs = []
    for text in made:
        values = {rule: count(text) / len(text) if text else 1.0 for rule, (count, _) in CHARACTERS.items()}
        values["max_word_length"] = max(map(len, text.split()), default=0)
        theirs.append((next((rule for rule, value in values.items() if value > {**{r: m for r, (_, m) in CHARACTERS.items()},
                                                                                "max_word_length": 1000}[rule]), None), values))
    with tempfile.TemporaryDirectory() as name:
        owt = Owt(program, pathlib.Path(name), made)
        reasons = [reason for reason, _ in owt.answers("--filters", "characters")]
        scores = [record["filter"] for record in owt.run("--filters", "characters", "--mode", "score")]
    compare("shares of characters", made, list(zip(reasons, scores)), theirs, report)


def write_list(folder, name, entries):
    (folder / name).write_text("".join(entry + "\n" for entry in entries), encoding="utf-8")
    return folder / name


def url_lists(program, count, rng, report):
    """Addresses in lower case: datatrove lowers its lists, and not the addresses."""
    words = ["casino", "win", "money", "free", "good", "news", "a", "b1", "x", "pills", "shop", "index", "html"]
    lists = {"domains": ["bad.com", "spam.co.uk", "www.odd.org", "a.b.news.de", "co.uk"], "list": ["http://good.com/a"],
             "words": ["casino", "b-1", "x"], "soft-words": ["win", "money", "free", "good"], "parts": ["pill", "on-ey"]}
    hosts = ["bad.com", "www.bad.com", "good.com", "spam.co.uk", "a.spam.co.uk", "odd.org", "www.odd.org", "news.de",
             "a.b.news.de", "c.a.b.news.de", "xbad.com", "co.uk", "localhost", "8.8.8.8"]
    urls = []
    for _ in range(count):
        path = "".join(rng.choice(["/", "-", ".", "_", "?", "=", "%20"]) + rng.choice(words) for _ in range(rng.randrange(5)))
        urls.append(f"http{rng.choice(['', 's'])}://{rng.choice(hosts)}{rng.choice(['', ':80'])}{path}")
    made = [f"text {number}" for number in range(count)]
    theirs_ = URLFilter(extra_domains=lists["domains"], extra_urls=lists["list"], banned_words=lists["words"],
                        soft_banned_words=lists["soft-words"], banned_subwords=lists["parts"], use_integrated_lists=False)
    theirs_.tldextractor = tldextract.TLDExtract(suffix_list_urls=())
    theirs = []
    for url, text in zip(urls, made):
        kept = theirs_.filter(Document(text=text, id="", metadata={"url": url}))
        theirs.append((kept[1] if isinstance(kept, tuple) else None, text))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        owt = Owt(program, folder, made, urls)
        options = [word for kind, entries in lists.items() for word in (f"--url-{kind}", write_list(folder, kind, entries))]
        compare("lists of URLs", made, owt.answers("--preset", "none", *options), theirs, report)


def bad_words(program, made, report):
    entries = ["had", "other people", "\u00e9t\u00e9", "...", "\u4eba", "\u0447\u0435\u043b\u043e\u0432\u0435\u043a", "in rights", "b-c"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path = write_list(folder, "bad", entries)
        c4_filters.cached_asset_path_or_download = lambda *_, **__: str(path)
        owt = Owt(program, folder, made)
        for language, options in (("en", ()), ("zh", ("--bad-words-anywhere",))):
            filter_ = c4_filters.C4BadWordsFilter(default_language=language)
            ours = owt.answers("--preset", "none", "--bad-words", path, *options)
            compare(f"bad words {' '.join(options)}", made, ours, [answer(filter_, text) for text in made], report)


PHONE = re.compile(r"\s+\(?(\d{3})\)?[-\. ]*(\d{3})[-. ]?(\d{4})", re.ASCII)  # dolma/taggers/pii.py


def phones(rng):
    return "".join(rng.choice([" ", " (", ")", "-", ".", "\n", "555", "123", "4567", "12", "1", "\u0661\u0662\u0663", "\xa0", "x", ") "])
                   for _ in range(rng.choice([5, 10, 40])))


def print_changed(theirs, made):
    print(f"  {sum(a[1] != text for a, text in zip(theirs, made))} texts were changed")


def spacy_agreement(program, what, made):
    """How often decisions are the same with datatrove's own words and sentences, those of spaCy (pip install spacy)."""
    print(f"{what}: {len(made)} texts")
    with tempfile.TemporaryDirectory() as name:
        owt = Owt(program, pathlib.Path(name), made)
        for family in ("gopher-quality", "gopher-repetition", "c4", "fineweb"):
            filter_ = FAMILIES[family][0]()
            theirs = [answer(filter_, text)[0] for text in made]
            ours = [reason for reason, _ in owt.answers("--filters", family, *C4_ALONE)]
            kept = sum((a is None) == (b is None) for a, b in zip(ours, theirs))
            same = sum(a == b for a, b in zip(ours, theirs))
            print(f"  {family} with spaCy's words: {kept} kept or dropped by both, {same} for the same reason")


def masks(program, count, rng, report):
    # Versions of Python differ on which addresses of 192.0.0.0/24 are global.
    made = [personal(rng).replace("192.0.0.", "192.0.1.") for _ in range(count)]
    with tempfile.TemporaryDirectory() as name:
        owt = Owt(program, pathlib.Path(name), made)
        for options, arguments in (((), {}), (("--mask-private-ips",), {"only_remove_public_ips": False})):
            ours = owt.answers("--preset", "none", "--mask-emails", "--mask-ips", *options)
            # Of its own for each text: datatrove goes on with the next stand-in.
            theirs = [(None, PIIFormatter(**arguments).format(text)) for text in made]
            compare(f"masks {' '.join(options)}", made, ours, theirs, report)
            print_changed(theirs, made)
        made = [re.sub("[@.]", lambda _: rng.choice(" .-("), text) if i % 2 else phones(rng) for i, text in enumerate(made)]
        owt = Owt(program, pathlib.Path(name), made)
        theirs = [(None, PHONE.sub(" |||PHONE_NUMBER||| ", text)) for text in made]
        compare("masks of phone numbers", made, owt.answers("--preset", "none", "--mask-phones"), theirs, report)
        print_changed(theirs, made)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--texts", type=int, default=12000)
    parser.add_argument("--flips", type=int, default=150, help="of each rule")
    parser.add_argument("--edges", type=int, default=2, help="runs of each family")
    parser.add_argument("--spacy", type=int, default=0, help="bytes of real texts to compare with spaCy's words alone")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.owt).resolve())
    rng = random.Random(arguments.seed)
    if arguments.spacy:
        from pydoc_data.topics import topics

        spacy_agreement(program, "the manual of Python", list(topics.values()))
        return spacy_agreement(program, "Python's library", documents(arguments.spacy))
    made = texts(arguments.texts, arguments.seed) + documents(500_000)
    total = 0

    def report(what, asked, wrong, lines, reasons=None):
        nonlocal total
        total += len(wrong)
        print(f"{what}: {asked} compared, {len(wrong)} differ" + (f"; {reasons}" if reasons else ""))
        print(*lines, sep="\n", end="\n" if lines else "")

    with tempfile.TemporaryDirectory() as name:
        owt = Owt(program, pathlib.Path(name), made)
        for family in FAMILIES:
            filter_ = make(family)
            ours = owt.answers("--filters", family, *C4_ALONE)
            compare(family, made, ours, [answer(filter_, text) for text in made], report)
            if family == "c4-paragraphs":
                continue
            scores = [record["filter"] for record in owt.run("--filters", family, *C4_ALONE, "--mode", "score")]
            flips(family, made, scores, arguments.flips, rng, report)
            edges(owt, family, made, scores, arguments.edges, rng, report)
        filter_ = make("c4", filter_no_terminal_punct=False, min_words_per_line=0, min_num_sentences=-1)
        ours = owt.answers("--filters", "c4", "--c4-min-line-words", "0", "--c4-min-sentences", "0")
        compare("c4 as in fineweb, without minima", made, ours, [answer(filter_, text) for text in made], report)
    characters(program, made, rng, report)
    url_lists(program, arguments.texts, rng, report)
    bad_words(program, made, report)
    masks(program, arguments.texts, rng, report)
    print(f"{total} differences")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
