#!/usr/bin/env python3
"""`owt verify` on a dataset in the page cache of the disk that BUILD is on, beside numpy's largest token of the same file and `cat`.

    tests/bench/verify.py BUILD/bin [MEGABYTES]

2,000 MB of uint16 tokens by default, documents of OpenWebText's mean length. owt checks sizes, offsets, bounds of
documents, every token and every document's end; numpy takes one maximum over the mapped tokens, cat reads the bytes. What
owt counts is compared with what was written. The best of five rounds each, one beside the other.
"""

import os
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time

import numpy

EOD = 50256


def write_dataset(prefix, size):
    rng = numpy.random.default_rng(1)
    lengths = numpy.minimum(1 + rng.exponential(1127, size=size // 2256), 60000).astype(numpy.int32)
    ends = numpy.cumsum(lengths, dtype=numpy.int64)
    tokens = rng.integers(0, EOD, size=ends[-1], dtype=numpy.uint16)
    tokens[ends - 1] = EOD
    tokens.tofile(prefix + ".bin")
    with open(prefix + ".idx", "wb") as idx:
        idx.write(b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, len(lengths), len(lengths) + 1))
        lengths.tofile(idx)
        ((ends - lengths) * 2).tofile(idx)
        numpy.arange(len(lengths) + 1, dtype=numpy.int64).tofile(idx)
    return len(lengths), int(ends[-1])


def child(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return out, time.perf_counter() - start, cpu


def main():
    size = int(sys.argv[2] if len(sys.argv) > 2 else 2000) * 1_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:  # a disk's page cache, not tmpfs
        prefix = os.path.join(folder, "data")
        documents, tokens = write_dataset(prefix, size)
        numpy_max = f"import numpy; print(numpy.memmap({prefix + '.bin'!r}, numpy.uint16, 'r').max())"
        commands = {
            "owt verify": [f"{sys.argv[1]}/owt", "verify", prefix + ".idx"],
            "numpy max": [sys.executable, "-c", numpy_max],
            "cat": ["sh", "-c", f"cat {prefix}.bin > /dev/null"],
        }
        best = {name: (float("inf"), float("inf")) for name in commands}
        for _ in range(5):
            for name, command in commands.items():
                out, wall, cpu = child(command)
                best[name] = min(best[name][0], wall), min(best[name][1], cpu)
                if name != "owt verify":
                    continue
                counts = f"{documents} documents (0 empty), {documents} sequences, {documents} end with token {EOD}, {tokens} tokens"
                if not re.match(r"ok +\S+: " + re.escape(counts), out) or f"largest {EOD}" not in out:
                    sys.exit(f"WRONG: {out}")
        for name, (wall, cpu) in best.items():
            print(f"{name}: {2 * tokens / wall / 1e9:.2f} GB/s, {2 * tokens / cpu / 1e9:.2f} GB per CPU second")
        print(f"ratio to numpy by CPU {best['numpy max'][1] / best['owt verify'][1]:.2f}, with numpy's start")


if __name__ == "__main__":
    main()
