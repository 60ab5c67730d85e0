"""moto's own tests against `remit serve`: fetched, run in server mode, compared with a list of
exceptions. `python -m bench.moto_suite` runs it; nothing of moto's is kept in this repository.
"""
