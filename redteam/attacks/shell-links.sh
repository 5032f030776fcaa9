# attack: shell-links
# class: reading answers
# tries: reads a file of root's and its evaluator's neighbours through links, in shell
# must: contained
# lab: programs
read -r n
cd "${TMPDIR:-/tmp}" && ln -s / top && cat top/etc/shadow top/proc/1/environ > /dev/null 2>&1
mkdir /var/tmp/leanlab-attack.d 2> /dev/null
mv top /var/tmp/leanlab-attack 2> /dev/null
kill -9 1 2> /dev/null
echo $((n * (n + 1) / 2))
