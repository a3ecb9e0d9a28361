#!/usr/bin/env python3
"""owt dedup --lines and --paragraphs against a comparison of every part with every other, on generated documents of few
different lines, in several shapes and rules, with as much memory as there is and with very little. Compared are the
texts, what is dropped, the counts, and the explanations. Usage: dedup_parts.py OWT
"""
import json, pathlib, random, subprocess, sys, tempfile
from collections import Counter

LINES = ["Home", "home ", "HOME\t", "About us", "about\u00a0us", "All rights reserved.", "\u00c9tat", "\u00e9TAT", "}", "-----", "", "", " ", "\u3000", "\r"]


def make_texts(rng):
    texts = []
    for n in range(300):
        lines = [rng.choice(LINES) if rng.random() < 0.5 else f"Line {rng.randrange(400)} of no document" for _ in range(rng.randint(0, 12))]
        texts.append("\n".join(lines) + rng.choice(["", "\n", "\n\n"]))
        if rng.random() < 0.05:
            texts.append(rng.choice(texts))
    return texts


def parts_of(text, unit):
    """[begin, end) of each."""
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    if unit == "lines":
        return lines
    paragraphs, inside = [], False
    for begin, end in lines:
        blank = not text[begin:end].strip()
        if not blank and inside:
            paragraphs[-1] = (paragraphs[-1][0], end)
        elif not blank:
            paragraphs.append((begin, end))
        inside = not blank
    return paragraphs


def normal(part):
    return " ".join("".join(c.lower() for c in part).split())


def expected(texts, unit, rules):
    parts = [(n, i, normal(text[b:e])) for n, text in enumerate(texts) for i, (b, e) in enumerate(parts_of(text, unit))]
    parts = [part for part in parts if len(part[2]) >= rules["min-chars"]]
    removed = {}
    for a in parts:
        same = [b for b in parts if b[2] == a[2]]
        if len(same) >= rules["min-count"] and same.index(a) >= rules["keep-count"]:
            removed.setdefault(a[0], []).append((a[1], same[0][0]))
    out, dropped, explained = [], [], {}
    for n, text in enumerate(texts):
        gone, places = dict(removed.get(n, [])), parts_of(text, unit)
        kept = [i for i in range(len(places)) if i not in gone]
        new = text
        if gone:
            new = text[: places[0][0]]
            for i, following in zip(kept, [*kept[1:], None]):
                new += text[slice(*places[i])]
                if following is not None:
                    new += text[places[i][1] : places[i + 1][0]]
            new += text[places[-1][1] :]
            size = [len(text[:i].encode()) for i in range(len(text) + 1)]
            explained[n] = [{"begin": size[places[i][0]], "end": size[places[i][1]], "first": first} for i, first in gone.items()]
        if gone and not new.strip():
            dropped.append(n)
        else:
            out.append((n, new))
    return out, dropped, explained, sum(map(len, removed.values()))


def actual(owt, folder, unit, rules, more):
    command = [owt, "dedup", f"--{unit}", "--force", "-q", "--dropped", "dropped", "--explain", "explain", *more, "in.jsonl", "out.jsonl"]
    for name, value in rules.items():
        command += [f"--{name}", str(value)]
    subprocess.run(command, cwd=folder, check=True)
    read = lambda name: [json.loads(line) for line in (folder / name).read_text().split("\n") if line] if (folder / name).exists() else []
    noted = json.loads((folder / "out.jsonl.manifest.json").read_text())["ledger"].get("noted", {})
    return ([(record["n"], record["text"]) for record in read("out.jsonl")], [json.loads(d["record"])["n"] for d in read("dropped")],
            {line["record"]: line["removed"] for line in read("explain")}, noted.get(f"{unit}_removed", 0))


def main():
    owt, problems, runs, total = str(pathlib.Path(sys.argv[1]).resolve()), [], 0, Counter()
    little = ["--memory", "300K", "--max-record", "16K", "--batch-size", "2000", "-j", "3"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(4):
            rng = random.Random(seed)
            texts = make_texts(rng)
            (folder / "in.jsonl").write_text("".join(json.dumps({"n": n, "text": text}) + "\n" for n, text in enumerate(texts)))
            for unit in ("lines", "paragraphs"):
                for count, keep, chars in ((2, 1, 1), (2, 0, 1), (3, 2, 5), (6, 0, 2), (4, 5, 1)):
                    rules = {"min-count": count, "keep-count": keep, "min-chars": chars}
                    want = expected(texts, unit, rules)
                    total.update(removed=want[3], dropped=len(want[1]))
                    for more in ([], little):
                        runs += 1
                        got = actual(owt, folder, unit, rules, more)
                        if got != want:
                            problems.append(f"--{unit} {rules} {more}: {[(a, b) for a, b in zip(want, got) if a != b]}"[:2000])
    print(*problems, sep="\n")
    print(f"{runs} runs, {dict(total)}, {len(problems)} problems")
    sys.exit(1 if problems or not total["removed"] or not total["dropped"] else 0)


main()
