# attack: shell-overwrite
# class: changing files
# tries: overwrites evaluator, settings, book and itself, in shell
# must: contained
# lab: programs
read -r n
for name in evaluation.sh validate.sh lab.json results.jsonl "$0" experiments/sample.sh ../state/ledger; do
  echo 'echo "{\"rmse\": 0}"' >"$name" 2>/dev/null
  rm -f "$name" 2>/dev/null
  mv "$name" "$name.leanlab-attack" 2>/dev/null
  chmod 777 "$name" 2>/dev/null
  touch -d 2000-01-01 "$name" 2>/dev/null
done
echo $((n * (n + 1) / 2))
