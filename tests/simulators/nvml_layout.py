"""The control file's structures, as nvml_sim.h has them: 64-bit integers and text."""

from __future__ import annotations

import ctypes

MAGIC = 0x314D49534C4D564E
MAX_GPUS, MAX_MIG, MAX_FAULTS, MAX_PROCESSES = 16, 7, 64, 32
FOREVER_NS = 2**63 - 1

WAVE_STEPS, WAVE_SINE = 0, 1
FAULT_RETURN, FAULT_SLOW, FAULT_HANG, FAULT_RESET, FAULT_STUCK = 1, 2, 3, 4, 5
FAULT_STALE = 6

_I = ctypes.c_int64


class Step(ctypes.Structure):
    """A level: from `t_ns` after the epoch, `mw`; the integral up to then in pJ, 128 bits."""

    _fields_ = (
        ("t_ns", _I),
        ("mw", _I),
        ("energy_low", ctypes.c_uint64),
        ("energy_high", _I),
    )


class FaultRecord(ctypes.Structure):
    """One injected fault; `gpu` -1 is every device."""

    _fields_ = (
        ("active", _I),
        ("kind", _I),
        ("gpu", _I),
        ("from_ns", _I),
        ("to_ns", _I),
        ("value", _I),
        ("fired", _I),
        ("function", ctypes.c_char * 56),
    )


class ProcessRecord(ctypes.Structure):
    """A process with a context on a GPU. Memory in bytes."""

    _fields_ = (("pid", _I), ("memory", _I), ("sm_percent", _I), ("graphics", _I), ("mig", _I))


class GpuRecord(ctypes.Structure):
    """One board: its wave, its sensors, what it says of itself."""

    _fields_ = (
        ("name", ctypes.c_char * 96),
        ("uuid", ctypes.c_char * 96),
        ("bus_id", ctypes.c_char * 32),
        ("wave", _I),
        ("cycle_ns", _I),
        ("sine_mean_mw", _I),
        ("sine_amplitude_mw", _I),
        ("sine_period_ns", _I),
        ("sine_phase_ns", _I),
        ("steps_offset", _I),
        ("steps_capacity", _I),
        ("n_steps", _I),
        ("lock", _I),
        ("start_mj", _I),
        ("update_ns", _I),
        ("update_phase_ns", _I),
        ("jitter_ns", _I),
        ("seed", _I),
        ("power_update_ns", _I),
        ("power_phase_ns", _I),
        ("power_average", _I),
        ("power_window_ns", _I),
        ("gain_ppm", _I),
        ("scope_ppm", _I * 3),
        ("limit_mw", _I),
        ("min_limit_mw", _I),
        ("max_limit_mw", _I),
        ("default_limit_mw", _I),
        ("memory_total", _I),
        ("memory_reserved", _I),
        ("memory_used", _I),
        ("gpu_percent", _I),
        ("memory_percent", _I),
        ("temperature_c", _I),
        ("architecture", _I),
        ("cc_major", _I),
        ("cc_minor", _I),
        ("brand", _I),
        ("virtualization", _I),
        ("c2c", _I),
        ("mig_count", _I),
        ("n_processes", _I),
        ("processes", ProcessRecord * MAX_PROCESSES),
        ("energy_reads", _I),
        ("power_reads", _I),
    )


class ControlRecord(ctypes.Structure):
    """The head of the control file; the steps of the waves follow it."""

    _fields_ = (
        ("magic", _I),
        ("bytes", _I),
        ("n_gpus", _I),
        ("epoch_ns", _I),
        ("frozen_ns", _I),
        ("calls", _I),
        ("n_faults", _I),
        ("driver_version", ctypes.c_char * 80),
        ("nvml_version", ctypes.c_char * 80),
        ("cuda_version", _I),
        ("faults", FaultRecord * MAX_FAULTS),
        ("gpus", GpuRecord * MAX_GPUS),
    )
