/* The simulated machine: what lies in the control file that every process maps.
 *
 * Python writes the file (nvml_layout.py mirrors these structures: fields are 64-bit integers or
 * text, so that there is no padding to disagree about), C reads it on every NVML call, and either
 * may change a field while the simulation runs.
 *
 * Units: times in ns of CLOCK_BOOTTIME, power in mW, energy in pJ (1 mW x 1 ns) as 128-bit
 * integers, so that every integral of a piecewise constant wave is exact.
 */
#ifndef NVML_SIM_H
#define NVML_SIM_H

#include <stdint.h>

#define SIM_MAGIC 0x314d49534c4d564eLL /* "NVMLSIM1" */
#define SIM_MAX_GPUS 16
#define SIM_MAX_MIG 7
#define SIM_MAX_FAULTS 64
#define SIM_MAX_PROCESSES 32

typedef __int128 sim_pj;

/* The power from t_ns (since the epoch) until the next step. energy_pj: integral up to t_ns. */
struct sim_step {
    int64_t t_ns, mw;
    sim_pj energy_pj;
};

enum { WAVE_STEPS = 0, WAVE_SINE = 1 };
enum { FAULT_RETURN = 1, FAULT_SLOW = 2, FAULT_HANG = 3, FAULT_RESET = 4, FAULT_STUCK = 5 };
enum { FAULT_STALE = 6 }; /* as RETURN, and goes on until NVML is opened anew after it ended */

struct sim_fault {
    int64_t active, kind, gpu; /* gpu -1: every device, and calls that name none */
    int64_t from_ns, to_ns;
    int64_t value; /* the code to return, or the ns to sleep */
    int64_t fired; /* how often it struck; a hang strikes once */
    char function[56]; /* "": every function; "field:83", "scope:1": one field or scope */
};

struct sim_process {
    int64_t pid, memory, sm_percent;
    int64_t graphics; /* 0: compute context, 1: graphics context */
    int64_t mig;      /* index of the MIG device, -1: the whole GPU */
};

struct sim_gpu {
    char name[96], uuid[96], bus_id[32];
    /* wave */
    int64_t wave, cycle_ns; /* steps: repeat after cycle_ns, 0: the last level holds */
    int64_t sine_mean_mw, sine_amplitude_mw, sine_period_ns, sine_phase_ns;
    int64_t steps_offset, steps_capacity, n_steps, lock;
    /* energy counter */
    int64_t start_mj, update_ns, update_phase_ns, jitter_ns, seed;
    /* power sensor */
    int64_t power_update_ns, power_phase_ns, power_average, power_window_ns;
    int64_t gain_ppm, scope_ppm[3]; /* scope 0 ppm: that scope is not supported */
    int64_t limit_mw, min_limit_mw, max_limit_mw, default_limit_mw;
    int64_t memory_total, memory_reserved, memory_used;
    int64_t gpu_percent, memory_percent, temperature_c;
    int64_t architecture, cc_major, cc_minor, brand, virtualization, c2c;
    int64_t mig_count; /* 0: MIG is off; -1: the board cannot do MIG */
    int64_t n_processes;
    struct sim_process processes[SIM_MAX_PROCESSES];
    int64_t energy_reads, power_reads;
};

struct sim_control {
    int64_t magic, bytes, n_gpus, epoch_ns;
    int64_t frozen_ns; /* not 0: the simulated time stands still here */
    int64_t calls, n_faults;
    char driver_version[80], nvml_version[80];
    int64_t cuda_version;
    struct sim_fault faults[SIM_MAX_FAULTS];
    struct sim_gpu gpus[SIM_MAX_GPUS];
};

/* Maps a control file, once per process and file; NULL where it is not one. */
struct sim_control *sim_open(const char *path);
int64_t sim_bytes(void); /* sizeof(struct sim_control), to compare with Python's */
int64_t sim_now(const struct sim_control *c);

/* Follow mode: the level changes now. The instant is returned, -1 when the log is full. */
int64_t sim_set_power(struct sim_control *c, int64_t gpu, int64_t mw);
int64_t sim_add_power(struct sim_control *c, int64_t gpu, int64_t delta_mw);

/* What was really drawn between two instants; adjoining windows add up exactly. */
int64_t sim_true_energy_nj(struct sim_control *c, int64_t gpu, int64_t from_ns, int64_t to_ns);
int64_t sim_power_mw(struct sim_control *c, int64_t gpu, int64_t t_ns, int64_t window_ns);

/* What the sensors say at an instant. */
int64_t sim_last_edge(const struct sim_control *c, const struct sim_gpu *g, int64_t t_ns);
int64_t sim_counter_mj(struct sim_control *c, int64_t gpu, int64_t t_ns);
int64_t sim_sensor_mw(struct sim_control *c, int64_t gpu, int64_t t_ns, int average);

/* This process opened NVML, now: handles from before are no longer about. */
void sim_opened(const struct sim_control *c);

/* Applies the faults that hit this call: sleeps, and returns the code to give (0: none). */
int sim_strike(struct sim_control *c, const char *function, int64_t gpu);

#endif
