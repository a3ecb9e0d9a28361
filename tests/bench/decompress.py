#!/usr/bin/env python3
"""Reading compressed inputs, beside the tools that people use. Text: what Debian packages install, 64 MB where there
is so much. Every output is compared with the text first; then each pair runs in turn and the medians are printed.
Usage: decompress.py BUILD/bin [--megabytes N] [--runs N]
"""
import argparse, filecmp, os, pathlib, shutil, statistics, subprocess, tempfile, time

FOLDERS = ["/usr/share/doc", "/usr/include", "/usr/lib/python3", "/usr/lib/python3.11", "/usr/share/perl", "/usr/share/man"]
SUFFIXES = {".html", ".txt", ".py", ".h", ".hpp", ".pm", ".pod", ".rst", ".xml"}
# How the file is written, and what reads it.
PEERS = {
    "bz2, one stream": ("bzip2", ["bzip2 -dc", "lbzip2 -n {cores} -dc", "pbzip2 -p{cores} -dc"]),
    "bz2, many streams": ("pbzip2", ["bzip2 -dc", "lbzip2 -n {cores} -dc", "pbzip2 -p{cores} -dc"]),
    "gz": ("gzip", ["gzip -dc", "pigz -dc"]),
    "xz": ("xz -1", ["xz -dc"]),
    "zst": ("zstd -q", ["zstd -qdc"]),
}


def gather_text(path, size):
    with open(path, "wb") as out:
        for folder in FOLDERS:
            for file in sorted(pathlib.Path(folder).rglob("*")):
                if out.tell() >= size:
                    return
                if file.suffix in SUFFIXES and file.is_file() and not file.is_symlink():
                    out.write(file.read_bytes())


def run(command, source):
    started = time.monotonic()
    before = os.times()
    with open(os.devnull, "wb") as null:
        subprocess.run([*command, str(source)], check=True, stdout=null)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - started, cpu


def check(command, source, text, scratch):
    with open(scratch, "wb") as out:
        subprocess.run([*command, str(source)], check=True, stdout=out)
    if not filecmp.cmp(scratch, text, shallow=False):
        raise SystemExit(f"{command} does not give the text back")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    tool = str(arguments.bin / "decompress_tool")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        text, packed, scratch = (pathlib.Path(name) / part for part in ("text", "packed", "scratch"))
        gather_text(text, arguments.megabytes * 1_000_000)
        size = text.stat().st_size / 1e6
        for title, (writer, readers) in PEERS.items():
            if not shutil.which(writer.split()[0]):
                print(f"{title}: {writer} is not installed, left out")
                continue
            with open(text, "rb") as source, open(packed, "wb") as out:
                subprocess.run([*writer.split(), "-c"], check=True, stdin=source, stdout=out)
            commands = {"owt": ["sh", "-c", f'exec {tool} "$0" {cores}'], "owt, 1 worker": ["sh", "-c", f'exec {tool} "$0" 1']}
            commands |= {r.split()[0]: r.format(cores=cores).split() for r in readers if shutil.which(r.split()[0])}
            for command in commands.values():
                check(command, packed, text, scratch)
            scratch.unlink()
            times = {key: [] for key in commands}
            for _ in range(arguments.runs):
                for key, command in commands.items():
                    times[key].append(run(command, packed))
            print(f"{title}, {size:.0f} MB of text in {packed.stat().st_size / 1e6:.0f} MB, {cores} cores:", flush=True)
            for key, values in times.items():
                wall = statistics.median(wall for wall, _ in values)
                cpu = statistics.median(cpu for _, cpu in values)
                ratio = statistics.median(peer[0] / own[0] for own, peer in zip(times["owt"], values))
                print(f"  {key:14} {size / wall:6.0f} MB/s, {cpu:5.2f} s of CPU, owt is {ratio:.2f} times as fast", flush=True)


main()
