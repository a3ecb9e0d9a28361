#!/usr/bin/env python3
"""Megatron-LM's steps: owt dedup --find-only, --group and --remove against the scripts' own loops in plain Python
(tests/reference/megatron_groups.py), on generated pairs, groups and documents, with much memory and with little; and all
three together against owt dedup --lsh, which does the same in one go. Usage: dedup_groups.py OWT
"""
import json, pathlib, random, subprocess, sys, tempfile
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from megatron_groups import group_duplicate_url, remove_group_duplicates  # noqa: E402

ODD = ["http://x/\u00e9", "http://x/\u4e2d", "http://x/\U0001f600", 'http://x/"q"', "http://x/back\\slash", "http://x/tab\t", "", "http://x/ a", "x" * 3000]
WORDS = "the of and to in is was for on that with as by at from his it an were are which this also be has had first one their new after".split()
LITTLE = ["--memory", "3M", "--max-record", "64K", "--batch-size", "3000", "-j", "3"]
LEAST = ["--memory", "60K", "--max-record", "64K", "-j", "3"]  # of 24 bytes each, 1,280 addresses to drop
problems, totals = [], Counter()


def check(what, want, got):
    totals["checks"] += 1
    if want != got:
        problems.append(f"{what}: expected {str(want)[:600]}\n  got {str(got)[:600]}")


def run(owt, folder, *words, code=0):
    done = subprocess.run([owt, "dedup", "--force", *words], cwd=folder, capture_output=True, text=True)
    if done.returncode != code:
        problems.append(f"{words}: exit {done.returncode}\n{done.stderr}")
    return done


def make_pairs(rng, num_urls, num_lines):
    """Lines as find_duplicates.py writes them, and some with several keys, integers, or nobody like the first."""
    urls = ODD + [f"http://site{n % 7}.org/{n}" for n in range(num_urls)]
    lines = []
    for _ in range(num_lines):
        line = {}
        for main in rng.sample(urls, rng.choice([1, 1, 1, 1, 2, 3])):
            others = rng.sample(urls, rng.choice([0, 1, 1, 2, 5]))
            line[main] = [{url: rng.choice([rng.random(), 0.7, 0.6999999, 1, 0, 1.0])} for url in others]
        if rng.random() < 0.1 and others:
            line[main].append({})
            line[main].append({url: 0.9 for url in rng.sample(urls, 3)})
        lines.append(json.dumps(line, ensure_ascii=rng.random() < 0.5))
    return lines


def first_named(lines, threshold):
    order = {}
    for line in lines:
        for main, pairs in json.loads(line).items():
            for url in [main] + [other for pair in pairs for other, similarity in pair.items() if similarity >= threshold]:
                order.setdefault(url, len(order))
    return order


def check_groups(owt, folder, rng, num_urls, num_lines, threshold):
    lines = make_pairs(rng, num_urls, num_lines)
    (folder / "pairs").write_text("".join(line + "\n" for line in lines))
    want, order = group_duplicate_url(lines, threshold), first_named(lines, threshold)
    option = [] if threshold == 0.7 else ["--group-threshold", str(threshold)]
    written = set()
    for more in ([], LITTLE):
        done = run(owt, folder, "--group", *option, *more, "pairs", "groups")
        written.add((folder / "groups").read_text())
    check("memory decides nothing", 1, len(written))
    text = (folder / "groups").read_text()
    got = {}
    for line in text.splitlines():
        for number, urls in json.loads(line).items():
            got[int(number)] = urls
    check("order of the groups", sorted(want), list(got))
    check("groups", want, {number: set(urls) for number, urls in got.items()})
    check("order in the groups", {number: sorted(urls, key=order.get) for number, urls in got.items()}, got)
    check("as Python writes", [json.dumps({str(n): urls}, ensure_ascii=False) for n, urls in got.items()], text.splitlines())
    named, num = sum(map(len, want.values())), len(want)
    said = f"out of {named} urls, only {num} are unique and {named - num} should be removed"
    check("what it says", True, said in done.stderr)
    totals.update(groups=num, grouped=named)
    return text.splitlines()


def check_remove(owt, folder, rng, group_lines, num_urls):
    """Of our groups, and of the script's in their own order."""
    shuffled = []
    for line in group_lines:
        for number, urls in json.loads(line).items():
            shuffled.append(json.dumps({number: rng.sample(urls, len(urls))}))
    documents = [json.dumps({"text": "t", "url": url, "n": n}) for n, url in enumerate([*filter(None, ODD)] + [f"http://site{n % 7}.org/{n}" for n in range(num_urls)])]
    documents += rng.sample(documents, len(documents) // 5) + ['{"text": "no address"}', "not json", '{"text": "null", "url": null}']
    rng.shuffle(documents)
    (folder / "data").write_text("".join(line + "\n" for line in documents))
    for lines in (group_lines, shuffled):
        (folder / "list").write_text("".join(line + "\n" for line in lines))
        kept, removed, skipped = remove_group_duplicates(lines, documents)
        for more in ([], LEAST):
            run(owt, folder, "--remove", "list", "--max-bad", "100%", "--explain", "why", "--dropped", "gone", *more, "data", "out")
            out = [json.loads(line) for line in (folder / "out").read_text().splitlines()]
            # A document without an address is in no group: it stays, where the script loses it.
            check("kept", kept, [document for document in out if "url" in document])
            gone = [json.loads(json.loads(line)["record"]) for line in (folder / "gone").read_text().splitlines()] if removed else []
            check("removed", removed, gone)
            ledger = json.loads((folder / "out.manifest.json").read_text())["ledger"]
            check("skipped", len(skipped), sum(ledger["quarantined"].values()) + sum("url" not in document for document in out))
            heads = {url: urls[0] for line in reversed(lines) for urls in json.loads(line).values() for url in urls[1:]}
            why = [json.loads(line) for line in (folder / "why").read_text().splitlines()] if removed else []
            check("why", [(d["url"], heads[d["url"]]) for d in removed], [(w["id"], w["kept_id"]) for w in why])
            totals["removed"] += len(removed)


def make_corpus(rng, size):
    texts = []
    while len(texts) < size:
        if texts and rng.random() < 0.5:
            words = rng.choice(texts[-200:]).split(" ")
            for _ in range(rng.choice([0, 0, 1, 2, 5])):
                words[rng.randrange(len(words))] = rng.choice(WORDS)
            texts.append(" ".join(words))
        else:
            texts.append(" ".join(rng.choice(WORDS) + str(rng.randrange(50)) for _ in range(rng.randint(4, 150))))
    return texts


def shingles(text):
    words = text.split(" ")
    return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))} if len(words) >= 5 else {tuple(words)}


def jaccard(a, b):
    return len(a & b) / len(a | b)


def check_whole(owt, folder, rng, threshold):
    texts = make_corpus(rng, 1200)
    url = [f"http://site.org/{n:05}" for n in rng.sample(range(99999), len(texts))]
    (folder / "corpus").write_text("".join(json.dumps({"url": url[n], "text": text}) + "\n" for n, text in enumerate(texts)))
    option = ["--threshold", str(threshold)]
    run(owt, folder, "--lsh", "--find-only", *option, "corpus", "pairs")
    lines = (folder / "pairs").read_text().splitlines()
    sets, number = [shingles(text) for text in texts], {u: n for n, u in enumerate(url)}
    found, mains = {}, []
    for line in lines:
        ((main, pairs),) = json.loads(line).items()
        mains.append(number[main])
        seconds = [(number[other], similarity) for pair in pairs for other, similarity in pair.items()]
        check("seconds in order", sorted(seconds), seconds)
        found.update({(number[main], second): similarity for second, similarity in seconds})
    check("mains in order", sorted(set(mains)), mains)
    for (a, b), similarity in found.items():
        if a >= b or similarity < threshold or abs(jaccard(sets[a], sets[b]) - similarity) > 1e-12:
            problems.append(f"pair {a} {b}: {similarity}, it is {jaccard(sets[a], sets[b])}")
    first = {}
    alike = 0
    for b, text in enumerate(texts):
        if text in first:
            check("copy", 1, found.get((first[text], b)))
        first.setdefault(text, b)
    firsts = sorted(first.values())
    missed = [(a, b) for i, a in enumerate(firsts) for b in firsts[i + 1 :] if b - a < 300 and jaccard(sets[a], sets[b]) >= max(0.97, threshold) and (a, b) not in found]
    # A bucket of more than 16 is compared with representatives only; none of these pairs is in one so far.
    check("pairs that are surely alike", [], missed)
    totals["pairs"] += len(found)
    python = group_duplicate_url(lines, threshold)
    run(owt, folder, "--group", "--group-threshold", str(threshold), "pairs", "groups")
    run(owt, folder, "--remove", "groups", "corpus", "removed")
    run(owt, folder, "--lsh", *option, "corpus", "one-go")
    check("three steps are one run", (folder / "one-go").read_text(), (folder / "removed").read_text())
    check("the script takes the pairs", python, {int(n): set(urls) for line in (folder / "groups").read_text().splitlines() for n, urls in json.loads(line).items()})


def main():
    owt = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed, (num_urls, num_lines, threshold) in enumerate([(5, 20, 0.7), (40, 12, 0.7), (200, 60, 0.5), (3000, 900, 0.7), (30000, 15000, 0.9), (20, 0, 0.7)]):
            rng = random.Random(seed)
            group_lines = check_groups(owt, folder, rng, num_urls, num_lines, threshold)
            check_remove(owt, folder, rng, group_lines, min(num_urls, 3000))
        for seed, threshold in enumerate([0.8, 0.6]):
            check_whole(owt, folder, random.Random(seed), threshold)
    print(*problems[:20], sep="\n")
    print(f"{dict(totals)}, {len(problems)} problems")
    sys.exit(1 if problems or not totals["removed"] or not totals["pairs"] else 0)


main()
