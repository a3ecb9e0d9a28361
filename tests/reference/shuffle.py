#!/usr/bin/env python3
"""The shuffle, slowly and obviously: the whole input in memory, one sort. Written from docs, in another
language than the program: `shuffle.py [--seed S] [--shard I/N] [--head N] INPUT... > OUTPUT`."""
import argparse
import sys

M64 = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix13(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & M64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & M64
    return x ^ (x >> 31)


def key(seed, ordinal):
    k0, k1, k2 = (mix13((seed + i * GAMMA) & M64) for i in (1, 2, 3))
    return mix13(mix13(ordinal ^ k0) ^ k1) ^ k2


def read_lines(paths):
    """Lines of all inputs; one that ends without a newline gets it."""
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        lines = data.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        yield from (line + b"\n" for line in lines)


def shuffled(lines, seed, shard=0, num_shards=1):
    keyed = ((key(seed, ordinal), line) for ordinal, line in enumerate(lines))
    mine = [(k, line) for k, line in keyed if (k * num_shards) >> 64 == shard]
    return [line for _, line in sorted(mine, key=lambda pair: pair[0])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--shard", default="0/1")
    parser.add_argument("--head", type=int)
    parser.add_argument("inputs", nargs="+")
    options = parser.parse_args()
    shard, num_shards = map(int, options.shard.split("/"))
    lines = shuffled(read_lines(options.inputs), options.seed, shard, num_shards)
    sys.stdout.buffer.writelines(lines[: options.head])


if __name__ == "__main__":
    main()
