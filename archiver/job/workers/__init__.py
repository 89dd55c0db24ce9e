"""Processes and cluster workers that archive seeds for the coordinator."""
