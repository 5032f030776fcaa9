"""Hostile turns leave nothing behind: no process, no file, no socket, no memory, no lock; the run goes on and ends properly. `./test` takes
fifty of them in each tier, `./test --full` more than a thousand, half of them as an ordinary user."""
import json
import os
import random
import subprocess
import unittest
from pathlib import Path

import leanlab_testing
from leanlab_testing import LeanlabTest, as_nobody, children_of, needs_root

KINDS = 16
# What a turn does is chosen by its number. MARK stands in every process and file that it makes; a process by that name sleeps.
HOSTILE_SH = r"""#!/bin/bash
cat >/dev/null
linger() { exec -a MARK sleep 86400; }
now=$(date +%s%N)
printf '# turn %s\nx = 1%s\n' "$LEANLAB_PROPOSAL $now" "${now#??????}" >"$LEANLAB_EXPERIMENT"
case $((LEANLAB_PROPOSAL % KINDS)) in
0) (setsid bash -c '(exec -a MARK sleep 86400) & exec -a MARK sleep 86400' </dev/null >/dev/null 2>&1 &) & ;;
1) linger & linger & ;;  # they hold its pipes
2) trap '' TERM HUP INT QUIT PIPE; (trap '' TERM HUP INT QUIT PIPE; linger) & ;;
3) for i in {1..30}; do (linger & (linger &) &) done ;;
4) (linger) & exit 7 ;;
5) head -c 8000000 /dev/zero | tr '\0' 'x'; head -c 3000000 /dev/zero >&2; (linger) & ;;
6) mkdir -p /tmp/MARK.d /dev/shm/MARK.d "$TMPDIR/MARK" "$HOME/MARK"; touch /tmp/MARK /var/tmp/MARK /dev/shm/MARK
   chmod 000 "$HOME/MARK" "$TMPDIR/MARK"; mkfifo MARK.pipe; mkdir -p a/b/c; chmod 000 a/b ;;
7) (cd /; umask 0; exec <&- >&- 2>&-; (setsid env -i bash -c 'trap "" TERM; (exec -a MARK sleep 86400) & (exec -a MARK sleep 86400)' &) ) ;;
8) (linger) & kill -9 $$ ;;
9) nohup bash -c 'while :; do (exec -a MARK sleep 86400) & wait; done' >/dev/null 2>&1 & disown; kill -STOP $! ;;
10) (/usr/bin/python3 -c 'import os, signal, threading, time  # MARK
for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(each, signal.SIG_IGN)
for _ in range(20): threading.Thread(target=time.sleep, args=(86400,)).start()
if os.fork() == 0: os.setsid(); time.sleep(86400)' &) ;;
11) mkdir gone; (cd gone && linger) & (cd /proc && linger) & (cd "$HOME" && linger) & sleep 0.05; rmdir gone; (cd experiments && linger) & ;;
12) exec 7>"$TMPDIR/MARK.open" 8>MARK.open 9>/dev/shm/MARK.open; flock 8; rm -f "$TMPDIR/MARK.open"; (linger) & (exec -a MARK tail -f MARK.open) & ;;
13) mkfifo MARK.fifo; (exec -a MARK cat MARK.fifo) & (exec -a MARK cat >MARK.fifo) & (kill -STOP $BASHPID; linger) & ;;
14) (unshare -Urpf bash -c 'exec -a MARK sleep 86400' 2>/dev/null || linger) & (ipcmk -M IPC; ipcmk -S SEMS; ipcmk -Q) >/dev/null 2>&1 ;;
15) (/usr/bin/python3 -c 'import socket, time  # MARK
held = [socket.socket(socket.AF_UNIX) for _ in range(2)]
for each, name in zip(held, ("/tmp/MARK.socket", "\0MARK.socket")): each.bind(name); each.listen()
time.sleep(86400)' &) ; sleep 0.1 ;;
esac
exit 0
"""


class Orphans(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.memory, self.semaphores = random.randrange(10**6, 10**7), random.randrange(50, 250)
        self.numbers = self.lab(director_every=0, critic_every=0, max_fix_calls=0)
        hostile = HOSTILE_SH.replace("KINDS", str(KINDS)).replace("IPC", str(self.memory)).replace("SEMS", str(self.semaphores))
        self.numbers.write("propose.sh", hostile.replace("MARK", self.mark), 0o755)

    def in_tier(self, tier: str):
        if self.json("doctor", env={"LEANLAB_FORCE_TIER": tier})["tier"] != tier:
            self.skipTest(f"this machine has no tier {tier}")
        return {"LEANLAB_FORCE_TIER": tier}

    def words(self, n: int, parallel: int) -> list:
        return ["run", "numbers", "--n", n, "--agent", "command:./propose.sh", "--parallel", parallel, "--skip-checks", "--json"]

    def take(self, n: int, tier: str, parallel: int):
        done = self.leanlab(*self.words(n, parallel), env=self.in_tier(tier), timeout=1700)
        self.assert_nothing_is_left(done.json, n)

    def take_as_nobody(self, n: int, tier: str, parallel: int):
        env = {**self.env, **self.in_tier(tier)}
        subprocess.run(["chown", "-R", "65534:65534", self.temp], check=True)
        argv = as_nobody([leanlab_testing.BIN, "-C", self.project, *map(str, self.words(n, parallel))])
        done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1700)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_nothing_is_left(json.loads(done.stdout), n)

    def assert_nothing_is_left(self, summary: dict, n: int):
        self.assertEqual(children_of(self.mark), [], "processes were left behind")
        made = len(summary["experiments"])
        # Two kinds of them fail or kill themselves: these come to nothing.
        self.assertGreaterEqual(made, n * (KINDS - 3) // KINDS)
        self.assertEqual([one["reason"] for one in summary["experiments"] if one["status"] == "invalid"], [])
        for place in ("/tmp", "/var/tmp", "/dev/shm"):
            left = [name for name in os.listdir(place) if self.mark in name and Path(place, name) != self.temp]
            self.assertEqual(left, [], place)
        self.assertEqual(os.listdir(self.temp / "tmp"), [])
        self.assertEqual(os.listdir(self.numbers.state / "work"), [])
        for held in ("/proc/net/unix", "/proc/self/mountinfo", "/proc/locks"):
            self.assertNotIn(self.mark, Path(held).read_text(errors="replace"))
        for kind, column, size in (("shm", 3, self.memory), ("sem", 3, self.semaphores)):
            sizes = [line.split()[column] for line in Path("/proc/sysvipc", kind).read_text().splitlines()[1:]]
            self.assertNotIn(str(size), sizes, kind)
        self.assertEqual(self.json("status")["labs"][0]["running"], None)
        self.assert_book_is_sound(self.numbers, made)

    def test_fifty_hostile_turns_leave_nothing(self):
        self.take(50, "A", 4)

    def test_fifty_hostile_turns_leave_nothing_in_tier_b(self):
        self.take(50, "B", 4)

    def test_full_hundreds_of_hostile_turns_leave_nothing(self):
        self.take(300, "A", 8)

    def test_full_hundreds_of_hostile_turns_leave_nothing_in_tier_b(self):
        self.take(300, "B", 8)

    @needs_root
    def test_full_hundreds_of_an_ordinary_user_leave_nothing(self):
        self.take_as_nobody(250, "A", 8)

    @needs_root
    def test_full_hundreds_of_an_ordinary_user_leave_nothing_in_tier_b(self):
        self.take_as_nobody(250, "B", 8)


if __name__ == "__main__":
    unittest.main()
