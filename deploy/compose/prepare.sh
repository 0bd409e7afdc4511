#!/bin/sh
# Makes what compose.yaml needs before its first start: secrets, and settings for the name that people type.
#
#   sh deploy/compose/prepare.sh                      for this machine alone: https://localhost
#   sh deploy/compose/prepare.sh sophia.example.com   for everybody who reaches it; the name must lead here for ACME
#
# It writes nothing over: what is there stays. Where .env is there and for another name, it says which lines to change, and ends with 1.
# It needs openssl.
set -eu
cd "$(dirname "$0")"
site=${1:-localhost}

case $site in
  *[!A-Za-z0-9.-]* | '') echo "prepare.sh: $site is no host name, such as sophia.example.com." >&2; exit 2 ;;
esac
command -v openssl > /dev/null || { echo 'prepare.sh: openssl was not found; install it.' >&2; exit 69; }

umask 077
mkdir -p secrets state/certificates
# Containers read them under users of their own; on this machine nobody else enters the folder.
secret() {
  [ -s "secrets/$1" ] && return
  printf '%s' "$2" > "secrets/$1"
  chmod 0644 "secrets/$1"
}
random() { openssl rand -hex 32; }

secret postgres_password "$(random)"
secret database_url "postgres://sophia:$(cat secrets/postgres_password)@postgres:5432/sophia"
secret redis_password "$(random)"
secret redis_url "redis://sophia:$(cat secrets/redis_password)@redis:6379"
secret secret_key "$(random)"
secret metrics_token "$(random)"
secret grafana_password "$(random)"
secret users.acl "$(sed "s/^user sophia on resetpass/user sophia on >$(cat secrets/redis_password)/" ../redis/users.acl)
"

# Whoever runs this owns the certificates; root lends them to the user of the container.
edge_user="$(id -u):$(id -g)"
if [ "$(id -u)" = 0 ]; then
  edge_user=10001:10001
  chown 10001:10001 state/certificates
fi
address=0.0.0.0
[ "$site" = localhost ] && address=127.0.0.1
if [ ! -e .env ]; then
  cat > .env << END
# Settings of this deployment. compose.yaml names what else may stand here; docs/develop/config.md says what it means.
SOPHIA_SITE=$site
SOPHIA_PUBLIC_URL=https://$site
# Who may come: 127.0.0.1 is this machine alone.
SOPHIA_EDGE_ADDRESS=$address
SOPHIA_EDGE_USER=$edge_user
SOPHIA_REPLICAS=3
END
fi

# What .env says of one setting. Compose takes the last line, and values with and without quotes.
set_to() {
  sed -n "s/^[[:space:]]*$1=//p" .env | tail -n 1 | sed "s/[[:space:]]*\$//; s/^\(['\"]\)\(.*\)\1\$/\2/"
}
url=$(set_to SOPHIA_PUBLIC_URL)
if [ $# -gt 0 ]; then
  change=''
  [ "$(set_to SOPHIA_SITE)" = "$site" ] || change="  SOPHIA_SITE=$site"
  case $url in
    "https://$site" | "https://$site/" | "https://$site:"*) ;;
    *) change="$change
  SOPHIA_PUBLIC_URL=https://$site" ;;
  esac
  # Without a word of it Compose lets in this machine alone.
  case $(set_to SOPHIA_EDGE_ADDRESS) in
    127.* | '') open=no ;;
    *) open=yes ;;
  esac
  if [ "$site" = localhost ]; then wanted=no; else wanted=yes; fi
  [ "$open" = "$wanted" ] || change="$change
  SOPHIA_EDGE_ADDRESS=$address"
  if [ -n "$change" ]; then
    {
      echo "prepare.sh: deploy/compose/.env was there, is not for https://$site, and stays as it is. Have these lines in it, in place of"
      echo "those that are there for the same:"
      echo "${change#
}"
      echo "Then: docker compose -f deploy/compose/compose.yaml up -d"
    } >&2
    exit 1
  fi
fi
echo "Ready for ${url:-https://localhost}. Settings are in deploy/compose/.env, secrets in deploy/compose/secrets; keep a copy of both."
