#!/usr/bin/env python3
"""`owt shuffle --head N --dropped FILE` against tests/reference/shuffle.py: the head is that of the slow shuffle, and
FILE lists every other line with its file and offset, in the order of the inputs, whatever memory and workers.

Usage: shuffle_head.py OWT [--rounds N] [--seed S]
"""
import argparse, gzip, json, pathlib, random, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from shuffle import shuffled  # noqa: E402


def random_file(random_):
    """Lines, blank and long ones too; the last may lack its newline."""
    lines = [random_.choice([b"", b" ", b"x" * random_.choice([1, 30, 300, 100000]), b"%d" % random_.randrange(10**9)])
             for _ in range(random_.choice([1, 5, 300, 3000]))]
    data = b"\n".join(lines) + b"\n"
    return data[:-1] if lines[-1] and random_.random() < 0.5 else data


def expected_list(contents, kept):
    """(file, offset, line) of the lines whose number is not in `kept`."""
    listed = []
    ordinal = 0
    for name, data in contents.items():
        offset = 0
        for line in data.split(b"\n")[: None if not data.endswith(b"\n") else -1]:
            if ordinal not in kept:
                listed.append((name, offset, line.decode()))
            offset += len(line) + 1
            ordinal += 1
    return listed


def check(owt, folder, random_):
    contents = {f"in-{i}.jsonl": random_file(random_) for i in range(random_.choice([1, 3]))}
    for name, data in contents.items():
        (folder / name).write_bytes(gzip.compress(data, 1) if random_.random() < 0.3 else data)
    lines = [line for data in contents.values() for line in data.split(b"\n")[: None if not data.endswith(b"\n") else -1]]
    seed, head = random_.randrange(1 << 40), random_.choice([1, 2, len(lines) // 2 + 1, len(lines), len(lines) + 5])
    order = shuffled([(i, line) for i, line in enumerate(lines)], seed)[:head]
    want = expected_list(contents, {i for i, _ in order})
    for workers, memory in (("1", "4M"), ("8", "64M")):
        subprocess.run([owt, "shuffle", "-q", "--force", "--seed", str(seed), "--head", str(head), "--dropped", "left", "-j",
                        workers, "--memory", memory, *contents, "out"], cwd=folder, check=True)
        if (folder / "out").read_bytes() != b"".join(line + b"\n" for _, line in order):
            return f"seed {seed}, head {head} of {len(lines)}: another head than the reference's"
        left = folder / "left"
        found = [json.loads(line) for line in left.read_text().splitlines()] if left.exists() else []
        if [(r["file"], r["offset"], r["record"]) for r in found] != want or any(r["reason"] != "not_in_head" for r in found):
            return f"seed {seed}, head {head} of {len(lines)}, -j {workers}: {len(found)} records listed, {len(want)} expected"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("owt")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random_ = random.Random(arguments.seed)
    owt = str(pathlib.Path(arguments.owt).resolve())
    problems = []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as name:
            problems += filter(None, [check(owt, pathlib.Path(name), random_)])
    print(*problems, sep="\n")
    print(f"{arguments.rounds} heads, {len(problems)} problems")
    sys.exit(1 if problems or not arguments.rounds else 0)


main()
