"""Hostile turns leave nothing behind: no process, no file, no lock; the run goes on and ends properly. `./test` takes fifty of
them in each tier, `./test --full` a thousand."""
import os
import unittest
from pathlib import Path

from leanlab_testing import LeanlabTest, children_of

# What a turn does is chosen by its number. MARK stands in every process and file that it makes; a process by that name sleeps.
HOSTILE_SH = """\
#!/bin/bash
cat >/dev/null
linger() { exec -a MARK sleep 86400; }
now=$(date +%s%N)
printf '# turn %s\\nx = 1%s\\n' "$LEANLAB_PROPOSAL $now" "${now#??????}" >"$LEANLAB_EXPERIMENT"
case $((LEANLAB_PROPOSAL % 10)) in
0) setsid bash -c 'exec -a MARK sleep 86400' </dev/null >/dev/null 2>&1 & ;;
1) linger & linger & ;;
2) trap '' TERM HUP INT QUIT PIPE; (trap '' TERM HUP INT QUIT PIPE; linger) & ;;
3) for i in 1 2 3 4 5 6 7 8; do (linger & linger) & done ;;
4) (linger) & exit 7 ;;
5) head -c 8000000 /dev/zero | tr '\\0' 'x'; head -c 3000000 /dev/zero >&2; (linger) & ;;
6) mkdir -p /tmp/MARK.d /dev/shm/MARK.d "$TMPDIR/MARK" "$HOME/MARK"; touch /tmp/MARK /var/tmp/MARK /dev/shm/MARK
   chmod 000 "$HOME/MARK" "$TMPDIR/MARK"; mkfifo MARK.pipe; mkdir -p a/b/c; chmod 000 a/b ;;
7) (cd /; umask 0; exec <&- >&- 2>&-; (setsid env -i bash -c 'trap "" TERM; (exec -a MARK sleep 86400) & (exec -a MARK sleep 86400)' &) ) ;;
8) (linger) & kill -9 $$ ;;
9) nohup bash -c 'while :; do (exec -a MARK sleep 86400) & wait; done' >/dev/null 2>&1 & disown; kill -STOP $! ;;
esac
exit 0
"""


class Orphans(LeanlabTest):
    def take(self, n: int, tier: str, parallel: int):
        env = {"LEANLAB_FORCE_TIER": tier}
        if self.json("doctor", env=env)["tier"] != tier:
            self.skipTest(f"this machine has no tier {tier}")
        lab = self.lab(director_every=0, critic_every=0, max_fix_calls=0)
        lab.write("propose.sh", HOSTILE_SH.replace("MARK", self.mark), 0o755)
        summary = self.run_lab(lab, n, "--parallel", parallel, "--skip-checks", env=env, timeout=1700)
        made = len(summary["experiments"])
        # A tenth of the turns fails, a tenth kills itself: these come to nothing.
        self.assertGreaterEqual(made, n * 7 // 10)
        self.assertEqual([one["reason"] for one in summary["experiments"] if one["status"] == "invalid"], [])
        self.assertEqual(children_of(self.mark), [], "processes were left behind")
        for place in ("/tmp", "/var/tmp", "/dev/shm"):
            left = [name for name in os.listdir(place) if self.mark in name and Path(place, name) != self.temp]
            self.assertEqual(left, [], place)
        self.assertEqual(os.listdir(self.temp / "tmp"), [])
        self.assertEqual(os.listdir(lab.state / "work"), [])
        self.assertEqual(self.json("status")["labs"][0]["running"], None)
        self.assert_book_is_sound(lab, made)

    def test_fifty_hostile_turns_leave_nothing(self):
        self.take(50, "A", 4)

    def test_fifty_hostile_turns_leave_nothing_in_tier_b(self):
        self.take(50, "B", 4)

    def test_full_a_thousand_hostile_turns_leave_nothing(self):
        self.take(1000, "A", 8)

    def test_full_a_thousand_hostile_turns_leave_nothing_in_tier_b(self):
        self.take(1000, "B", 8)


if __name__ == "__main__":
    unittest.main()
