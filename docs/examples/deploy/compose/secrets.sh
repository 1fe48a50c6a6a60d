#!/bin/sh
# Makes the secrets of compose.yaml, once. What is there already stays as it is: the database has its password by then.
set -eu
cd "$(dirname "$0")"
umask 022                        # containers read the files as users of their own;
mkdir -p secrets
chmod 700 secrets                # on this machine, nobody else gets at them

write() { [ -e "secrets/$1" ] || printf '%s\n' "$2" >"secrets/$1"; }
value() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
key() { head -c 32 /dev/urandom | base64; }

write postgres-password "$(value)"
write ACCREDIT_STORAGE__URL "postgresql://accredit:$(cat secrets/postgres-password)@postgres/accredit"
[ -e secrets/ACCREDIT_CACHE__URL ] || {
    password=$(value)
    write valkey-users "user default off
user accredit on >$password ~accredit:* -@all +get +getrange +set +del +exists +incr +pexpire +pttl +eval +ping +client|setinfo"
    write ACCREDIT_CACHE__URL "valkey://accredit:$password@valkey"
}
write ACCREDIT_CACHE__ENCRYPTION_KEY "$(key)"
write ACCREDIT_KEYS__ENCRYPTION_KEY "$(key)"
[ -e secrets/ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET ] || {
    printf 'The app secret of Facebook, from its developer pages: ' >&2
    read -r secret
    write ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET "$secret"
}
echo "secrets/ is complete; keep a copy of both ENCRYPTION_KEY files where the database's backup is not" >&2
