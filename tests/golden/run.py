#!/usr/bin/env python3
"""Runs the golden cases: the real program, exact output.

A case is a folder tests/golden/COMMAND/CASE/ with
  cmd         one shell line, run by bash in a fresh folder; `owt` is the program
  in.*  ...   files that the command reads (all files but those below are copied)
  exit        the expected exit code (0 if there is no such file)
  stdout      the expected standard output (empty if there is no such file)
  stderr      the expected standard error; lines `...` match any number of lines, {..} any text in a line
  out/        files that must exist afterwards with this content; names under absent/ must not exist
Usage: run.py OWT [COMMAND/CASE ...] [--accept]: --accept writes the actual output into the case.
"""
import os, pathlib, re, shutil, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
RESERVED = {"cmd", "exit", "stdout", "stderr", "out", "absent"}


def text_of(path, default=""):
    return path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else default


def matches(expected, actual):
    parts = []
    for line in expected.splitlines(keepends=True):
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(p) for p in re.split(r"\{\.\.\}", line)))
    return re.fullmatch("".join(parts), actual) is not None


def run_case(owt, case, accept):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for item in case.iterdir():
            if item.name in RESERVED:
                continue
            (shutil.copytree if item.is_dir() else shutil.copy2)(item, pathlib.Path(folder) / item.name)
        path = pathlib.Path(owt).resolve()
        env = dict(os.environ, PATH=f"{path.parent}:{os.environ['PATH']}", LC_ALL="C.UTF-8")
        env.pop("OWT_CONFIG", None)
        done = subprocess.run(["bash", "-c", text_of(case / "cmd")], cwd=folder, env=env, capture_output=True,
                              timeout=120)
        actual = {name: data.decode("utf-8", "surrogateescape")
                  for name, data in (("stdout", done.stdout), ("stderr", done.stderr))}
        if accept:
            (case / "exit").write_text(f"{done.returncode}\n")
            for name, data in actual.items():
                if data or (case / name).exists():
                    (case / name).write_text(data, errors="surrogateescape")
        want_exit = int(text_of(case / "exit", "0"))
        if done.returncode != want_exit:
            problems.append(f"exit code {done.returncode}, expected {want_exit}\n{actual['stderr']}")
        for name, data in actual.items():
            if name == "stderr" and not (case / "stderr").exists():
                continue
            expected = text_of(case / name)
            if not matches(expected, data):
                problems.append(f"{name} differs\n--- expected\n{expected}--- actual\n{data}---")
        out = case / "out"
        for want in sorted(p for p in out.rglob("*") if p.is_file()) if out.exists() else []:
            got = pathlib.Path(folder) / want.relative_to(out)
            if not got.exists():
                problems.append(f"{want.relative_to(out)} was not written")
            elif got.read_bytes() != want.read_bytes():
                if accept:
                    shutil.copy2(got, want)
                else:
                    problems.append(f"{want.relative_to(out)} differs:\n{text_of(got)[:2000]}")
        for name in text_of(case / "absent").split():
            if (pathlib.Path(folder) / name).exists():
                problems.append(f"{name} must not exist")
    return problems


def main():
    arguments = [a for a in sys.argv[1:] if a != "--accept"]
    accept = "--accept" in sys.argv
    owt, names = arguments[0], arguments[1:]
    cases = sorted(p.parent for p in HERE.glob("*/*/cmd"))
    if names:
        cases = [c for c in cases if str(c.relative_to(HERE)).startswith(tuple(names))]
    failed = 0
    for case in cases:
        problems = run_case(owt, case, accept)
        failed += bool(problems)
        for problem in problems:
            print(f"FAILED {case.relative_to(HERE)}: {problem}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not cases else 0)


main()
