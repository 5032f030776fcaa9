# honest: least-squares
# shows: a real model in plain Python, with helpers, a cache and a temporary file
# must: better
import functools
import json
import logging
import tempfile

logging.basicConfig(level=logging.INFO)


@functools.lru_cache(maxsize=None)
def rate(step):
    return 0.05 / (1 + step // 500)


class Descent:
    def fit(self, x, y):
        self.weights = [0.0] * (len(x[0]) + 1)
        for step in range(800):
            slopes = [0.0] * len(self.weights)
            for row, answer in zip(x, y):
                error = self._one(row) - answer
                for index, value in enumerate([*row, 1.0]):
                    slopes[index] += 2 * error * value / len(x)
            self.weights = [weight - rate(step) * slope for weight, slope in zip(self.weights, slopes)]
        with tempfile.TemporaryFile("w+") as file:
            json.dump(self.weights, file)
            file.seek(0)
            self.weights = json.load(file)
        logging.info("weights %s", self.weights)
        return self

    def _one(self, row):
        return sum(weight * value for weight, value in zip(self.weights, [*row, 1.0]))

    def predict(self, x):
        return [self._one(row) for row in x]


def build_estimator():
    return Descent()
