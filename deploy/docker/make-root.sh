#!/bin/sh
# Lays the root of the image: Node, tini, the libraries both are linked with, a user without a shell, and /app as it was built.
set -eu
root=$1
app=$(pwd)

copy() {
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
}

node=$(command -v node)
mkdir -p "$root/usr/local/bin" "$root/etc/sophia" "$root/var/lib/sophia/backups" "$root/tmp" "$root/app"
cp -L "$node" "$root/usr/local/bin/node"
cp -L "$(command -v tini)" "$root/usr/local/bin/tini"
# Names are looked up by libraries that no program is linked with.
for library in $(ldd "$node" "$(command -v tini)" | grep -o '/[^ )]*' | grep '\.so' | sort -u) \
  $(ls /lib/*-linux-gnu/libnss_dns.so.2 /lib/*-linux-gnu/libnss_files.so.2 /lib/*-linux-gnu/libresolv.so.2); do
  copy "$library"
done

echo 'root:x:0:0:root:/:/nonexistent' > "$root/etc/passwd"
echo 'sophia:x:10001:10001:Sophia:/var/lib/sophia:/nonexistent' >> "$root/etc/passwd"
printf 'root:x:0:\nsophia:x:10001:\n' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
echo 'include: [default]' > "$root/etc/sophia/calendar.yaml"
printf '{ "mcpServers": {} }\n' > "$root/etc/sophia/mcp.json"

cp -R "$app/." "$root/app/"
mv "$root/app/deploy/docker/sophia" "$root/usr/local/bin/sophia"
cd "$root/app"
rm -rf scripts tsconfig.json web/src web/*.ts web/*.json web/index.html
cd deploy/docker
rm -f make-root.sh write-sbom.mjs Dockerfile
chmod 0755 "$root/usr/local/bin/sophia"
# What V8 makes of the source is made once here instead of at each start, under the path and the user of the image: it is kept by both.
install -d -o 10001 -g 10001 "$root/app/.compiled"
NODE_COMPILE_CACHE=/app/.compiled chroot --userspec=10001:10001 "$root" /usr/local/bin/node /app/src/main.ts --version > /dev/null
chown -R 0:0 "$root/app"
chmod -R go-w,a+rX "$root/app"
chmod 1777 "$root/tmp"
chown -R 10001:10001 "$root/var/lib/sophia" "$root/etc/sophia"
