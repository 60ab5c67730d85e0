"""One file for each contender: it loads policies once, then decides. Runs in a process of its own,
in the environment where that contender is installed; peers are never installed beside remit."""
