#!/usr/bin/env python3
"""The engine: jsonl in, jsonl out, one trivial map. Peer: cp of the same file in the same run.

On tmpfs: GB/s on all cores. On disk: the ratio to `cp` and to `cp` that syncs (owt's output is on the disk when the run
ends, cp's is not). The cost of journal and manifest, and the peak memory of --memory 256M on a 4 GB file.
Usage: engine.py BUILD/bin [--disk FOLDER] [--gigabytes N]
"""
import argparse, filecmp, json, os, pathlib, random, statistics, subprocess, tempfile, time


def make_input(path, size):
    random_ = random.Random(1)
    words = ["".join(random_.choices("abcdefghijklmnopqrstuvwxyz", k=random_.randint(2, 9))) for _ in range(5000)]
    block = []
    while sum(map(len, block)) < 32 << 20:
        text = " ".join(random_.choices(words, k=random_.randint(50, 1200)))
        if random_.random() < 0.7:
            text = text.replace("e ", "e\n", 3)
        block.append(json.dumps({"url": f"http://x.org/{len(block)}", "text": text, "meta": {"score": 1}}) + "\n")
    data = "".join(block).encode()
    with open(path, "wb") as file:
        for _ in range(-(-size // len(data))):
            file.write(data)
    return path.stat().st_size


def timed(command):
    started = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: {errors}")
    return time.monotonic() - started, usage


def rate(size, command, runs=5):
    return statistics.median(size / timed(command)[0] for _ in range(runs)) / 1e9


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--disk", default="/var/tmp")
    parser.add_argument("--gigabytes", type=float, default=1)
    arguments = parser.parse_args()
    run = [str(arguments.bin / "engine_tool"), "pass", "-q", "--force"]
    size_wanted = int(arguments.gigabytes * 1e9)

    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        source, target = pathlib.Path(name) / "in.jsonl", pathlib.Path(name) / "out.jsonl"
        size = make_input(source, size_wanted)
        subprocess.run([*run, str(source), str(target)], check=True)
        assert filecmp.cmp(source, target, shallow=False), "the output is not the input"
        print(f"tmpfs, {size / 1e9:.2f} GB: owt {rate(size, [*run, str(source), str(target)]):.2f} GB/s, "
              f"cp {rate(size, ['cp', str(source), str(target)]):.2f} GB/s")

    with tempfile.TemporaryDirectory(dir=arguments.disk) as name:
        source, target = pathlib.Path(name) / "in.jsonl", pathlib.Path(name) / "out.jsonl"
        size = make_input(source, size_wanted)
        commands = {"owt": [*run, str(source), str(target)], "cp": ["cp", str(source), str(target)],
                    "cp + sync": ["sh", "-c", f"cp {source} {target} && sync {target}"]}
        rates = {key: [] for key in commands}
        for _ in range(5):
            for key, command in commands.items():
                target.unlink(missing_ok=True)
                os.sync()
                rates[key].append(size / timed(command)[0] / 1e9)
        for key in ("cp", "cp + sync"):
            ratios = [a / b for a, b in zip(rates["owt"], rates[key])]
            print(f"disk: owt {statistics.median(rates['owt']):.2f} GB/s, {key} {statistics.median(rates[key]):.2f} GB/s, "
                  f"ratio {statistics.median(ratios):.2f}")
        with_journal = statistics.median(timed([*run, str(source), str(target)])[0] for _ in range(5))
        without = statistics.median(
            timed([*run, "--checkpoint-every", "1T", str(source), str(target)])[0] for _ in range(5))
        print(f"journal every 256 MiB: {100 * (with_journal / without - 1):+.1f} %")
        large = pathlib.Path(name) / "large.jsonl"
        size = make_input(large, 4 << 30)
        _, usage = timed([*run, "--memory", "256M", str(large), str(target)])
        print(f"--memory 256M on {size / 1e9:.1f} GB: peak {usage.ru_maxrss / 1024:.0f} MiB")


main()
