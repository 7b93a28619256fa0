"""Locks a folder, so that two processes do not write into it at the same time."""
import errno
import fcntl
import os
import time

from common.errors import InputError


class FolderLock(object):
    """A lock that no other process gets until `close` or the end of this process.

    Processes that are forked meanwhile share the lock: it is held until all have ended. Waits
    `wait` seconds for the lock, then raises InputError with the path and `message`.
    """

    def __init__(self, folder, message, wait=0.0):
        self._descriptor = os.open(folder, os.O_RDONLY)
        end = time.monotonic() + wait
        while not self._try_to_lock():
            if time.monotonic() >= end:
                self.close()
                raise InputError("%s: %s" % (folder, message))
            time.sleep(0.1)

    def _try_to_lock(self):
        """Whether the lock was got; True also if the file system does not support locks."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def close(self):
        """Let other processes lock the folder."""
        os.close(self._descriptor)
