#!/usr/bin/python3
"""The whole corpus of attacks, ten times over, in every tier and at both levels: a Markdown table of what held and what was left.

    bench/redteam_bench.py [LEANLAB] [--repeat N]

Takes an hour or more on two cores. Each attack is followed by an honest program whose score must not move, so the number of evaluations is
about twice that of attacks times N.
"""
import argparse
import json
import os
import subprocess
import time


def run(binary: str, tier: str, level: str, repeat: int) -> dict:
    start = time.monotonic()
    done = subprocess.run([binary, "redteam", "--json", "--tier", tier, "--level", level, "--repeat", str(repeat)], capture_output=True, text=True)
    if done.returncode not in (0, 1, 6):
        raise SystemExit(f"{binary} redteam ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    report = json.loads(done.stdout)
    report["minutes"] = (time.monotonic() - start) / 60
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("leanlab", nargs="?", default=os.environ.get("LEANLAB_BIN", "leanlab"))
    parser.add_argument("--repeat", type=int, default=10)
    options = parser.parse_args()
    offered = json.loads(subprocess.run([options.leanlab, "doctor", "--json"], capture_output=True, text=True, check=True).stdout)
    tiers = [tier for tier in "AB" if not any(f"no tier {tier}" in reason for reason in offered["reasons"])]
    print(f"As {'root' if os.geteuid() == 0 else 'an ordinary user'}, each attack {options.repeat} times.\n")
    print("| tier | level | attacks | held | false alarms | minutes |\n|---|---|---|---|---|---|")
    lost = []
    for tier in tiers:
        for level in ("proxied", "isolated"):
            report = run(options.leanlab, tier, level, options.repeat)
            print(f"| {tier} | {level} | {report['tried']} | {report['held']} | {len(report['false_alarms'])} | {report['minutes']:.1f} |", flush=True)
            lost += [f"{tier} {level} {attack['name']}: {attack['what']}" for attack in report["attacks"] if not attack["held"]]
    print("\n" + "\n".join(lost) if lost else "\nNothing got through, nothing was left.")


if __name__ == "__main__":
    main()
