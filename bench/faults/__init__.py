"""`make faults`: what a server must survive, against `remit serve` in a process of its own.

Each trial prints what was seen; one whose claim does not hold makes the exit status 1. While the
trials run, a probe asks GetCallerIdentity: every answer must be right, and its time is reported.
All traffic stays on loopback, loops are bounded, and the whole takes about three minutes.
"""
