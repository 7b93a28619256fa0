"""tqdm's progress bar with other defaults: `from common.progress_bar import tqdm`.

Its clock is never set: with the system time, which may be set back, the remaining time could become
negative. Its lock is not shared with forked processes: one that is killed while it holds the lock
would stop the others for ever. And of COLUMNS and LINES, the size of the terminal in the
environment, it sees plausible values only: with others, tqdm 4.59 raises ValueError.
"""
import os
import re
import threading
import time

import tqdm as _tqdm_package
from tqdm import tqdm

_tqdm_package.std.time = time.monotonic     # each new bar takes its clock from there
tqdm.monitor_interval = 0       # the monitor thread has another clock
tqdm.set_lock(threading.RLock())
for _name in ("COLUMNS", "LINES"):
    if not re.match(r"[1-9][0-9]{0,3}\Z", os.environ.get(_name, "80")):
        del os.environ[_name]
