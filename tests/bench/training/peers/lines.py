"""What every Python peer shares: questions as JSON lines on stdin, answers on stdout, and the batch that all train on.

Asked one thing at a time: {"make": {...}}, {"step": n}, {"predict": side, "turns": t}, {"check": true}, {"peakMemory": true}.
A peer that is not asked waits in a blocking read: it uses no processor time while another one is measured.
"""

import json
import os
import re
import sys
import time

import numpy


def serve(make):
    """`make` builds a peer of a description; the peer has the methods `step(n)`, `predict(image)`, `check()`, `told()`."""
    # Libraries print what they like; the channel is ours alone.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    peer = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "make" in asked:
                peer = make(asked["make"])
                answer = peer.told()
            elif "step" in asked:
                answer = timed(lambda: peer.step(asked["step"]))
            elif "predict" in asked:
                image = numpy.fromfile(asked["image"], dtype=numpy.float32).reshape(asked["predict"], asked["predict"])
                turns = asked["turns"]
                answer = timed(lambda: averaged(peer.predict, image, turns))
            elif "check" in asked:
                answer = {"values": [float(value) for value in peer.check()]}
            elif "peakMemory" in asked:
                answer = {"bytes": peak_bytes()}
            else:
                raise ValueError(f"make, step, predict, check or peakMemory were expected, got {line[:80]}")
        except Exception as error:  # told to the bench, which ends the run
            answer = {"error": f"{type(error).__name__}: {error}"}
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


def timed(work):
    """Milliseconds of the wall clock and of all threads of this process; and what `work` answered, if a number."""
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    answer = work()
    wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    return {"wallMs": wall / 1e6, "cpuMs": cpu / 1e6, "value": float(answer)}


def averaged(predict, image, turns):
    """Mean probability of a section seen from `turns` of its eight sides, as one would write it with NumPy."""
    total = numpy.zeros(image.shape, numpy.float32)
    for turn in range(turns):
        seen = numpy.rot90(image, turn % 4)
        if turn >= 4:
            seen = seen.T
        back = predict(numpy.ascontiguousarray(seen))
        if turn >= 4:
            back = back.T
        total += numpy.rot90(back, -(turn % 4))
    return (total / turns).mean()


def batch_of(description):
    """images [n, h, w, 1] float32 and targets [n, h, w, 1] float32, from the file that all peers read."""
    n, side = description["batch"], description["side"]
    values = numpy.fromfile(description["data"], dtype=numpy.float32).reshape(2, n, side, side, 1)
    return values[0].copy(), values[1].copy()


def weights_of(description, shapes):
    """Arrays of these shapes, one after the other as the file holds them."""
    flat = numpy.fromfile(description["weights"], dtype=numpy.float32)
    arrays, at = [], 0
    for shape in shapes:
        size = int(numpy.prod(shape))
        arrays.append(flat[at : at + size].reshape(shape))
        at += size
    if at != flat.size:
        raise ValueError(f"{at} weights were expected, got {flat.size}: not the same network")
    return arrays


def peak_bytes():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024
