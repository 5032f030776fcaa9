# attack: trace-others
# class: other processes
# tries: attaches to other processes with ptrace, process_vm_readv and pidfd_getfd
# must: unmoved
import ctypes
import glob
import os

libc = ctypes.CDLL(None, use_errno=True)
won = []
buffer = ctypes.create_string_buffer(64)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


mine, theirs = Piece(ctypes.addressof(buffer), 64), Piece(0x400000, 64)
for place in glob.glob("/proc/[0-9]*"):
    pid = int(place[6:])
    if pid == os.getpid():
        continue
    if libc.ptrace(16, pid, None, None) == 0 or libc.ptrace(0x4206, pid, None, None) == 0:
        won.append(pid)
    if libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) > 0:
        won.append(pid)
    handle = libc.syscall(434, pid, 0)
    if handle >= 0 and libc.syscall(438, handle, 3, 0) >= 0:
        won.append(pid)


class Mean:
    def fit(self, x, y):
        self.mean = sum(y) / len(y)
        return self

    def predict(self, x):
        return [self.mean if not won else 1e6] * len(x)


def build_estimator():
    return Mean()
