# run.sh: sourced by evaluation.sh and validate.sh. run_judge MODE --experiment FILE
# Builds judge and runner.o once for each content of this folder and each compiler, then runs the judge.
run_judge() {
  mode=$1 flag=${2:-} file=${3:-}
  if [ "$flag" != --experiment ] || [ -z "$file" ]; then
    echo "usage: $0 --experiment FILE" >&2
    exit 2
  fi
  if [ ! -f "$file" ]; then
    if [ "$mode" = validate ]; then echo "INVALID: $file: no such file"; fi
    echo "matmul: $file: no such file" >&2
    exit 2
  fi
  command -v g++ >/dev/null || { echo "matmul: needs g++; on Debian: apt-get install g++" >&2; exit 3; }

  work=$(mktemp -d "${TMPDIR:-/tmp}/matmul.XXXXXX") || exit 3
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  key=$({ g++ --version; cat "$judge_dir"/*.cc "$judge_dir"/*.h "$judge_dir"/run.sh; } | sha256sum | cut -c1-16)
  tools=$(cache_folder)/$key
  if [ ! -x "$tools/judge" ]; then
    mkdir "$work/tools"
    build "$work/tools" || { echo "matmul: cannot build the judge" >&2; exit 3; }
    # Whoever is first puts it there whole; without a cache it is used from the work folder.
    mkdir -p "$(dirname "$tools")" 2>/dev/null && mv -T "$work/tools" "$tools" 2>/dev/null
    [ -x "$tools/judge" ] || tools=$work/tools
  fi
  "$tools/judge" "$mode" "$file" "$judge_dir" "$tools/runner.o" "$work"
}

# A folder of ours that nobody else can write to; else nowhere. Not under TMPDIR: that may be new for each evaluation.
cache_folder() {
  dir=${LEANLAB_CACHE_DIR:-/tmp/leanlab-$(id -u)}/matmul
  (umask 077 && mkdir -p "$dir") 2>/dev/null
  if [ -O "$dir" ] && [ "$(stat -c %A "$dir")" = drwx------ ]; then echo "$dir"; else echo "$work/none"; fi
}

build() {
  compile="g++ -std=c++20 -O1 -c"
  $compile "$judge_dir/running.cc" -o "$work/running.o" &
  $compile "$judge_dir/measuring.cc" -o "$work/measuring.o" && $compile "$judge_dir/runner.cc" -o "$1/runner.o"
  built=$?
  wait $! && [ $built = 0 ] && g++ "$work/running.o" "$work/measuring.o" -o "$1/judge"
}
