#!/usr/bin/env python3
"""Reads the #include lines against the rule of who may include whom (docs/engine.md).

    pipeline <- formats <- stages/text <- stages/<x> <- bin,  formats <- trainer <- bin
No stage includes another; stages and trainer never include each other; CLI11 stands in one file, simdjson and torch
in source files only, and no function outside pipeline/log.cc writes to stderr.
Usage: layers.py SOURCE_FOLDER
"""
import pathlib, re, sys

ROOT = pathlib.Path(sys.argv[1])
FOLDERS = ["pipeline", "formats", "stages", "trainer", "bin"]
MAX_PROJECT_INCLUDES = 8  # per header
problems = []


def layer(path):
    parts = path.split("/")
    if parts[0] != "stages":
        return parts[0]
    return "stages/table" if len(parts) == 2 else "/".join(parts[:2])


def allowed(source, target):
    if source == target or target == "pipeline":
        return True
    if target == "formats":
        return source != "pipeline"
    if target == "stages/text":
        return source.startswith("stages/") or source == "bin"
    if target == "stages/table":
        return source == "bin"
    return target == "trainer" and source == "bin"


files = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*")) if p.suffix in {".h", ".cc", ".cu", ".cuh"}]
for file in files:
    name = str(file.relative_to(ROOT))
    text = file.read_text()
    includes = re.findall(r'^#include "([^"]+)"', text, re.M)
    system = re.findall(r"^#include <([^>]+)>", text, re.M)
    ours = [i for i in includes if i.split("/")[0] in FOLDERS]
    for target in ours:
        if not allowed(layer(name), layer(target)):
            problems.append(f"{name}: may not include {target}")
    if file.suffix == ".h" and len(ours) > MAX_PROJECT_INCLUDES:
        problems.append(f"{name}: {len(ours)} project includes, at most {MAX_PROJECT_INCLUDES}")
    for header in system:
        if header.startswith("CLI/") and name != "pipeline/options_parse.cc":
            problems.append(f"{name}: CLI11 belongs in pipeline/options_parse.cc")
        if header == "simdjson.h" and not (name.startswith("formats/") and file.suffix == ".cc"):
            problems.append(f"{name}: simdjson belongs in formats/*.cc")
        if header.startswith(("torch/", "ATen/", "c10/")) and not name.startswith("trainer/"):
            problems.append(f"{name}: torch belongs in trainer/")
        if header == "iostream":
            problems.append(f"{name}: <iostream> is not used; pipeline/log.h writes to stderr")
    if re.search(r"\b(std::cerr|fprintf\(stderr|STDERR_FILENO)", text) and name not in {
            "pipeline/log.cc", "pipeline/progress.cc",
            "formats/make_gpt2_pairs.cc"}:  # runs while owt is built
        problems.append(f"{name}: only pipeline/log.cc writes to stderr")
    if re.search(r"\b(exit|_exit|abort)\(", re.sub(r"//.*", "", text)):
        problems.append(f"{name}: library code never exits")
    for block in text.split("catch (...)")[1:]:
        if not re.search(r"\bthrow;|current_exception", block[:300]):
            problems.append(f"{name}: what catch (...) catches must be thrown on, here or in another thread")
print(*problems, sep="\n")
print(f"{len(files)} files read, {len(problems)} problems")
sys.exit(1 if problems or len(files) < 50 else 0)
