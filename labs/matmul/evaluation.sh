#!/bin/sh
# evaluation.sh --experiment FILE: compiles the experiment, checks and times it, reports metrics.
# The judge asks; the keeper (runner/serve.sh), which leanlab starts apart with the experiment, does and measures.
lab=$(dirname "$0")
. "$lab/runner/tools.sh"
file=$(experiment_of "$@") || exit 2
shared=$(cache_folder)/public
tools=$(provide_tools "$shared" "$lab/runner") || exit 3
judge=$(provide_judge "$(cache_folder)" "$lab/judge") || exit 3
export LEANLAB_CACHE_DIR="$shared"
"$judge/judge" sh "$lab/runner/serve.sh" "$file"
status=$?
clean_up
exit $status
