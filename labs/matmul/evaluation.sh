#!/bin/sh
# evaluation.sh --experiment FILE: compiles the experiment, checks and times it, prints one line of JSON.
judge_dir=$(dirname "$0")/judge
. "$judge_dir/run.sh"
run_judge score "$@"
