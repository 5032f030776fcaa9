#!/bin/sh
# validate.sh --experiment FILE: prints VALID, or INVALID: why. Looks at the file's form; gives no score.
judge_dir=$(dirname "$0")/judge
. "$judge_dir/run.sh"
run_judge validate "$@"
