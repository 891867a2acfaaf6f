#!/usr/bin/env bash
# Every check that reads the code without running it. All of them run, so that one look shows all that is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
failed=()

check() {
    local name=$1 started=$SECONDS output
    shift
    if output=$("$@" 2>&1); then
        printf '%-12s ok (%d s)\n' "$name" $((SECONDS - started))
    else
        printf '%-12s FAILED (%d s)\n%s\n\n' "$name" $((SECONDS - started)) "$output"
        failed+=("$name")
    fi
}

check lint $python -m ruff check --output-format concise .
check format $python -m ruff format --check --output-format concise .
check layers .venv/bin/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
check types $python -m mypy
check migrations $python -m app.migrate --check

if [ ${#failed[@]} -gt 0 ]; then
    printf 'Not in order: %s\n' "${failed[*]}"
    exit 1
fi
