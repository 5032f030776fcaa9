#!/bin/sh
# validate.sh --experiment FILE: prints VALID, or INVALID: why. Looks at the file's form; gives no score.
lab=$(dirname "$0")
. "$lab/runner/tools.sh"
file=$(experiment_of "$@") || { echo "INVALID: no such file, or no --experiment FILE"; exit 2; }
if [ -n "${LEANLAB_LAB:-}" ]; then shared=${LEANLAB_CACHE_DIR:-$work/none}; else shared=$(cache_folder)/public; fi
tools=$(provide_validator "$shared" "$lab/runner") || exit 3
"$tools/validator" "$file" "$lab/runner" "$work"
status=$?
clean_up
exit $status
