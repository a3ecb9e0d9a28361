#!/usr/bin/env python3
"""The line protocol of owt dedup (docs/dedup-lines.md), driven as an engine drives it: the corpus in parts, a process for
each part and step, GNU sort between them. Whatever the split, the components are those that a plain search finds in the
band lines of one process; and with little memory, or lines in another order, the same. Then what is no such line.
Usage: dedup_lines.py OWT [MIB]: of memory that a million documents with one key may take (64; a sanitizer needs more)
"""
import json, os, pathlib, random, subprocess, sys, tempfile
from collections import Counter, defaultdict

WORDS = "the of and to in is was for on that with as by at from his it an were are which this also be has had first one their new after".split()
problems, totals = [], Counter()


def check(what, want, got):
    totals["checks"] += 1
    if want != got:
        problems.append(f"{what}: expected {str(want)[:500]}\n  got {str(got)[:500]}")


def owt_dedup(owt, data, *words, code=0):
    # By a shell: a process that this one starts has its own peak of memory, which is Python's.
    done = subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", owt, "dedup", *words], input=data, capture_output=True)
    if done.returncode != code:
        problems.append(f"{words}: exit {done.returncode}, not {code}\n{done.stderr.decode()}")
    return done


def gnu_sort(pieces, folder, key=None):
    """One sort for each piece, and one that merges them."""
    names = []
    env = {**os.environ, "LC_ALL": "C"}
    for number, piece in enumerate(pieces):
        names.append(str(folder / f"sorted-{number}"))
        subprocess.run(["sort", "-o", names[-1]], input=piece, env=env, check=True)
    return subprocess.run(["sort", "-m", *names], env=env, check=True, capture_output=True).stdout


def make_documents(rng, size):
    """(line, id or None) of documents with copies, near copies, short texts, and some that are none or have no name."""
    texts, lines = [], []
    for n in range(size):
        roll = rng.random()
        if texts and roll < 0.15:
            text = rng.choice(texts)
        elif texts and roll < 0.4:
            words = rng.choice(texts).split(" ")
            for _ in range(rng.choice([1, 1, 2, 5])):
                words[rng.randrange(len(words))] = rng.choice(WORDS)
            text = " ".join(words)
        else:
            text = " ".join(rng.choice(WORDS) + str(rng.randrange(50)) for _ in range(rng.choice([1, 3, 20, 80, 150])))
        if rng.random() < 0.01:
            text = ""
        texts.append(text)
        name = f"http://site{n % 13}.org/{rng.choice(['', chr(233), chr(0x4E2D), chr(0x1F600)])}{n}"
        lines.append(json.dumps({"url": name, "text": text}, ensure_ascii=rng.random() < 0.5))
        if rng.random() < 0.01:
            lines.append(rng.choice(['{"text": "no name"}', "[]", "", '{"url": "http://x/\\t", "text": "tab"}', '{"url": "", "text": "empty"}']))
    return lines


def components_of(band_lines):
    """{id: smallest id connected with it}, of ids that are not their own: by walking from every smallest one."""
    of_key, near = defaultdict(list), defaultdict(set)
    for line in band_lines:
        key, name = line.split(b"\t")
        of_key[key].append(name)
    for names in of_key.values():
        for name in names[1:]:
            near[names[0]].add(name)
            near[name].add(names[0])
    root = {}
    for start in sorted(near):
        if start in root:
            continue
        root[start], waiting = start, [start]
        while waiting:
            for name in near[waiting.pop()]:
                if name not in root:
                    root[name] = start
                    waiting.append(name)
    return {name: smallest for name, smallest in root.items() if name != smallest}


def links_in_ranges(owt, rng, ordered, count):
    """One process for each range of keys, as a shuffle by ranges makes them."""
    lines = ordered.splitlines(keepends=True)
    borders = sorted(rng.randrange(len(lines)) for _ in range(count - 1))
    for i, border in enumerate(borders):
        while border < len(lines) and border and lines[border].split(b"\t")[0] == lines[border - 1].split(b"\t")[0]:
            border += 1
        borders[i] = border
    out = []
    for begin, end in zip([0, *borders], [*borders, len(lines)]):
        out.append(owt_dedup(owt, b"".join(lines[begin:end]), "-q", "--step", "links", "-").stdout)
    return out


def check_protocol(owt, folder, rng, num_parts, name_options, lsh):
    lines = make_documents(rng, 1500)
    borders = [0, *sorted(rng.randrange(len(lines) + 1) for _ in range(num_parts - 1)), len(lines)]
    parts = ["".join(line + "\n" for line in lines[a:b]).encode() for a, b in zip(borders, borders[1:])]
    options = [name_options(n) for n in range(num_parts)]
    lsh = [*lsh, "-q", "--max-bad", "100%"]
    bands = [owt_dedup(owt, part, *lsh, *option, "--step", "bands", "-", "-").stdout for part, option in zip(parts, options)]
    by_address = not options[0]
    if by_address:
        one = owt_dedup(owt, b"".join(parts), *lsh, "--step", "bands", "-").stdout
        check("bands do not depend on parts", one, b"".join(bands))
    band_lines = b"".join(bands).splitlines()
    want = components_of(band_lines)
    totals["connected"] += len(want)
    expected = b"".join(b"%s\t%s\n" % (name, want[name]) for name in sorted(want))

    ordered = gnu_sort(rng.sample(bands, len(bands)), folder)
    linked = owt_dedup(owt, ordered, "-q", "--step", "links", "-").stdout
    sizes = Counter(line.split(b"\t")[0] for line in set(band_lines))
    check("links are one less than members", sum(sizes.values()) - len(sizes), linked.count(b"\n"))
    ranges = links_in_ranges(owt, rng, ordered, 4)
    check("ranges of keys are linked as the whole is", linked, b"".join(ranges))
    shuffled = linked.splitlines(keepends=True)
    rng.shuffle(shuffled)
    for data in (linked, b"".join(shuffled), b"".join(shuffled[: len(shuffled) // 2] + shuffled)):
        for more in ([], ["--memory", "300K", "--max-record", "64K", "--batch-size", "2000", "-j", "3"]):
            check("components", expected, owt_dedup(owt, data, "-q", "--step", "components", *more, "-").stdout)
    pairs = [tuple(line[:-1].split(b"\t")) for line in shuffled]
    turned = b"".join(b"%s\t%s\n" % rng.choice([pair, pair[::-1]]) for pair in pairs)
    check("links have no direction", expected, owt_dedup(owt, turned, "-q", "--step", "components", "-").stdout)

    (folder / "components").write_bytes(expected)
    kept = [owt_dedup(owt, part, "-q", "--max-bad", "100%", *option, "--step", "drop", "--components", str(folder / "components"), "-", "-").stdout
            for part, option in zip(parts, options)]
    for part, option, want_kept in zip(parts, options, kept):
        (folder / "part").write_bytes(part)
        some = ["--memory", "4K", "--max-record", "64K"]  # 85 ids to drop
        check("a list beyond memory", want_kept,
              owt_dedup(owt, b"", "-q", "--max-bad", "100%", *option, *some, "--step", "drop", "--components", str(folder / "components"), str(folder / "part"), "-").stdout)
    stay = []
    for part, option in zip(parts, options):
        for number, line in enumerate(part.splitlines(keepends=True)):
            try:
                document = json.loads(line)
                name = f"{option[1]}{number:012}" if option else document["url"]
                if isinstance(document["text"], str) and name and not set(name) & set(map(chr, range(32))) and name.encode() not in want:
                    stay.append(line)
            except (ValueError, KeyError, TypeError):
                pass
    check("what stays", b"".join(stay), b"".join(kept))
    totals["stay"] += len(stay)


def check_many(owt, rng):
    """Random graphs with ids of all lengths, with as little memory as they fit into."""
    for num_ids, num_links in ((2, 1), (1, 1), (50, 30), (3000, 2500), (60000, 70000), (60000, 40000)):
        names = [b"%s%d" % (rng.choice([b"", b"a", b"ab", b"abcdefgh", b"abcdefgi" * 9, b"\xff"]), n) for n in range(num_ids)]
        links = [b"%s\t%s" % (rng.choice(names), rng.choice(names)) for _ in range(num_links)]
        want = components_of([b"%d\t%s" % (n, name) for n, link in enumerate(links) for name in link.split(b"\t")])
        expected = b"".join(b"%s\t%s\n" % (name, want[name]) for name in sorted(want))
        for more in ([], ["--memory", "512K", "--max-record", "64K"]):
            got = owt_dedup(owt, b"".join(link + b"\n" for link in links), "-q", "--step", "components", *more, "-").stdout
            check(f"{num_ids} ids", expected, got)


def check_large_key(owt, folder, mib):
    """A million documents with one key: one line is held."""
    (folder / "million").write_bytes(b"".join(b"0001\thttp://site.org/%07d\n" % n for n in range(1000000)))
    stats = folder / "stats"
    done = owt_dedup(owt, b"", "--step", "links", "--memory", "64M", "-j", "2", "--force", "--stats", str(stats), str(folder / "million"), str(folder / "links"))
    if done.returncode == 0:
        peak = json.loads(stats.read_text())["timings"]["peak_rss_bytes"]
        totals["peak_mib"] = peak >> 20
        check(f"the peak of a million of one key is below {mib} MiB", True, peak < mib << 20)
        links = (folder / "links").read_bytes()
        check("a million of one key", (999999, 999999), (links.count(b"\n"), links.count(b"\thttp://site.org/0000000\n")))


HOSTILE = [
    ("links", b"b\tx\na\ty\n", "line 2 is smaller than the one before it"),
    ("links", b"a\ty\na\tx\n", "line 2 is smaller than the one before it"),
    ("links", b"a\tx\nb\ty", "line 2 is cut off"),
    ("links", b"a\tx\nb", "line 2 is cut off"),
    ("links", b"a\tx\nb\n", "line 2 is damaged: expected a key, a TAB and an id"),
    ("links", b"a\tx\ty\n", "line 1 is damaged"),
    ("links", b"\tx\n", "line 1 is damaged"),
    ("links", b"a\t\n", "line 1 is damaged"),
    ("links", b"a\tx\n\nb\tx\n", "line 2 is damaged"),
    ("links", b"a\tx\r\n", "line 1 is damaged"),
    ("links", b"a\tx\0\n", "line 1 is damaged"),
    ("links", b"a\t" + b"x" * 40000 + b"\n", "line 1 is damaged"),
    ("links", b"a\tx\n" + b"b\t" + b"x" * 200000 + b"\n", "line 2 is longer than --max-record"),
    ("components", b"a\tb\nb\tc", "line 2 is cut off"),
    ("components", b"a b\n", "line 1 is damaged: expected an id, a TAB and another id"),
    ("components", b"a\tb\nc\n", "line 2 is damaged"),
    ("components", b'{"a": 1}\n', "line 1 is damaged"),
]


def check_hostile(owt, folder):
    for step, data, message in HOSTILE:
        done = owt_dedup(owt, data, "--step", step, "--max-record", "100K", "-", code=1)
        check(f"{step} {data[:30]}", True, message in done.stderr.decode())
    many = b"".join(b"%d\t0\n" % n for n in range(1, 20000))
    done = owt_dedup(owt, many, "--step", "components", "--memory", "100K", "--max-record", "16K", "-", code=1)
    check("too little memory", True, "ids take" in done.stderr.decode())
    for content, message in ((b"a\tb\nc", "line 2 is cut off"), (b"a b\n", "line 1 is damaged"), (b"\n", "line 1 is damaged")):
        (folder / "bad").write_bytes(content)
        done = owt_dedup(owt, b'{"url": "a", "text": "x"}\n', "--step", "drop", "--components", str(folder / "bad"), "-", "-", code=1)
        check(f"components {content}", True, message in done.stderr.decode())
    for step in ("bands", "links", "components"):
        check(f"{step} of nothing", b"", owt_dedup(owt, b"", "-q", "--step", step, "-").stdout)


def main():
    owt = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for num_parts in (1, 3, 7):
            for lsh in (["--lsh"], ["--lsh", "--bands", "3", "--rows", "2"], []):
                seed = num_parts * 10 + len(lsh)
                check_protocol(owt, folder, random.Random(seed), num_parts, lambda n: [], lsh)
                check_protocol(owt, folder, random.Random(seed), num_parts, lambda n: ["--id-prefix", f"part-{n:05}:"], lsh)
        check_many(owt, random.Random(1))
        check_large_key(owt, folder, int(sys.argv[2]) if len(sys.argv) > 2 else 64)
        check_hostile(owt, folder)
    print(*problems[:20], sep="\n")
    print(f"{dict(totals)}, {len(problems)} problems")
    sys.exit(1 if problems or not totals["connected"] or not totals["stay"] else 0)


main()
