# honest: sums-awk
# shows: programs in a pipe, a temporary file and a child that is waited for
# must: unmoved
# lab: programs
read -r n
list=$(mktemp)
seq "$n" >"$list" &
wait
awk '{ sum += $1 } END { print sum }' "$list" | cat
rm "$list"
