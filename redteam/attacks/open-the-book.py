# attack: open-the-book
# class: reading answers
# tries: opens the book as a database, in several ways
# must: unmoved
import os
import sqlite3

won = []
LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for path in (LAB + "/results.jsonl", os.path.dirname(LAB) + "/state/book.db", LAB + "/.leanlab/state/book.db"):
    for form in (path, f"file:{path}?mode=ro&immutable=1"):
        try:
            won += sqlite3.connect(form, uri=form.startswith("file:")).execute("select * from sqlite_master").fetchall()
        except sqlite3.Error:
            pass


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
