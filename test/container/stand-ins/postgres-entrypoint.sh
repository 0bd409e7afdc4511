#!/bin/sh
# What the official image does at its first start, as far as compose.yaml counts on it.
set -eu
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb -D "$PGDATA" -U "$POSTGRES_USER" -A scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C.UTF-8 > /dev/null
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  pg_ctl -D "$PGDATA" -w -o '-c listen_addresses=' start > /dev/null
  PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") createdb -h /var/run/postgresql -U "$POSTGRES_USER" "$POSTGRES_DB" 2> /dev/null || true
  pg_ctl -D "$PGDATA" -w -m fast stop > /dev/null
fi
exec "$@"
