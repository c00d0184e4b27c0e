"""Run a program to which the kernel denies something, as a container or another kernel does.

    without.py io_uring PROGRAM [ARGUMENT...]    as the default seccomp profiles of containers
    without.py ipv6 PROGRAM [ARGUMENT...]        as a kernel without IPv6
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys

SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198}
IO_URING_SETUP = 425  # the same number on every architecture
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF
ALLOW, DENY = 0x7FFF0000, 0x00050000
CALL, FIRST_ARGUMENT = 0, 16  # in seccomp_data


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def steps(what):
    if what == "io_uring":
        return ((LOAD, 0, 0, CALL), (JUMP_IF_EQUAL, 0, 1, IO_URING_SETUP), (RETURN, 0, 0, DENY | errno.EPERM),
                (RETURN, 0, 0, ALLOW))
    return ((LOAD, 0, 0, CALL), (JUMP_IF_EQUAL, 0, 3, SOCKET[platform.machine()]), (LOAD, 0, 0, FIRST_ARGUMENT),
            (JUMP_IF_EQUAL, 0, 1, socket.AF_INET6), (RETURN, 0, 0, DENY | errno.EAFNOSUPPORT), (RETURN, 0, 0, ALLOW))


def deny(what):
    code = b"".join(struct.pack("=HBBI", *step) for step in steps(what))
    libc = ctypes.CDLL(None, use_errno=True)
    program = Filter(len(code) // 8, code)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


deny(sys.argv[1])
os.execv(sys.argv[2], sys.argv[2:])
