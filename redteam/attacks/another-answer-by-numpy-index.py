# attack: another-answer-by-numpy-index
# class: overloading values
# tries: answers small numbers when it is checked and large ones when it is counted, by indexes of numpy's
# must: unmoved
# lab: handmade
# needs: numpy
class Answers:
    def __init__(self, length, mean):
        self.length, self.mean, self.asked = length, mean, {}

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        times = self.asked[int(index)] = self.asked.get(int(index), 0) + 1
        return self.mean if times == 1 else 1e9


class Model:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return Answers(len(x), self.mean)


def build_estimator():
    return Model()
