#!/bin/sh
# The commands that findings of a trailproof report call for.
# They only read from AWS. They write files below the current folder, and overwrite none.
# Report generated 2026-03-08T00:09:02Z, by trailproof 0.1.0.

echo 'No finding of this report calls for a command.'
