"""The parts of `bench/soak.py`: made-up articles, seed documents, hosts, troubles, and what is right at the end."""
