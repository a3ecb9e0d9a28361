#!/usr/bin/env python3
"""owt convert between all formats of tokens, against their layouts as written down here with struct.

Random documents are laid out in each format here, converted by owt into each other format, and compared byte for byte
with the layout made here. Then 2,000 shards are joined in bounded memory. Usage: convert.py OWT
"""
import array, json, pathlib, random, resource, struct, subprocess, sys, tempfile

EOT = 50256
SHARD = 700  # tokens of a shard of llmc in these tests


def pack(tokens, width=2):
    return array.array("H" if width == 2 else "i", tokens).tobytes()


def megatron(documents, width=2):
    """(name, bytes) of the files for documents, as the tables of docs/formats.md say."""
    lengths = [len(d) for d in documents if d]
    pointers, bounds, at = [], [0], 0
    for document in documents:
        if document:
            pointers.append(at)
        at += len(document) * width
        bounds.append(bounds[-1] + bool(document))
    idx = (b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8 if width == 2 else 4, len(lengths), len(bounds))
           + struct.pack(f"<{len(lengths)}i", *lengths) + struct.pack(f"<{len(pointers)}q", *pointers)
           + struct.pack(f"<{len(bounds)}q", *bounds))
    return {".bin": b"".join(pack(d, width) for d in documents), ".idx": idx}


def ended(documents):
    return [d if d and d[-1] == EOT else d + [EOT] for d in documents]


def nanogpt(documents, width=2):
    return {".bin": b"".join(pack(d) for d in ended(documents))}


def llmc(documents, width=2):
    stream = [token for d in ended(documents) for token in [EOT] + d[:-1]]
    magic, version = (20240520, 1) if width == 2 else (20240801, 7)
    files = {}
    for shard, begin in enumerate(range(0, len(stream), SHARD)):
        tokens = stream[begin:begin + SHARD]
        files[f"_{'train' if shard else 'val'}_{shard:06}.bin"] = (
            struct.pack("<256i", magic, version, len(tokens), *[0] * 253) + pack(tokens, width))
    return files


def ds(documents, width=2):
    ends, at = [], 0
    for document in documents:
        at += len(document)
        ends.append(at)
    return {".ds": b"".join(pack(d, width) for d in documents), ".ds.index": struct.pack(f"<{len(ends)}Q", *ends)}


FORMATS = {"megatron": megatron, "nanogpt": nanogpt, "llmc": llmc, "ds": ds}


def write(folder, name, files):
    for suffix, content in files.items():
        (folder / f"{name}{suffix}").write_bytes(content)
    return [str(folder / f"{name}{suffix}") for suffix in files]


def read(folder, name):
    return {p.name[len(name):]: p.read_bytes() for p in folder.glob(f"{name}[._]*")
            if not p.name.endswith((".manifest.json", ".ds.metadata"))}


def run(owt, *arguments):
    done = subprocess.run([owt, "convert", "-q", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"owt convert {arguments}: exit {done.returncode}\n{done.stderr}")


def random_documents(random_, width=2):
    """Ending with <|endoftext|> or not, some empty, one long; none holds it inside."""
    documents, top = [], 50255 if width == 2 else 2**31 - 1
    always = random_.random() < 0.5
    for _ in range(random_.choice([1, 3, 40, 400])):
        length = random_.choice([0, 1, 2, 30, 300])
        body = [random_.choice([random_.randint(0, 50255), random_.randint(50257, max(top, 50257))])
                for _ in range(length)]
        documents.append(body + [EOT] * (always or random_.random() < 0.3))
    return documents + [[1] * random_.choice([1, 5000]) + [EOT]]


def through(source, documents):
    """What the documents are once they stood in this format: what it does not keep is gone."""
    return documents if source in ("megatron", "ds") else ended(documents)


def compare(owt, random_, rounds):
    problems, pairs = [], 0
    for i in range(rounds):
        width = random_.choice([2, 2, 4])
        documents = random_documents(random_, width)
        for source, lay_out in FORMATS.items():
            for target, expected in FORMATS.items():
                if width == 4 and "nanogpt" in (source, target):
                    continue
                with tempfile.TemporaryDirectory() as name:
                    folder = pathlib.Path(name)
                    inputs = write(folder, "in", lay_out(documents, width))
                    run(owt, "--to", target, "--from", source, "--shard-tokens", SHARD, "--batch-size",
                        random_.choice([100, 3000, 1 << 20]), "-j", random_.choice([1, 2, 4]), *inputs,
                        folder / "out")
                    want, got = expected(through(source, documents), width), read(folder, "out")
                    if got != want:
                        wrong = [k for k in {**want, **got} if want.get(k) != got.get(k)]
                        problems.append(f"round {i}, {source} -> {target}, {width} bytes: {wrong} differ")
                    pairs += 1
    print(f"{pairs} conversions, {len(problems)} problems")
    return problems


def join(owt, random_, shards):
    """The merge of many datasets, of both widths, in bounded memory."""
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder, documents = pathlib.Path(name), []
        for shard in range(shards):
            width = 4 if shard == shards // 2 else 2
            own = [[random_.randint(0, 50255)] * random_.choice([0, 3, 1000]) + [EOT] for _ in range(20)]
            write(folder, f"shard-{shard:05}", megatron(own, width))
            documents += own
        inputs = sorted(map(str, folder.glob("shard-*")))  # both files of each, as a shell names them
        run(owt, "--memory", "64M", "--max-record", "4M", *inputs, folder / "all")
        if read(folder, "all") != megatron(documents, 4):
            problems.append(f"{shards} shards joined are not their documents")
        manifest = json.loads((folder / "all.manifest.json").read_text())
        if [i["path"] for i in manifest["inputs"]] != inputs or None in [i["xxh3"] for i in manifest["inputs"]]:
            problems.append("the manifest does not hold every input and its hash")
        peak = manifest["timings"]["peak_rss_bytes"] >> 20
        if peak > 256:
            problems.append(f"{shards} shards took {peak} MiB")
        print(f"{shards} shards, {len(documents)} documents, peak {peak} MiB, {len(problems)} problems")
    return problems


def main():
    owt, random_ = str(pathlib.Path(sys.argv[1]).resolve()), random.Random(7)
    problems = compare(owt, random_, 12) + join(owt, random_, 2000)
    print(*problems, sep="\n")
    sys.exit(1 if problems else 0)


main()
