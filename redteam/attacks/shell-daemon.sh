# attack: shell-daemon
# class: processes that stay
# tries: leaves daemons with a session of their own, deaf to hang-ups, in shell
# must: contained
# lab: programs
read -r n
(setsid nohup sh -c 'while :; do sleep 1; done' >/dev/null 2>&1 </dev/null &)
setsid sh -c 'trap "" TERM HUP INT; sleep 3600' >/dev/null 2>&1 &
echo $((n * (n + 1) / 2))
