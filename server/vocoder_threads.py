"""Threads that generate the chunks of all jobs.

A chunk (wavenet_vocoder/chunks.py) lasts one to two seconds. Few chunks are generated one at a time
on each thread, which is best for the time to the first audio. When many chunks wait, a thread
generates a batch of them, which is up to twice as fast; a chunk that ends is replaced by one that
waits. The samples of a chunk are the same in either case.

A thread works on a group of chunks, one or a batch, for a slice of time, and then selects the group
with the least time per job so far. Jobs share the time equally, whatever the length of their texts.
Before that, groups come first that have the first audio of a job.
"""
import threading
import time
import traceback

import numpy as np

from server.request_errors import RequestError
from server.speech import FAILED

SLICE_SECONDS = 0.06        # of a group, until the next selection
MAX_SLICE_FRAMES = 20
FIRST_SLICE_FRAMES = 4      # of a job that has no audio yet
CHUNK_SECONDS = 0.2         # a job with a chunk in progress is treated as served for so long


class _Group(object):
    """Chunks that one thread generates together.

    lanes: (job, track, chunk index, frames left), or None: free. A batch takes the same time for
    any number of chunks, so it has all lanes from the start.
    """

    def __init__(self, vocoder, items, n_lanes):
        self.vocoder, self.is_busy, self.time, self.frame = vocoder, False, 0.0, 0
        self.lanes = [_lane(item) for item in items] + [None] * (n_lanes - len(items))
        self.generator, self.seconds_per_frame = None, 0.0

    def start(self):
        chunks = [track.stream.chunks[index] for _, track, index, _ in filter(None, self.lanes)]
        # in free lanes, the samples of any chunk are not used
        chunks += chunks[:1] * (len(self.lanes) - len(chunks))
        self.generator = self.vocoder.start(chunks)

    @property
    def is_single(self):
        return len(self.lanes) == 1

    @property
    def jobs(self):
        return {lane[0] for lane in self.lanes if lane}

    @property
    def is_urgent(self):
        return any(lane and lane[0].is_urgent for lane in self.lanes)

    @property
    def has_room(self):
        """Whether a further chunk can join soon."""
        return bool(not self.is_single and None in self.lanes and self.generator
                    and self.generator.replacement_interval)

    def free_lanes(self):
        """The indices of lanes that another chunk can take now."""
        interval = self.generator.replacement_interval
        if not interval or self.frame % interval:
            return []
        return [index for index, lane in enumerate(self.lanes) if not lane]

    def n_slice_frames(self):
        """How many frames to generate until the next selection."""
        if self.is_urgent or not self.seconds_per_frame:
            count = FIRST_SLICE_FRAMES
        else:
            count = int(SLICE_SECONDS / self.seconds_per_frame)
        interval = not self.is_single and self.generator.replacement_interval or 1
        # in steps of the interval, because then a chunk can be replaced
        count = max(1, min(count, MAX_SLICE_FRAMES) // interval) * interval
        return min(count, max(lane[3] for lane in self.lanes if lane))


class VocoderThreads(object):
    """`jobs` is the list of speech_job.SpeechJobs, `changed` the Condition that guards it."""

    def __init__(self, n_threads, jobs, changed):
        self._n_threads, self._jobs, self._changed = n_threads, jobs, changed
        self._groups, self._is_stopped = [], False
        for _ in range(n_threads):
            threading.Thread(target=self._run, daemon=True).start()

    def stop(self):
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def _run(self):
        while True:
            with self._changed:
                group = self._select()
                while not group and not self._is_stopped:
                    self._changed.wait()
                    group = self._select()
                if self._is_stopped:
                    return
                group.is_busy = True
            start_time = time.monotonic()
            try:
                self._generate(group)
            except Exception:       # a defect, or no memory: the other groups go on
                traceback.print_exc()
                self._fail(group)
            with self._changed:
                self._account(group, time.monotonic() - start_time)
                self._changed.notify_all()

    # -- selection, called with the lock held ----------------------------------------------------

    def _select(self):
        """The _Group to work on, or None."""
        idle = [group for group in self._groups if not group.is_busy]
        group = min(idle, key=lambda group: (not group.is_urgent, group.time)) if idle else None
        job = self._next_job()
        if not job or group and group.is_urgent and not job.is_urgent:
            return group
        size = self._new_group_size(job, group is None)
        if not size:
            return group
        items = []
        while job and len(items) < size:
            items.append((job,) + self._take_chunk(job))
            job = self._next_job(job.vocoder)
        new = _Group(items[0][0].vocoder, items, size)
        new.time = min([group.time for group in self._groups] or [0.0])
        self._groups.append(new)
        return new

    def _next_job(self, vocoder=None):
        """The job that is to start a chunk (on a vocoder), or None: the least served one."""
        jobs = [job for job in self._jobs if job.waiting and job.is_running
                and vocoder in (None, job.vocoder)]
        return min(jobs, key=lambda job: (job.service + CHUNK_SECONDS * job.n_active)
                   ) if jobs else None

    def _take_chunk(self, job):
        job.n_active += 1
        return job.waiting.popleft()

    def _new_group_size(self, job, is_idle):
        """The number of chunks of a new group that starts with one of the job; 0: none starts.

        is_idle: whether this thread has nothing else to do.
        """
        vocoder = job.vocoder
        groups = [group for group in self._groups if group.vocoder is vocoder]
        n_singles = sum(group.is_single for group in self._groups)
        n_waiting = sum(len(other.waiting) for other in self._jobs if other.vocoder is vocoder)
        if n_waiting > vocoder.max_single_streams and vocoder.batch_size > 1 and (
                len(groups) - sum(group.is_single for group in groups) < self._n_threads):
            return vocoder.batch_size
        if is_idle:
            return 1
        # it goes on in a batch if that has room
        has_room = any(group.has_room for group in groups)
        return int(not job.n_active and not has_room and n_singles < 2 * self._n_threads)

    # -- generation, called without the lock -----------------------------------------------------

    def _generate(self, group):
        """Generate a slice of a group."""
        if not group.generator:
            group.start()
        self._refill(group)
        if not group.jobs:
            return
        count, start_time = group.n_slice_frames(), time.monotonic()
        samples = group.generator.generate(count)
        if not np.isfinite(samples).all():
            raise ValueError("the vocoder computes NaN: its weights are damaged")
        group.seconds_per_frame = (time.monotonic() - start_time) / count
        group.frame += count
        hop = samples.shape[1] // count
        for number, lane in enumerate(group.lanes):
            if lane:
                job, track, index, left = lane
                job.add_samples(track, index, samples[number, :min(count, left) * hop])
                group.lanes[number] = (job, track, index, left - count) if left > count else None
                if left <= count:
                    with self._changed:
                        job.n_active -= 1

    def _refill(self, group):
        """Drop the chunks of jobs that have ended, and start waiting ones in free lanes."""
        with self._changed:
            for number, lane in enumerate(group.lanes):
                if lane and not lane[0].is_running:
                    group.lanes[number] = None
            started, free = [], [] if group.is_single else group.free_lanes()
            job = self._next_job(group.vocoder)
            while job and len(started) < len(free):
                number = free[len(started)]
                group.lanes[number] = _lane((job,) + self._take_chunk(job))
                started.append(number)
                job = self._next_job(group.vocoder)
        for number in started:
            _, track, index, _ = group.lanes[number]
            group.generator.replace(number, track.stream.chunks[index])

    def _fail(self, group):
        for job in group.jobs:
            job.speech.finish(FAILED, RequestError("the synthesis failed", 500, "server_error",
                                                   "server_error"))
        group.lanes = [None] * len(group.lanes)

    def _account(self, group, seconds):
        """Called with the lock held."""
        jobs = [lane[0] for lane in group.lanes if lane]
        for job in jobs:
            job.service += seconds / len(jobs)
        group.time += seconds / max(1, len(set(jobs)))
        group.is_busy = False
        if not jobs:
            self._groups.remove(group)


def _lane(item):
    """A lane of _Group for (job, track, index of a chunk)."""
    job, track, index = item
    chunk = track.stream.chunks[index]
    return job, track, index, chunk.end - chunk.start
