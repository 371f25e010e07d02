#!/bin/sh
# Starts coturn with turnserver.conf and what differs from site to site. Further arguments go to turnserver.
#   SITE               realm, the name of the site
#   MEDIA_ADDRESS      the addresses that may be relayed to, separated by spaces
#   TURN_SECRET_FILE   file with the secret shared with the application
#   TURN_PORT          default 3478; TURN_TLS_PORT default 5349
#   TURN_CERTIFICATE, TURN_KEY   PEM files; without them there is no TLS
#   TURN_STATE         folder for the started configuration, default /tmp
set -eu
here=$(dirname "$0")
state=${TURN_STATE:-/tmp}
umask 077
{
  cat "$here/turnserver.conf"
  echo "listening-port=${TURN_PORT:-3478}"
  echo "realm=$SITE"
  echo "static-auth-secret=$(cat "$TURN_SECRET_FILE")"
  for address in $MEDIA_ADDRESS; do echo "allowed-peer-ip=$address"; done
  if [ -n "${TURN_CERTIFICATE:-}" ]; then
    echo "tls-listening-port=${TURN_TLS_PORT:-5349}"
    echo "cert=$TURN_CERTIFICATE"
    echo "pkey=$TURN_KEY"
    echo "no-dtls"
  else
    echo "no-tls"
    echo "no-dtls"
  fi
} >"$state/turnserver.conf"
exec turnserver -c "$state/turnserver.conf" --pidfile "$state/turnserver.pid" --userdb "$state/turndb" "$@"
