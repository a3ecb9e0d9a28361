#!/usr/bin/env bash
# demo.sh OWT FOLDER: the whole road on real pages, on loopback. Takes the manuals of some Debian
# packages, serves them with nginx, writes a Reddit dump that points at them (and at much that must
# not get through), and runs the Makefile of a corpus directory over it.
set -euo pipefail
owt=$(realpath "$1")
mkdir -p "$2"
demo=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
port=${DEMO_PORT:-18473}
num_hosts=40
packages=(debian-handbook anarchism python3-doc python3.11-doc debian-faq developers-reference)

step() { printf '\n== %s\n' "$*"; }

step "pages: ${packages[*]}"
if [ ! -f "$demo/site/complete" ]; then
  rm -rf "$demo/site" "$demo/packages"
  mkdir -p "$demo/site" "$demo/packages"
  (cd "$demo/packages" && apt-get -q download "${packages[@]}" 2>/dev/null) || {
    echo "demo: apt-get could not download the packages; run 'apt-get update' as root first" >&2
    exit 1
  }
  for package in "$demo"/packages/*.deb; do dpkg-deb -x "$package" "$demo/site"; done
  touch "$demo/site/complete"
fi

step "web server: nginx on 127.0.0.1 to 127.0.0.$num_hosts, port $port"
mkdir -p "$demo/nginx"
{
  echo "worker_processes 1; daemon on; pid $demo/nginx/pid; error_log $demo/nginx/error.log;"
  [ "$(id -u)" -eq 0 ] && echo "user root;"
  echo "events { worker_connections 1024; }"
  echo "http {"
  for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $demo/nginx/$kind;"; done
  echo "access_log $demo/nginx/access.log; default_type application/octet-stream;"
  echo "types { text/html html; text/css css; image/png png; application/javascript js; text/plain txt; }"
  echo "server {"
  for host in $(seq 1 $num_hosts); do echo "listen 127.0.0.$host:$port;"; done
  echo "root $demo/site/usr/share; location = /robots.txt { return 200 'User-agent: *
Disallow: /doc/debian-handbook/html/ar-MA/
'; }"
  echo "location /gone/ { return 410; } location /broken/ { return 500; }"
  echo "} }"
} > "$demo/nginx/nginx.conf"
nginx=$(command -v nginx || echo /usr/sbin/nginx)
stop_server() { [ -f "$demo/nginx/pid" ] && kill "$(cat "$demo/nginx/pid")" 2>/dev/null || true; }
stop_server
sleep 0.2
"$nginx" -e "$demo/nginx/error.log" -c "$demo/nginx/nginx.conf"
trap stop_server EXIT

step "corpus directory: owt init"
rm -rf "$demo/corpus"
"$owt" init "$demo/corpus/"
python3 "$here/make_dump.py" "$demo/site/usr/share" "$port" "$num_hosts" "$demo/corpus/dumps/RS_2018-01.bz2"
# Loopback is a private address and needs no pauses; and a model of this size needs no days.
sed -i -e '/^\[scrape\]/a allow-private = true\ndelay = 0\nretry-delay = 0.1' "$demo/corpus/owt.toml"
sed -i -e '/^\[train\]/,$d' "$demo/corpus/owt.toml"
cat "$here/train.toml" >> "$demo/corpus/owt.toml"

step "from the dump to tokens: make"
make -C "$demo/corpus" OWT="$owt"

step "what each stage kept"
(cd "$demo/corpus" && "$owt" report | tee report.txt)

step "every artefact: owt verify"
(cd "$demo/corpus" && "$owt" verify ./*.manifest.json urls/*.manifest.json my-gpt2_text_document)

step "a small GPT-2 on the CPU: make train"
make -C "$demo/corpus" OWT="$owt" train 2>&1 | tee "$demo/corpus/train.log"
grep -q 'lm loss' "$demo/corpus/train.log"

step "evaluation"
(cd "$demo/corpus" && "$owt" evaluate)

step "a sentence"
(cd "$demo/corpus" && "$owt" generate --prompt "The Debian project" --tokens 40 --seed 1)

first=$(grep -o 'lm loss: [0-9.E+-]*' "$demo/corpus/train.log" | head -1)
last=$(grep -o 'lm loss: [0-9.E+-]*' "$demo/corpus/train.log" | tail -1)
printf '\n== %s at the start, %s at the end\n' "$first" "$last"
cat <<EOT

The corpus is in $demo/corpus. Things to try there:
  owt inspect shuffled.json              the documents
  owt inspect my-gpt2_text_document --document 0
  owt report                             the table above
  edit owt.toml and run make again       only what depends on the change runs
EOT
