# tools.sh: sourced by the lab's scripts. Makes a work folder; finds or builds keeper, runner.o and judge, once for each
# content of their folders and each compiler.
work=$(mktemp -d "${TMPDIR:-/tmp}/matmul.XXXXXX") || exit 3
clean_up() { rm -rf "$work"; }
trap 'clean_up; exit 130' INT
trap 'clean_up; exit 143' TERM

# experiment_of --experiment FILE: prints FILE, which must be there.
experiment_of() {
  if [ "${1:-}" != --experiment ] || [ -z "${2:-}" ]; then
    echo "usage: --experiment FILE" >&2
    clean_up
    return 2
  fi
  if [ ! -f "$2" ]; then
    echo "matmul: $2: no such file" >&2
    clean_up
    return 2
  fi
  echo "$2"
}

# Where leanlab lets a judge keep what it builds; by hand a folder of ours that nobody else can write to, else nowhere.
cache_folder() {
  if [ -n "${LEANLAB_EXPERIMENT:-}" ] && [ -n "${LEANLAB_CACHE_DIR:-}" ]; then
    echo "$LEANLAB_CACHE_DIR"
    return
  fi
  dir=${LEANLAB_CACHE_DIR:-/tmp/leanlab-$(id -u)}/matmul
  (umask 077 && mkdir -p "$dir") 2>/dev/null
  if [ -O "$dir" ] && [ "$(stat -c %A "$dir")" = drwx------ ]; then echo "$dir"; else echo "$work/cache"; fi
}

key_of() {
  { g++ --version; cat "$@"; } | sha256sum | cut -c1-16
}

# header_folder RUNNER: where leanlab_judge.h is. leanlab names it in CPLUS_INCLUDE_PATH; by hand it lies in leanlab's own files.
header_folder() {
  for place in "${CPLUS_INCLUDE_PATH:-}" "${LEANLAB_CPP:-}" "$1/../../../cpp" "$1/../../../../cpp" /usr/local/share/leanlab/cpp \
    /usr/share/leanlab/cpp; do
    if [ -n "$place" ] && [ -f "$place/leanlab_judge.h" ]; then echo "$place"; return; fi
  done
  echo "matmul: leanlab_judge.h is not found; LEANLAB_CPP may name its folder" >&2
  echo /nowhere
}

# provide CACHE KEY BUILD SOURCES: prints the folder CACHE/KEY, built by BUILD if it is not there. Whoever is first puts it
# there whole; where the cache cannot be written, as the experiment's side knows beforehand, it is used from the work folder.
provide() {
  if [ -x "$1/$2/done" ]; then echo "$1/$2"; return; fi
  command -v g++ >/dev/null || { echo "matmul: needs g++; on Debian: apt-get install g++" >&2; clean_up; return 3; }
  mkdir -p "$work/$3"
  if ! "$3" "$work/$3" "$4" >&2; then echo "matmul: cannot build its tools" >&2; clean_up; return 3; fi
  printf '#!/bin/sh\n' > "$work/$3/done" && chmod -R a+rX "$work/$3" && chmod a+x "$work/$3/done"
  if [ -z "${only_reads_cache:-}" ]; then
    mkdir -p "$1" 2>/dev/null && cp -R "$work/$3" "$1/.$2.$$" 2>/dev/null && mv -T "$1/.$2.$$" "$1/$2" 2>/dev/null
    rm -rf "$1/.$2.$$" 2>/dev/null
  fi
  if [ -x "$1/$2/done" ]; then echo "$1/$2"; else echo "$work/$3"; fi
}

build_tools() {
  compile="g++ -std=c++20 -O1 -c"
  $compile "$2/running.cc" -o "$1/running.o" &
  $compile "-I$headers" "$2/keeper.cc" -o "$1/keeper.o" && $compile "$2/runner.cc" -o "$1/runner.o"
  built=$?
  wait $! && [ $built = 0 ] && g++ "$1/running.o" "$1/keeper.o" -o "$1/keeper" && build_validator "$1" "$2"
}

build_validator() {
  key_of "$2"/* > "$1/validator.key" && g++ -std=c++20 -O0 "$2/validating.cc" -o "$1/validator"
}

build_judge() {
  compile="g++ -std=c++20 -O2"
  $compile "-I$headers" "$2/measuring.cc" -o "$1/judge"
}

provide_tools() {
  headers=$(header_folder "$2")
  provide "$1" "tools-$(key_of "$2"/* "$headers"/leanlab_judge*.h)" build_tools "$2"
}
provide_judge() {
  headers=$(header_folder "$2")
  provide "$1" "judge-$(key_of "$2"/* "$2/../runner/failure.h" "$headers"/leanlab_judge*.h)" build_judge "$2"
}
# The validator alone, when it is not there: what builds it may not be allowed to put anything into the cache.
provide_validator() {
  for tools in "$1"/tools-*; do
    if [ -x "$tools/validator" ] && [ "$(cat "$tools/validator.key" 2>/dev/null)" = "$(key_of "$2"/*)" ]; then echo "$tools"; return; fi
  done
  provide "$work/none" validator build_validator "$2"
}
