"""A whole team as the scripted model plays it: an architect who drafts a lab, Workers, a Director and a Critic, each known by its prompt."""
import json

from agent_testing import worker_rule

EVALUATION = """\
f=$2
[ -f "$f" ] || { echo "no file $f" >&2; exit 2; }
x=$(sed -n 's/^x = //p' "$f")
[ -n "$x" ] || { echo "no x in $f" >&2; exit 1; }
echo "{\\"score\\": $x}"
"""
VALIDATE = 'if grep -q "^x = " "$2"; then echo VALID; else echo "INVALID: it has no line x = NUMBER"; fi\n'
TASK = {"task_md": "# Find the largest x\n\nAn experiment is a text file with one line, x = NUMBER.",
        "objective": {"metric": "score", "direction": "max"}, "description": "the largest x"}
SCORER = {
    "eval_cmd": "sh evaluation.sh --experiment {file}",
    "validate_cmd": "sh validate.sh --experiment {file}",
    "files": {"evaluation.sh": EVALUATION, "validate.sh": VALIDATE, "experiments/sample.txt": "# the starting point\nx = 0\n"},
    "packages": [],
}


def team_rules() -> list:
    """Rules for every role of a metric lab; the words of Director and Critic differ each time."""
    return [
        {"when": "# The task, as approved", "usage": {"input": 500, "output": 90},
         "steps": [{"text": "The evaluator and the validator:\n```json\n" + json.dumps(SCORER, indent=1) + "\n```\n"}]},
        {"when": "You are the ARCHITECT", "usage": {"input": 400, "output": 80},
         "steps": [{"text": "Here is my draft.\n" + json.dumps(TASK) + "\nTell me what you think {really}."}]},
        {"when": "You are the DIRECTOR", "usage": {"input": 300, "output": 70}, "steps": [
            {"shell": "printf '# Notes, version ${n}\\nLook higher.\\n' > Director_Notes.md"},
            {"text": '{"file": "Director_Notes.md", "summary": "version ${n}"}'}]},
        {"when": "You are the CRITIC", "usage": {"input": 200, "output": 60}, "steps": [
            {"shell": "printf '# Feedback, version ${n}\\nToo timid.\\n' > Critic_Feedback.md"},
            {"text": '{"file": "Critic_Feedback.md", "summary": "version ${n}"}'}]},
        worker_rule(),
    ]


# The same team as a program of ten lines.
TEAM_SH = """\
#!/bin/sh
prompt=$(cat)
case "$LEANLAB_ROLE $prompt" in
architect*"The task, as approved"*) cat {folder}/scorer.json ;;
architect*) cat {folder}/task.json ;;
director*) date +'Look higher, %N' >Director_Notes.md ;;
critic*) date +'Too timid, %N' >Critic_Feedback.md ;;
worker*) n=$(date +%s%N); printf '# try %s\\nx = 1%s\\n' $n ${{n#??????}} >"$LEANLAB_EXPERIMENT" ;;
esac
echo '{{"usage": {{"cost_usd": 0.25, "model": "own", "input": 30, "output": 7}}}}'
"""
