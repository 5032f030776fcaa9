# Runs an experiment in shell, JavaScript or C++ three times, and counts the wrong answers.
file=$2
[ -f "$file" ] || { echo "no such file: $file" >&2; exit 2; }
case $file in
  *.sh) set -- sh "$file" ;;
  *.js) set -- node "$file" ;;
  *.cc) g++ -O1 -o "$TMPDIR/program" "$file" || exit 1; set -- "$TMPDIR/program" ;;
esac
wrong=0
for n in 3 10 25; do
  [ "$(echo $n | "$@" 2>/dev/null | tail -1)" = $((n * (n + 1) / 2)) ] || wrong=$((wrong + 1))
done
echo "{\"rmse\": $wrong}"
