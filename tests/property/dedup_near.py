#!/usr/bin/env python3
"""owt dedup --lsh against brute force over all pairs, on generated documents with planted edits at graded distance; on
100,000 documents of one template; on a chain that percolates; with every rule of what stays; and with the same bytes
for workers, memory and files. Usage: dedup_near.py OWT
"""
import json, pathlib, random, subprocess, sys, tempfile
from collections import Counter, defaultdict

N = 5  # words of a shingle


def run(owt, folder, *arguments, inputs=("in.jsonl",), exit=0):
    command = [owt, "dedup", "--lsh", "--force", "--explain", "why.jsonl", *arguments, *inputs, "out.jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != exit:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}, expected {exit}\n{done.stderr}")
    return done.stderr


def read(folder, name):
    path = folder / name  # there is none where nothing was to explain
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def write(folder, texts, name="in.jsonl", first=0):
    with open(folder / name, "w") as file:
        for i, text in enumerate(texts, first):
            file.write(json.dumps({"text": text, "url": f"u{i}", "score": i * 7919 % 101}) + "\n")


def graded_texts(rng, count):
    """Half of them have some words of an earlier one replaced, cut off or put in."""
    texts = []
    while len(texts) < count:
        words = [f"w{rng.randrange(4000)}" for _ in range(rng.randint(3, 150))]
        if texts and rng.random() < 0.5:
            words = rng.choice(texts).split()
            for _ in range(rng.randint(0, 6)):
                at, n = rng.randrange(len(words) + 1), rng.randrange(3)
                words[at : at + n] = [f"new{rng.randrange(10**9)}"] * rng.randrange(3)
        texts.append(" ".join(words))
    return texts


def shingles(text):
    words = text.split()
    return {tuple(words[i : i + N]) for i in range(max(1, len(words) - N + 1))} if words else set()


def alike_pairs(sets, least):
    """All pairs of a similarity of at least `least`, by an index of shingles."""
    holders, common = defaultdict(list), Counter()
    for i, one in enumerate(sets):
        for shingle in one:
            common.update((j, i) for j in holders[shingle])
            holders[shingle].append(i)
    pairs = {pair: n / (len(sets[pair[0]]) + len(sets[pair[1]]) - n) for pair, n in common.items()}
    return {pair: j for pair, j in pairs.items() if j >= least}


def check_brute_force(owt, folder, rng):
    texts = graded_texts(rng, 2500)
    write(folder, texts)
    sets = [shingles(text) for text in texts]
    jaccard = lambda a, b: 1.0 if texts[a] == texts[b] else len(sets[a] & sets[b]) / len(sets[a] | sets[b])
    pairs = alike_pairs(sets, 0.8)
    near = defaultdict(set)
    for (a, b), j in pairs.items():
        near[a].add(b)
        near[b].add(a)
    run(owt, folder)
    removed = {line["record"]: line for line in read(folder, "why.jsonl")}
    kept_of = lambda i: removed[i]["kept"] if i in removed else i
    for i, line in removed.items():  # precision: each has a document like it, and says so rightly
        match = line.get("match", line["kept"])
        assert jaccard(i, match) >= 0.8 and abs(jaccard(i, match) - line.get("match_similarity", line["similarity"])) < 1e-6, line
        assert abs(jaccard(i, line["kept"]) - line["similarity"]) < 1e-6, line
        assert line["kept"] not in removed and line["kept"] < i and line["kept_url"] == f"u{line['kept']}", line
        assert ("band" in line) == (line["reason"] == "near_duplicate") == (texts[i] != texts[match]), line
    very_near = [pair for pair, j in pairs.items() if j >= 0.9]
    found = sum(kept_of(a) == kept_of(b) for a, b in very_near)
    assert len(very_near) > 300 and found >= 0.99 * len(very_near), (found, len(very_near))
    expected_out = [line for i, line in enumerate((folder / "in.jsonl").read_text().splitlines()) if i not in removed]
    assert (folder / "out.jsonl").read_text().splitlines() == expected_out
    print(f"{len(removed)} of {len(texts)} removed, each alike; {found} of {len(very_near)} pairs of J >= 0.9 found")
    check_modes(owt, folder, removed)
    check_keep(owt, folder, texts, removed)
    check_same_bytes(owt, folder, texts)


def check_modes(owt, folder, removed):
    documents = read(folder, "in.jsonl")
    run(owt, folder, "--mode", "annotate")
    for i, document in enumerate(read(folder, "out.jsonl")):
        why = document.pop("dedup", None)
        assert document == documents[i] and (why is None) == (i not in removed), (i, why)
        assert why is None or why == {key: removed[i][key] for key in why}, (i, why)
    run(owt, folder, "--mode", "list")
    assert read(folder, "out.jsonl") == list(removed.values())


def check_keep(owt, folder, texts, first):
    """Every rule keeps one document of each cluster, the best; the clusters are those of `first`."""
    clusters = defaultdict(set)
    for i, line in first.items():
        clusters[line["kept"]] |= {i, line["kept"]}
    score = lambda i: i * 7919 % 101
    rules = {"longest": lambda i: (-len(texts[i]), i), "shortest": lambda i: (len(texts[i]), i), "max:score": lambda i: (-score(i), i),
             "min:score": lambda i: (score(i), i), "max:absent": lambda i: i, "priority:nothing": lambda i: i}
    for rule, order in rules.items():
        run(owt, folder, "--keep", rule)
        best = {i: min(members, key=order) for members in clusters.values() for i in members}
        actual = {line["record"]: line["kept"] for line in read(folder, "why.jsonl")}
        assert actual == {i: kept for i, kept in best.items() if i != kept}, rule
    half = len(texts) // 2
    write(folder, texts[:half], "web.jsonl")
    write(folder, texts[half:], "wiki.jsonl", half)
    run(owt, folder, "--keep", "priority:wiki,web", inputs=("web.jsonl", "wiki.jsonl"))
    best = {i: min(members, key=lambda i: (i < half, i)) for members in clusters.values() for i in members}
    assert {line["record"]: line["kept"] for line in read(folder, "why.jsonl")} == {i: k for i, k in best.items() if i != k}


def check_same_bytes(owt, folder, texts):
    for i in range(3):
        write(folder, texts[i * 1000 : (i + 1) * 1000], f"part{i}.jsonl", i * 1000)
    seen = set()
    for inputs in (["in.jsonl"], ["part0.jsonl", "part1.jsonl", "part2.jsonl"]):
        for arguments in (["-j", "1"], ["-j", "2"], ["-j", "5", "--batch-size", "3K"], ["-j", "2", "--memory", "32K", "--max-record", "4K", "--batch-size", "4K"]):
            run(owt, folder, *arguments, inputs=inputs)
            why = [{k: v for k, v in line.items() if k not in ("file", "offset")} for line in read(folder, "why.jsonl")]
            seen.add((folder / "out.jsonl").read_bytes() + json.dumps(why).encode())
    assert len(seen) == 1, f"{len(seen)} different outputs"
    print("the same bytes for workers, batches, memory and files")


def check_templates(owt, folder, rng):
    word = lambda: f"w{rng.randrange(3000)}"
    head, foot = (" ".join(word() for _ in range(20)) for _ in range(2))
    write(folder, (f"{head} {' '.join(word() for _ in range(20))} {foot}" for _ in range(100_000)))
    run(owt, folder)
    assert not read(folder, "why.jsonl"), "a document of a template was removed"
    print("100,000 documents of one template: none removed")


def check_guard(owt, folder, rng):
    """Each document shares most words with the next alone: one cluster of strangers."""
    words = [f"w{i}" for i in range(3000)]
    write(folder, (" ".join(words[i : i + 100]) for i in range(0, 2600, 2)))
    text = run(owt, folder, exit=3)
    assert "a cluster of 1300 documents, of which 12" in text and "--guard warn" in text, text
    assert not list(folder.glob(".*owt-dedup*")), "the refused run left something behind"
    run(owt, folder, "--guard", "warn")
    assert len(read(folder, "why.jsonl")) == 1299
    # Unlike documents of few words: every pair shares a third of its shingles, which six rows of a band let through.
    write(folder, (" ".join(rng.choice("abcdefghijkl") for _ in range(60)) for _ in range(4000)))
    text = run(owt, folder, "--shingle", "word:2", "--bands", "20", "--rows", "3")
    assert "candidates of each by chance; longer shingles" in text, text
    print("the guard refuses a chain, and warns of chance candidates")


def main():
    owt, rng = str(pathlib.Path(sys.argv[1]).resolve()), random.Random(7)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_brute_force(owt, folder, rng)
        check_guard(owt, folder, rng)
        check_templates(owt, folder, rng)


main()
