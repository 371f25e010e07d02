#!/bin/sh
# Makes the secrets of an installation where there are none yet. They are readable by the containers' users, so the
# folder is closed to everyone else on the machine. usage: docker/secrets.sh [FOLDER]
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

new() { # NAME VALUE: keep what is there
  [ -e "$folder/$1" ] || (umask 222 && printf '%s' "$2" >"$folder/$1" && chmod 444 "$folder/$1")
}

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

new database_password "$(random)"
new database_url "postgresql://rostrum:$(cat "$folder/database_password")@database/rostrum"
new turn_secret "$(random)"
new smtp_url ""
