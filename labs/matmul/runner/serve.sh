#!/bin/sh
# serve.sh FILE: the keeper of one experiment; the judge's requests come on descriptor 3, the answers go to 4.
lab=$(dirname "$0")/..
. "$lab/runner/tools.sh"
only_reads_cache=yes
tools=$(provide_tools "${LEANLAB_CACHE_DIR:-$work/none}" "$lab/runner" 3<&- 4>&-) || exit 3
"$tools/keeper" "$1" "$lab/runner" "$tools/runner.o" "$work"
status=$?
clean_up
exit $status
