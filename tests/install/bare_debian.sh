#!/usr/bin/env bash
# bare_debian.sh [FOLDER]: proves the README's two commands on a bare Debian 12. Makes a minimal
# system with debootstrap in FOLDER (default: a new folder under /var/tmp; it takes 15 GB), clones
# this repository into it, and runs `make demo` and `make test` there. Takes the apt mirror, the
# local CA certificates, the proxy and the pip settings of the machine it runs on. Needs root.
set -euo pipefail
[ "$(id -u)" -eq 0 ] || { echo "bare_debian.sh: debootstrap and chroot need root" >&2; exit 2; }
source_tree=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
root=${1:-$(mktemp -d /var/tmp/owt-bare.XXXXXX)}
mkdir -p "$root"
root=$(realpath "$root")
command -v debootstrap >/dev/null || apt-get install -y -q debootstrap

# "URI suite" of each Debian repository that this machine uses; others are not taken along.
mapfile -t repositories < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 ~ /^bookworm/ && $3 == "main" {sub("/$", "", $1); print $1, $2}' | sort -u)
mirror=$(printf '%s\n' "${repositories[@]}" | awk '$2 == "bookworm" {print $1; exit}')
[ -n "$mirror" ] || { echo "bare_debian: this machine uses no mirror of Debian 12; run 'apt-get update'" >&2; exit 1; }
echo "bare_debian: a minimal Debian 12 in $root from the mirror of this machine"
debootstrap --variant=minbase --include=ca-certificates,git,make bookworm "$root" "$mirror" > "$root.log" 2>&1 ||
  { tail -5 "$root.log"; exit 1; }
unmount() { umount -l "$root/proc" "$root/sys" "$root/dev/shm" "$root/dev" 2>/dev/null || true; }
trap unmount EXIT
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --bind /dev "$root/dev"
mount -t tmpfs -o size=8g shm "$root/dev/shm"

cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
rm -rf "$root/etc/apt/sources.list.d"
printf 'deb %s main\n' "${repositories[@]}" > "$root/etc/apt/sources.list"
cp -rL /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp -rL /usr/share/keyrings/. "$root/usr/share/keyrings/" 2>/dev/null || true
mkdir -p "$root/usr/local/share/ca-certificates"
cp -rL /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
chroot "$root" update-ca-certificates > /dev/null 2>&1
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
for file in /etc/pip.conf /root/.config/pip/pip.conf /root/.pip/pip.conf; do
  [ -f "$file" ] && install -D "$file" "$root$file"
done
git clone -q "$source_tree" "$root/root/owt"

settings=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL PIP_CERT PIP_CONFIG_FILE \
            SSL_CERT_FILE REQUESTS_CA_BUNDLE CI; do
  [ -n "${!name:-}" ] && settings+=("$name=${!name}")
done
for target in demo test; do
  echo "bare_debian: make $target"
  started=$SECONDS
  chroot "$root" env -i "${settings[@]}" make -C /root/owt "$target" > "$root.$target.log" 2>&1 ||
    { echo "bare_debian: make $target failed after $((SECONDS - started)) s; $root.$target.log ends:"; tail -40 "$root.$target.log"; exit 1; }
  echo "bare_debian: make $target passed in $((SECONDS - started)) s"
done
