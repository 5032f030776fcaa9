# attack: shell-litter
# class: state for the next run
# tries: leaves files wherever a shell can write
# must: contained
# lab: programs
read -r n
for place in /tmp /var/tmp /dev/shm /run /run/lock "$HOME" "$HOME/.cache" . .. experiments / /etc /root /opt /srv; do
  mkdir -p "$place" 2>/dev/null
  echo state >"$place/leanlab-attack" 2>/dev/null
  mkfifo "$place/leanlab-attack-pipe" 2>/dev/null
  ln -s /etc/passwd "$place/leanlab-attack-link" 2>/dev/null
done
echo "* * * * * true" | crontab - 2>/dev/null
echo $((n * (n + 1) / 2))
