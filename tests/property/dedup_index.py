#!/usr/bin/env python3
"""owt dedup --lsh --index: three months one after the other keep what one run over all of them keeps, whatever stays of
old ones; parts of an index may be moved; what was killed goes on; other methods are refused. Usage: dedup_index.py OWT
"""
import json, pathlib, random, shutil, signal, subprocess, sys, tempfile, time


def command(owt, *arguments):
    return [owt, "dedup", "--lsh", *arguments]


def run(owt, folder, *arguments, exit=0):
    done = subprocess.run(command(owt, *arguments), cwd=folder, capture_output=True, text=True)
    if done.returncode != exit:
        sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}, expected {exit}\n{done.stderr}")
    return done.stderr


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def months(rng, count):
    """Each document is new, a copy, or an earlier one with some words changed. None is like two others that are unlike
    each other: a new document that joins two old clusters would make one run different."""
    texts = []
    for n in range(3 * count):
        if texts and rng.random() < 0.4:
            words = texts[rng.randrange(len(texts))].split()
            for _ in range(rng.choice([0, 0, 1, 2])):
                words[rng.randrange(len(words))] = f"new{rng.randrange(10**9)}"
        else:
            words = [f"w{rng.randrange(10**6)}" for _ in range(rng.randint(60, 120))]
        texts.append(" ".join(words))
    return [texts[i * count : (i + 1) * count] for i in range(3)]


def write(folder, parts):
    number = 0
    for i, texts in enumerate(parts):
        with open(folder / f"m{i}.jsonl", "w") as file:
            for text in texts:
                file.write(json.dumps({"text": text, "url": f"u{number}"}) + "\n")
                number += 1


def check_as_one_run(owt, folder, parts, keep):
    whole = run(owt, folder, "--force", "--keep", keep, "--explain", "why.all", "m0.jsonl", "m1.jsonl", "m2.jsonl", "all.jsonl")
    shutil.rmtree(folder / "seen", ignore_errors=True)
    out, why, begin = b"", {}, [0, len(parts[0]), len(parts[0]) + len(parts[1])]
    for i in range(3):
        run(owt, folder, "--force", "--keep", keep, "--index", "seen", "--explain", f"why.{i}", f"m{i}.jsonl", f"out{i}.jsonl")
        out += (folder / f"out{i}.jsonl").read_bytes()
        for line in read(folder / f"why.{i}"):
            global_number = lambda name: line[name] + begin[int(line.get(f"{name}_index", i))]
            assert line["kept_url"] == f"u{global_number('kept')}", line
            why[line["record"] + begin[i]] = (global_number("kept"), line["similarity"], line["reason"])
    assert sorted(p.name for p in (folder / "seen").iterdir()) == ["000000", "000001", "000002"]
    expected = {line["record"]: (line["kept"], line["similarity"], line["reason"]) for line in read(folder / "why.all")}
    if keep == "first":  # otherwise one run may choose a later document, which is too late here
        assert out == (folder / "all.jsonl").read_bytes()
        differing = {i for i in expected.keys() | why.keys() if why.get(i) != expected.get(i)}
        assert not differing, [(i, why.get(i), expected.get(i)) for i in sorted(differing)[:5]]
    assert len(why) == len(expected), (keep, len(why), len(expected))
    assert any(kept < begin[1] <= i for i, (kept, _, _) in why.items()), "nothing of an old document"
    return len(why)


def check_again_and_moved(owt, folder):
    before = (folder / "out2.jsonl").read_bytes()
    manifest = folder / "out2.jsonl.manifest.json"
    manifest.unlink()  # as if killed before it was on record
    run(owt, folder, "--force", "--index", "seen", "m2.jsonl", "out2.jsonl", "--explain", "why.2", "--keep", "first")
    assert (folder / "out2.jsonl").read_bytes() == before and len(list((folder / "seen").iterdir())) == 3
    # Frozen: the same answer, and the index stays.
    run(owt, folder, "--index", "seen", "--frozen-index", "m2.jsonl", "none.jsonl")
    assert (folder / "none.jsonl").read_bytes() == b"" and len(list((folder / "seen").iterdir())) == 3
    # Old and new apart: a document goes with both where it goes with one of them.
    shutil.rmtree(folder / "seen/000002")
    gone = {}
    for which in ("old", "new", "both"):
        run(owt, folder, "--force", "--index", "seen", "--frozen-index", "--compare", which, "--explain", f"why.{which}", "m2.jsonl", "x.jsonl")
        gone[which] = {line["record"] for line in read(folder / f"why.{which}")}
        in_old = {"kept_index" in line for line in read(folder / f"why.{which}")}
        assert in_old == {"old": {True}, "new": {False}, "both": {True, False}}[which], (which, in_old)
    assert gone["old"] | gone["new"] == gone["both"] and gone["old"] != gone["both"] != gone["new"]
    # The parts of one index behind those of another.
    run(owt, folder, "--index", "other", "m2.jsonl", "other.jsonl")
    shutil.copytree(folder / "other/000000", folder / "seen/000002")
    run(owt, folder, "--force", "--index", "seen", "--frozen-index", "m0.jsonl", "m1.jsonl", "m2.jsonl", "x.jsonl")
    assert (folder / "x.jsonl").read_bytes() == b"", "all of them are in the index"


def check_refusals(owt, folder):
    for more, what in ((["--seed", "7"], "seed 1234, here 7"), (["--threshold", "0.9"], "bands 18, here 10"),
                       (["--shingle", "char:9"], "unit of shingles 0, here 1"), (["--family", "datatrove"], "bands")):
        text = run(owt, folder, "--force", "--index", "seen", *more, "m0.jsonl", "x.jsonl", exit=2)
        assert "made by another method" in text and what in text, text
    removals = folder / "seen/000001/removals"
    whole = removals.read_bytes()
    for damaged in (whole[:-1], whole[:-12] + b"\xff" * 12):
        removals.write_bytes(damaged)
        text = run(owt, folder, "--force", "--index", "seen", "--frozen-index", "m0.jsonl", "x.jsonl", exit=1)
        assert "the index is damaged here" in text, text
    removals.write_bytes(whole)
    places = folder / "seen/000001/collected.places"
    places.write_bytes(places.read_bytes()[:-8])
    text = run(owt, folder, "--force", "--index", "seen", "--frozen-index", "m0.jsonl", "x.jsonl", exit=1)
    assert "the file is damaged" in text, text
    text = run(owt, folder, "--frozen-index", "m0.jsonl", "y.jsonl", exit=2)
    assert "go with --index" in text, text


def check_two_at_once(owt, folder):
    import fcntl
    (folder / "seen/.next").mkdir()
    with open(folder / "seen/.next/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        text = run(owt, folder, "--force", "--index", "seen", "m0.jsonl", "z.jsonl", exit=1)
        assert "another run is at work in this folder" in text, text
        run(owt, folder, "--force", "--index", "seen", "--frozen-index", "m0.jsonl", "z.jsonl")
    shutil.rmtree(folder / "seen/.next")


def check_kills(owt, folder, rng):
    """Killed at any moment, and run again: the index of a run that was never killed."""
    arguments = ["--index", "killed", "--checkpoint-every", "64K", "m0.jsonl", "m1.jsonl", "m2.jsonl", "k.jsonl"]
    contents = lambda: {p.relative_to(folder / "killed"): p.read_bytes() for p in sorted((folder / "killed").rglob("*")) if p.is_file()}
    begin = time.time()
    run(owt, folder, *arguments)
    seconds = time.time() - begin
    expected, out = contents(), (folder / "k.jsonl").read_bytes()
    for _ in range(12):
        shutil.rmtree(folder / "killed")
        for file in folder.glob("*k.jsonl*"):
            file.unlink()
        process = subprocess.Popen(command(owt, *arguments), cwd=folder, stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run(owt, folder, *arguments)
        assert contents() == expected and (folder / "k.jsonl").read_bytes() == out


def main():
    owt, rng = str(pathlib.Path(sys.argv[1]).resolve()), random.Random(3)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        parts = months(rng, 800)
        write(folder, parts)
        for keep in ("longest", "first"):
            print(f"--keep {keep}: {check_as_one_run(owt, folder, parts, keep)} of 2400 go, as in one run")
        check_again_and_moved(owt, folder)
        check_two_at_once(owt, folder)
        check_refusals(owt, folder)
        check_kills(owt, folder, rng)
        print("run again, frozen, old and new apart, moved, refused, killed: as it should be")


main()
