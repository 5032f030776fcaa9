# attack: make-executable-memory
# class: the kernel
# tries: maps memory that may be written and run, and jumps into an unknown call
# must: either
import ctypes
import mmap

won = []
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
# mov eax, 57 (fork); syscall; ret   and the same through int 0x80 (fork is 2 there)
for code in (b"\xb8\x39\x00\x00\x00\x0f\x05\xc3", b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"):
    memory[: len(code)] = code
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    child = call()
    if child == 0:
        ctypes.CDLL(None)._exit(0)
    if child > 0:
        won.append(child)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
