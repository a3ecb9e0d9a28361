#!/usr/bin/env python3
"""owt convert beside Megatron's own merge and datatrove's own reader.

Random datasets are made by megatron-core's builder, joined by its add_index and by owt: the files must be equal byte for
byte. The same tokens as .ds go through datatrove's reader (where datatrove is installed): windows and positions must be
those of the documents. Usage: convert.py OWT
"""
import pathlib, random, subprocess, sys, tempfile, warnings

warnings.filterwarnings("ignore")
import numpy  # noqa: E402
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder  # noqa: E402

EOT = 50256


def make(folder, random_, ended):
    """(documents, prefixes of the datasets that hold them)."""
    everything, prefixes = [], []
    for i in range(25):
        documents = [[random_.randint(0, 50255) for _ in range(random_.choice([0, 1, 5, 300]))] + [EOT] * ended
                     for _ in range(random_.choice([1, 20]))] + [[7, EOT]]
        prefix = str(folder / f"set{i:03}")
        builder = IndexedDatasetBuilder(prefix + ".bin", dtype=numpy.uint16)
        for document in documents:
            builder.add_document(document, [len(document)] if document else [])
        builder.finalize(prefix + ".idx")
        everything += documents
        prefixes.append(prefix)
    return everything, prefixes


def compare_merge(owt, folder, random_, ended):
    documents, prefixes = make(folder, random_, ended)
    builder = IndexedDatasetBuilder(str(folder / "theirs.bin"), dtype=numpy.uint16)
    for prefix in prefixes:
        builder.add_index(prefix)
    builder.finalize(str(folder / "theirs.idx"))
    subprocess.run([owt, "convert", "-q", *prefixes, str(folder / "ours")], check=True)
    for suffix in (".bin", ".idx"):
        if (folder / f"ours{suffix}").read_bytes() != (folder / f"theirs{suffix}").read_bytes():
            sys.exit(f"DIFFERENT: the merged {suffix}, kept in {folder}")
    opened, filled = IndexedDataset(str(folder / "ours")), [d for d in documents if d]
    if len(opened) != len(filled) or any(list(map(int, opened[k])) != d for k, d in enumerate(filled)):
        sys.exit("DIFFERENT: what megatron-core reads")
    print(f"{len(prefixes)} datasets, {len(documents)} documents: merged as by megatron-core")
    return documents


def compare_ds(owt, folder, documents):
    try:
        from datatrove.utils.dataset import DatatroveFileDataset
    except ImportError as error:
        print(f"not compared with datatrove: {error}")
        return
    subprocess.run([owt, "convert", "-q", "--to", "ds", str(folder / "ours.idx"), str(folder / "out")], check=True)
    length, stream = 64, [token for document in documents for token in document]
    starts = {0}
    for document in documents:
        starts.add(max(starts) + len(document))
    dataset = DatatroveFileDataset(str(folder / "out.ds"), length, return_positions=True)
    for k in range(len(dataset)):
        part = slice(k * (length + 1), (k + 1) * (length + 1))
        positions = []  # they begin again with each document and each window
        for at in range(part.start, part.stop):
            positions.append(0 if at in starts or not positions else positions[-1] + 1)
        item = dataset[k]
        if item["input_ids"].tolist() != stream[part] or item["positions"].tolist() != positions:
            sys.exit(f"DIFFERENT: window {k} as datatrove reads it")
    if not len(dataset):
        sys.exit("DIFFERENT: datatrove reads nothing")
    print(f"{len(dataset)} windows of {length + 1} tokens: what datatrove reads")


def main():
    owt, random_ = str(pathlib.Path(sys.argv[1]).resolve()), random.Random(1)
    for ended in (False, True):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="owt-convert-"))
        documents = compare_merge(owt, folder, random_, ended)
        if ended:  # datatrove's positions are wrong behind an empty document
            compare_ds(owt, folder, documents)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


main()
