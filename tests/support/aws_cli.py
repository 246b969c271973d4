"""Runs the AWS CLI many times. Its modules are loaded once, which takes longer than most runs, and each run is a process
of its own, which gets its environment besides that of this one.

Each line of standard input is a run: {"args": [...], "env": {...}, "out": FILE, "err": FILE}. Once it has ended, its
exit status is a line of standard output.
"""

import json
import os
import sys

import awscli.clidriver


def run(args, env, out, err):
    """Becomes the AWS CLI."""
    for stream, path in enumerate([os.devnull, out, err]):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT if stream else os.O_RDONLY)
        os.dup2(opened, stream)
    os.environ.update(env)
    sys.argv = ["aws", *args]
    sys.exit(awscli.clidriver.main())


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run(**json.loads(line))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
