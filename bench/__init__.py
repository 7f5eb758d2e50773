"""What people wait for, timed. Each module here offers `benchmarks()`, which yields Benchmarks."""
