#!/bin/sh
# What the image does to the sources in /app, with the Python in /opt/venv: readable by everybody,
# writable by nobody but root; static files collected; bytecode compiled, because whoever runs the
# site can't write it. Bytecode is never compared with its source: both are part of the image.
set -eu

python=/opt/venv/bin/python
chmod -R a+rX,go-w /app

# Django's settings want a data directory and make a secret key in it: neither may stay.
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
OCRSITE_DATA_DIR=$data $python -B /app/manage.py collectstatic --no-input --verbosity 0

$python -m compileall -q --invalidation-mode unchecked-hash /app
chmod -R a+rX,go-w /app
