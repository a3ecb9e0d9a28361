#!/usr/bin/env bash
# run.sh BUILD [NAME]: runs all benchmarks, or the one called NAME, with the program in BUILD/bin.
# Each checks its answer, runs the peer in the same run, and prints the ratio.
set -euo pipefail
build=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
python=$here/../../build/venv/bin/python
[ -x "$python" ] || python=python3
found=0
for bench in "$here"/*.py; do
  name=$(basename "$bench" .py)
  [ "$name" = bench ] && continue
  [ -n "${2:-}" ] && [ "$2" != "$name" ] && continue
  found=1
  echo "== $name"
  "$python" "$bench" "$build/bin"
done
[ $found = 1 ] || { echo "no benchmark '$2'; there are: $(cd "$here" && ls *.py | sed 's/\.py//' | tr '\n' ' ')" >&2; exit 2; }
