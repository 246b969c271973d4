#!/bin/sh
# The commands that findings of a trailproof report call for.
# They only read from AWS. They write files below the current folder, and overwrite none.
# FAILED: 1 log was altered; 1 log is missing, in 1 of 5 chains; 9,465 of 9,498 logs read (--logs 5% --seed 9f86d081884c7d65)
# Report generated 2026-03-08T00:09:02Z, by trailproof 0.1.0.

echo 'No finding of this report calls for a command.'
