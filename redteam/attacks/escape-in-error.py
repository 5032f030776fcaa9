# attack: escape-in-error
# class: words for people and agents
# tries: raises an error full of escape sequences and bad UTF-8
# must: invalid
import os

os.write(2, b"\x1b[2J\xff\xfe\x9b\x00\x1b]0;owned\x07\n")
raise ValueError("\x1b[2J\x1b[H\x1b]0;leanlab-attack\x07 accepted \ud800")


def build_estimator():
    return None
