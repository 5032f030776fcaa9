# attack: memory
# class: using everything up
# tries: takes memory until there is none
# must: invalid

won = []
hoard = []
while True:
    hoard.append(bytearray(16 << 20))
    hoard[-1][::4096] = b"x" * len(hoard[-1][::4096])


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
