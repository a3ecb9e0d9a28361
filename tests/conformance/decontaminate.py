#!/usr/bin/env python3
"""owt decontaminate against Megatron-LM's filter_ngrams.py (--compat megatron) and against its own rules, both written
plainly (tests/reference/decontaminate_twin.py), on generated documents with planted texts of tasks.

Texts of all lengths round the limits stand whole, in part, edited at their borders, with other case and punctuation, one
over the other, at either end of documents, often in one document, or in many; letters that change their length or their
form in lower case are everywhere. Compared are the pieces, their ids, what is dropped and why, what is counted, and the
explanations. Usage: decontaminate.py OWT [--documents N]
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))

from decontaminate_twin import Exact, Megatron, lengths_of, make_keys, rules_of  # noqa: E402

WORDS = """the of and to in is was for on that with as by at from his it an were are which this also be has had first one
their its new after but who not they have her she two been other when there all during into school time may years more
most only over city some world would where later up such used many can state about national out known university""".split()
ODD = ["\u0130stanbul", "k\u0130b", "\u0130", "\u039f\u0394\u039f\u03a3", "\u03a3", "\u0391\u03a3\u0392", "\u03a3\u03b1", "na\u00efve", "\u00c9COLE", "stra\u00dfe",
       "\u212aelvin", "\u0645\u062f\u064a\u0646\u0629", "\u4e2d\u6587", "\u0939\u093f\u0928\u094d\u0926\u0940", "e\u0301t\u00e9", "x_y", "_", "42", "\u00b2", "\u2167", "\U0001d400", "\u0410\u0411\u0412",
       "\ud7a3", "Dz\u01c5", "don\u2019t", "\u24b6"]
BETWEEN = [" ", " ", " ", " ", " ", ", ", "; ", " - ", "\n", "\u3000", " \u201c", "\u201d ", "  ", ".\u03a3", "'", "\u0307 ", ":"]
ENDS = [". ", ". ", ".", "! ", "? ", ".\n\n", "... ", "\u3002", "\n"]


def make_tasks(rng, rules):
    """Texts by task."""
    least, most = rules["min_ngram_size"], rules["max_ngram_size"]
    lengths = [least - 1, least, least, least + 1, most - 1, most, most + 1, 2 * most, 4 * most]
    tasks = {}
    for name in ("lambada", "quiz"):
        texts = []
        for _ in range(60):
            words = [rng.choice(ODD) if rng.random() < 0.1 else rng.choice(WORDS) for _ in range(max(1, rng.choice(lengths)))]
            texts.append(" ".join(words) + rng.choice(["", ".", "?"]))
        texts.append(rng.choice(texts).upper())
        tasks[name] = texts
    tasks["quiz"].append(tasks["lambada"][0])
    return tasks


def disguise(rng, text):
    """The same words, as a rule, written otherwise."""
    words = text.split(" ")
    roll = rng.random()
    if roll < 0.3:
        begin = rng.randrange(len(words))
        words = words[begin : begin + rng.randint(1, len(words))]
    elif roll < 0.5:
        words[rng.choice([0, -1, rng.randrange(len(words))])] = rng.choice(WORDS)
    elif roll < 0.6:
        words = words[rng.randrange(2) : len(words) - rng.randrange(2)]
    if rng.random() < 0.2:
        words = [rng.choice([word.upper, word.title, word.lower])() for word in words]
    separators = BETWEEN if rng.random() < 0.4 else [" "]
    return "".join(word + rng.choice(separators) for word in words)


def make_document(rng, texts, common, scale):
    roll = rng.random()
    if roll < 0.02:
        return rng.choice(["", " ", ".", "One.", "\u0130" * 300 + rng.choice(texts), rng.choice(texts)])
    parts = []
    planted = rng.choice([0, 0, 0, 1, 1, 2, 3, 15]) if rng.random() < 0.95 else 40
    for _ in range(rng.randint(0, 30) + 2 * planted):
        sentence = [rng.choice(ODD) if rng.random() < 0.03 else rng.choice(WORDS) for _ in range(rng.randint(1, 2 * scale))]
        parts.append("".join(word + (rng.choice(BETWEEN) if rng.random() < 0.1 else " ") for word in sentence)[:-1])
        parts.append(rng.choice(ENDS) if rng.random() < 0.9 else " ")
    for _ in range(planted):
        parts.insert(rng.choice([0, len(parts), rng.randrange(len(parts) + 1)]), disguise(rng, rng.choice(texts)))
    if rng.random() < 0.05:
        parts.insert(rng.randrange(len(parts) + 1), rng.choice(common))
    if rng.random() < 0.05:
        parts.insert(0, "\u0130 " * rng.randint(1, 30))
    return "".join(parts)


def expected(twin, records, tasks, rules):
    """The records that come out, reasons by record, counts, and matches by record."""
    keys = make_keys(tasks, rules)
    if rules["key_threshold"]:
        counts, lengths = Counter(), lengths_of(keys)
        for record in records:
            counts.update(twin.count(record["text"], keys, lengths))
        keys = {key: task for key, task in keys.items() if counts[key] < rules["key_threshold"]}
    lengths = lengths_of(keys)
    out, reasons, noted, matches = [], {}, Counter(), {}
    for number, record in enumerate(records, 1):
        pieces, found = twin.cut(record["text"], keys, lengths)
        if found:
            offsets = [0]
            for c in record["text"]:
                offsets.append(offsets[-1] + len(c.encode()))
            matches[record["n"]] = [(keys[k], k, count, offsets[b], offsets[e]) for k, count, b, e in found]
            noted.update({f"contaminated_by_{keys[k]}" for k, _, _, _ in found})
        elif isinstance(twin, Exact):
            out.append(record)
            continue
        if not pieces or len(pieces) > rules["splits_count"]:
            reasons[record["n"]] = "too_many_pieces" if pieces else "no_piece_left"
            continue
        noted["split"] += len(pieces) > 1
        noted["trimmed"] += len(pieces) == 1 and len(pieces[0]) < len(record["text"])
        noted["pieces_added"] += len(pieces) - 1
        for i, piece in enumerate(pieces):
            out.append({**record, "text": piece, "split_id": twin.split_id(record, number, i, tasks)})
    return out, reasons, +noted, matches, len(keys)


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] if path.exists() else []


def actual(owt, folder, records, tasks, rules, compat):
    with open(folder / "in.jsonl", "w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=record["n"] % 3 == 0) + "\n")
    command = [owt, "decontaminate", "--force", "-q", "--compat", compat, "--explain", "explain", "--dropped", "dropped"]
    for name, texts in tasks.items():
        (folder / name).write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        command += ["--task", f"{name}={name}"]
    for name, value in rules.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    subprocess.run([*command, "in.jsonl", "out.jsonl"], cwd=folder, check=True)
    reasons = {json.loads(line["record"])["n"]: line["reason"] for line in lines_of(folder / "dropped")}
    ledger = json.loads((folder / "out.jsonl.manifest.json").read_text())["ledger"]
    numbers = {record["url"]: record["n"] for record in records}
    matches = {numbers[line["url"]]: [(m["task"], m["ngram"], m["ngrams"], *m["match"]) for m in line["removed"]]
               for line in lines_of(folder / "explain")}
    return lines_of(folder / "out.jsonl"), reasons, Counter(ledger.get("noted", {})), matches, ledger


def compare(owt, folder, seed, num, rules, compat):
    rng = random.Random(seed)
    tasks = make_tasks(rng, rules)
    texts = [text for some in tasks.values() for text in some]
    common = [text for text in texts if len(text.split()) >= rules["min_ngram_size"]][:3]
    records = []
    for n in range(num):
        record = {"url": f"http://x.org/{n}", "n": n, "text": make_document(rng, texts, common, rules["max_ngram_size"])}
        if n % 17 == 0:
            record["split_id"] = f"old\u00e9-{n}"
        records.append(record)
    twin = Megatron(rules) if compat == "megatron" else Exact(rules)
    want = expected(twin, records, tasks, rules)
    got = actual(owt, folder, records, tasks, rules, compat)
    problems = []
    for what, a, b in zip(("records", "reasons", "notes", "matches"), want, got):
        if a == b:
            continue
        problems.append(f"{what} differ")
        pairs = zip(a, b) if isinstance(a, list) else ((a.get(k), b.get(k)) for k in [*a, *b])
        for x, y in [(x, y) for x, y in pairs if x != y][:2]:
            problems.append(f"  expected {x}\n  actual   {y}")
    ledger = got[4]
    if ledger["in"] != num or len(got[0]) != ledger["out"] + got[2]["pieces_added"]:
        problems.append(f"the ledger says {ledger}")
    print(f"{compat}, {rules}: {num} documents, {want[4]} keys, {sum(map(len, want[3].values()))} matches in {len(want[3])} documents, "
          f"{len(want[0])} records, {Counter(want[1].values())}, {dict(want[2])}: {len(problems)} problems")
    if not (want[3] and want[1] and want[2]["split"] and want[2]["trimmed"]):
        problems.append("the documents do not test what they should")
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--documents", type=int, default=12000)
    arguments = parser.parse_args()
    owt = str(pathlib.Path(arguments.owt).resolve())
    problems = []
    several = [(0.2, rules_of(13, 8, 10, 200, 200, 10)), (0.4, rules_of(5, 3, 30, 20, 10, 4)), (0.2, rules_of(4, 2, 0, 0, 0, 10)),
               (0.2, rules_of(20, 4, 8, 7, 30, 2))]
    with tempfile.TemporaryDirectory() as name:
        for seed, (share, rules) in enumerate(several):
            for compat in ("megatron", "none"):
                problems += compare(owt, pathlib.Path(name), seed, int(arguments.documents * share), rules, compat)
    print(*problems, sep="\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
