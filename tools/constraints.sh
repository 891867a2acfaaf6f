#!/usr/bin/env bash
# Resolves pyproject.toml to exact versions: `write` renews constraints.txt, `check` says whether the committed
# file still answers to pyproject.toml. Neither upgrades what is pinned already (delete a line to renew it).
set -euo pipefail
cd "$(dirname "$0")/.."

# Local wheels must not leak into the file: it names versions that anyone can get.
unset UV_FIND_LINKS PIP_FIND_LINKS UV_TORCH_BACKEND

resolved=$(mktemp)
trap 'rm -f "$resolved"' EXIT
cp constraints.txt "$resolved" 2>/dev/null || true
.venv/bin/uv pip compile pyproject.toml --extra render --extra dev --universal --python-version 3.11 \
    --no-header --annotation-style line --quiet --output-file "$resolved" >/dev/null
# The GPU runtimes are pinned by torch itself, and differ with the build of torch that fits the machine.
sed -i -E '/^(nvidia-|cuda-|triton==)/d' "$resolved"
sed -i '1i # Exact versions of everything set-up installs. Made by `make constraints` from pyproject.toml.' "$resolved"

case "${1:-check}" in
    write)
        cp "$resolved" constraints.txt
        ;;
    check)
        if ! diff -u constraints.txt "$resolved"; then
            echo "constraints.txt is out of step with pyproject.toml: run 'make constraints' and commit it." >&2
            exit 1
        fi
        echo "constraints  in step with pyproject.toml"
        ;;
    *)
        echo "usage: $0 write|check" >&2
        exit 2
        ;;
esac
