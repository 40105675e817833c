#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs its arguments with the newest Python >= 3.11 it finds: $PYTHON, PATH, pyenv, /usr/bin.
best= best_minor=10
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3 \
  "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do
  [ -n "$candidate" ] || continue
  minor=$("$candidate" -c 'import sys; print(sys.version_info[1])' 2>/dev/null) || continue
  [ "$candidate" = "${PYTHON:-}" ] && best=$candidate && break
  [ "$minor" -gt "$best_minor" ] && best=$candidate best_minor=$minor
done
[ -n "$best" ] || { echo "no Python >= 3.11 found; set PYTHON to one" >&2; exit 1; }
# No compiled files beside the sources.
PYTHONDONTWRITEBYTECODE=1 exec "$best" "$@"
