"""Simulated hardware: an NVML library, a powercap tree, procfs and cgroups. Knows no footprint."""
