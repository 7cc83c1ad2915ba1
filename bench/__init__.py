"""Benchmarks: `./run.sh bench NAME`. Each prints one JSON object as its last line."""
