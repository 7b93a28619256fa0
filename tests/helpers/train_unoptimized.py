"""A trainer whose sessions start in a tenth of the time: train_unoptimized.py MODEL OPTION…

MODEL is tacotron or vocoder. The environment variable CLUSTER_CONSTANTS, a JSON object, replaces
constants of training.cluster. A step takes STEP_SECONDS at least.
"""
import json
import os
import sys
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from conftest import disable_graph_optimization

import train_tacotron
import train_vocoder
from common import command_line
from nn import compat
from training import cluster, cluster_description, cluster_task

original_config, original_new_host = compat.session_config, cluster.Chief.new_host


def unoptimized_config(threads=0, cpu_towers=1):
    config = original_config(threads, cpu_towers)
    disable_graph_optimization(config)
    return config


def new_host_after_pause(chief):
    time.sleep(float(os.environ.get("STEP_SECONDS", 0)))
    return original_new_host(chief)


compat.session_config = unoptimized_config
cluster.Chief.new_host = new_host_after_pause
cluster_description.source_digest = lambda: "that of the test"
for name, value in json.loads(os.environ.get("CLUSTER_CONSTANTS", "{}")).items():
    setattr(cluster, name, value)
program = {"tacotron": train_tacotron, "vocoder": train_vocoder}[sys.argv[1]]
command_line.run_program(lambda arguments: program.main(arguments[1:]))
