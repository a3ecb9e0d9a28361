#!/usr/bin/env python3
"""Shuffle with 64 MiB of memory beside GNU shuf, which holds the whole file, on a file of URLs (1 GB).

Checks first: the output's lines are the input's (sorted, hashed), 8 GiB of memory and one worker give the same bytes,
and places are uniform (chi-square). On tmpfs, runs of the two in turn. Usage: shuffle.py BUILD/bin [--gigabytes N]
"""
import argparse, hashlib, os, pathlib, random, statistics, subprocess, tempfile, time


def make_input(path, size):
    random_ = random.Random(1)
    words = ["".join(random_.choices("abcdefghijklmnopqrstuvwxyz0123456789-", k=random_.randint(3, 80))) for _ in range(20000)]
    number = 0
    with open(path, "w") as file:
        while file.tell() < size:
            for _ in range(20000):
                file.write(f"https://{random_.choice(words)}/{random_.choice(words)}?{number}\n")
                number += 1
    return path.stat().st_size, number


def timed(command):
    """Wall and CPU seconds and peak MiB."""
    started = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: failed")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def sorted_hash(path):
    process = subprocess.Popen(["sort", "-S", "1G", str(path)], stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
    return hashlib.file_digest(process.stdout, "sha256").hexdigest()


def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chi_square(path, lines, bins=100):
    """(statistic - mean) / deviation for the table of input place x output place, in bins."""
    counts = [[0] * bins for _ in range(bins)]
    with open(path, "rb") as file:
        for place, line in enumerate(file):
            counts[int(line[line.rindex(b"?") + 1 :]) * bins // lines][place * bins // lines] += 1
    expected = lines / bins**2
    statistic = sum((count - expected) ** 2 / expected for row in counts for count in row)
    freedom = (bins - 1) ** 2
    return (statistic - freedom) / (2 * freedom) ** 0.5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        source, target, other = (pathlib.Path(name) / part for part in ("in.txt", "out.txt", "other.txt"))
        size, lines = make_input(source, int(arguments.gigabytes * 1e9))
        owt = [str(arguments.bin / "owt"), "shuffle", "-q", "--force", "--memory", "64M", str(source), str(target)]
        shuf = ["shuf", str(source), "-o", str(other)]
        subprocess.run(owt, check=True)
        assert sorted_hash(source) == sorted_hash(target), "lines were lost or invented"
        large = [part if part != "64M" else "8G" for part in owt[:-1]] + ["-j", "1", str(other)]
        subprocess.run(large, check=True)
        assert file_hash(target) == file_hash(other), "memory or workers change the output"
        z = chi_square(target, lines)
        assert abs(z) < 5, f"places are not uniform: {z:.1f} deviations"
        print(f"same lines, same bytes for 64M and 8G, chi-square {z:+.1f} deviations")
        other.unlink()

        results = {"owt": [], "shuf": []}
        for _ in range(arguments.runs):
            for key, command in (("owt", owt), ("shuf", shuf)):
                results[key].append(timed(command))
                pathlib.Path(command[-1]).unlink()
        for key, runs in results.items():
            wall, cpu, peak = (statistics.median(run[i] for run in runs) for i in range(3))
            print(f"{key}: {size / 1e9 / wall:.2f} GB/s (wall {wall:.2f} s, CPU {cpu:.2f} s), peak {peak:.0f} MiB")
        for what, index in (("wall", 0), ("CPU", 1)):
            ratio = statistics.median(b[index] / a[index] for a, b in zip(results["owt"], results["shuf"]))
            print(f"shuf / owt, {what}: {ratio:.2f}")


main()
