#!/usr/bin/env python3
"""Damaged files of tokens: owt verify finds each, or it changed nothing that the format can tell.

Mutants of all formats (bytes changed, bits flipped, cut, grown, blocks swapped) are verified twice: beside the manifest
of the run that wrote them, where all must be found by the hash, and alone, where all must be found but those that only
change one token into another of the vocabulary. Then damaged .idx files are repaired. Usage: token_mutants.py OWT
"""
import pathlib, random, re, shutil, struct, subprocess, sys, tempfile

EOT, MUTANTS = 50256, 160


def write_source(folder, random_):
    documents = [[random_.randint(0, 50255)] * random_.choice([1, 2, 40]) + [EOT] for _ in range(40)]
    lengths = [len(d) for d in documents]
    starts = [2 * sum(lengths[:k]) for k in range(len(lengths))]
    (folder / "in.bin").write_bytes(b"".join(struct.pack(f"<{len(d)}H", *d) for d in documents))
    (folder / "in.idx").write_bytes(
        b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, 40, 41) + struct.pack("<40i", *lengths)
        + struct.pack("<40q", *starts) + struct.pack("<41q", *range(41)))


def mutate(random_, data):
    data = bytearray(data)
    kind, at = random_.randrange(6), random_.randrange(len(data))
    if kind == 0:
        data[at] = (data[at] + random_.randint(1, 255)) % 256
    elif kind == 1:
        data[at] ^= 1 << random_.randrange(8)
    elif kind == 2:
        del data[at:]
    elif kind == 3:
        data += random_.randbytes(random_.randint(1, 40))
    elif kind == 4:
        del data[at:at + random_.randint(1, 16)]
    else:
        size = min(8, len(data) - at)
        data[at:at + size] = random_.randbytes(size)
    return bytes(data)


def harmless(name, original, mutant, original_has_index):
    """Whether only tokens changed, each to another of the vocabulary, and every <|endoftext|> is where it was: nothing
    in the format can tell. The text beside a .ds is for people."""
    if name.endswith(".metadata"):
        return True
    if name == "out.bin" and not original_has_index:  # nothing but tokens: what ends well is well
        ids = struct.unpack(f"<{len(mutant) // 2}H", mutant) if len(mutant) % 2 == 0 else [EOT + 1]
        return max(ids) <= EOT and (ids[-1] == EOT or EOT not in ids)
    if name.endswith((".idx", ".index")) or len(original) != len(mutant):
        return original == mutant
    head = 1024 if re.search(r"_\d{6}\.bin$", name) else 0
    if original[:head] != mutant[:head]:
        return False
    pairs = zip(struct.iter_unpack("<H", original[head:]), struct.iter_unpack("<H", mutant[head:]))
    return all(a == b or b[0] <= EOT for a, b in pairs)


def failed(owt, paths):
    done = subprocess.run([owt, "verify", *map(str, paths)], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(f"owt verify: exit {done.returncode}\n{done.stderr}")
    return {line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.startswith("FAILED")}


def check(owt, folder, to, random_):
    base = folder / to
    base.mkdir()
    subprocess.run([owt, "convert", "-q", "--to", to, "--shard-tokens", "300", folder / "in.idx", base / "out"], check=True)
    files = sorted(p.name for p in base.iterdir() if "manifest" not in p.name)
    tokens = {"megatron": "out.idx", "nanogpt": "out.bin", "ds": "out.ds"}
    alone, beside, mutants = {}, {}, {}
    for i in range(MUTANTS * (2 if to == "megatron" else 1)):
        own = folder / f"{to}-{i}"
        shutil.copytree(base, own)
        name = files[i % len(files)]
        original = (own / name).read_bytes()
        mutant = mutate(random_, original)
        (own / name).write_bytes(mutant)
        if mutant == original:
            continue
        mutants[own] = (name, original, mutant)
        beside[str(own / "out")] = own
        alone[str(own / tokens.get(to, name))] = own
    found_beside, found_alone = failed(owt, beside), failed(owt, alone)
    problems, tokens_only = [], 0
    for path, own in beside.items():
        if path not in found_beside:
            problems.append(f"{to}: {mutants[own][0]} was changed, and the manifest did not tell: {own.name}")
    for path, own in alone.items():
        if path in found_alone:
            continue
        tokens_only += 1
        if not harmless(*mutants[own], "out.idx" in files):
            a, b = mutants[own][1:]
            at = next((k for k in range(min(len(a), len(b))) if a[k] != b[k]), min(len(a), len(b)))
            problems.append(f"{to}: {own.name} {mutants[own][0]}: {len(a)} -> {len(b)} bytes, byte {at}, not found")
    print(f"{to}: {len(mutants)} mutants, all found beside the manifest, {len(found_alone)} found alone, {tokens_only} "
          f"changed tokens only, {len(problems)} problems")
    return problems, len(mutants)


def repair(owt, folder, random_):
    """Damaged .idx files: what comes back is what was there."""
    problems, rebuilt = [], 0
    good, bin_ = (folder / "in.idx").read_bytes(), (folder / "in.bin").read_bytes()
    for i in range(60):
        own = folder / f"repair-{i}"
        own.mkdir()
        (own / "in.bin").write_bytes(bin_)
        bad = b"" if i == 0 else mutate(random_, good)
        if i != 1:
            (own / "in.idx").write_bytes(bad)
        done = subprocess.run([owt, "verify", "--repair", str(own / "in.idx")], capture_output=True, text=True)
        now = (own / "in.idx").read_bytes() if (own / "in.idx").exists() else b""
        rebuilt += now == good
        if now != good or done.returncode != 0 or (own / "in.bin").read_bytes() != bin_:
            problems.append(f"repair {i}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    before = (folder / "in.idx").stat().st_mtime_ns
    subprocess.run([owt, "verify", "--repair", str(folder / "in.idx")], check=True, capture_output=True)
    if (folder / "in.idx").stat().st_mtime_ns != before:
        problems.append("a good .idx was written anew")
    print(f"{rebuilt} of 60 damaged .idx rebuilt, {len(problems)} problems")
    return problems


def main():
    owt, random_, problems, total = str(pathlib.Path(sys.argv[1]).resolve()), random.Random(5), [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_source(folder, random_)
        for to, rounds in (("megatron", 2), ("nanogpt", 1), ("llmc", 2), ("ds", 2)):
            for turn in range(rounds):
                own = folder / f"{to}{turn}"
                own.mkdir()
                for suffix in (".bin", ".idx"):
                    shutil.copy(folder / f"in{suffix}", own)
                found, count = check(owt, own, to, random_)
                problems += found
                total += count
        problems += repair(owt, folder, random_)
    print(*problems, sep="\n")
    print(f"{total} mutants, {len(problems)} problems")
    sys.exit(1 if problems or total < 1000 else 0)


main()
