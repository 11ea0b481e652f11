/* Simulated NVML: energy, power, memory, utilisation, processes. */
#include "nvml_api.h"

#include <stdio.h>
#include <time.h>

#define UTILISATION_PERIOD_US 166667ULL

static long long realtime_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* ---- energy and power ---- */

static unsigned long long read_energy(struct sim_control *c, struct sim_gpu *g) {
    __atomic_fetch_add(&g->energy_reads, 1, __ATOMIC_RELAXED);
    return (unsigned long long)sim_counter_mj(c, g - c->gpus, sim_now(c));
}

static unsigned read_power(struct sim_control *c, struct sim_gpu *g, int average) {
    __atomic_fetch_add(&g->power_reads, 1, __ATOMIC_RELAXED);
    return (unsigned)sim_sensor_mw(c, g - c->gpus, sim_now(c), average);
}

int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t d, unsigned long long *mj) {
    ON_DEVICE(d);
    WHOLE_GPU_ONLY(d);
    *mj = read_energy(c, g);
    return SUCCESS;
}

int nvmlDeviceGetPowerUsage(nvmlDevice_t d, unsigned *mw) {
    ON_DEVICE(d);
    WHOLE_GPU_ONLY(d);
    *mw = read_power(c, g, (int)g->power_average);
    return SUCCESS;
}

static int read_field(struct sim_control *c, struct sim_gpu *g, nvmlFieldValue_t *v) {
    const int64_t limits[] = {g->min_limit_mw, g->max_limit_mw, g->default_limit_mw, g->limit_mw};
    int64_t ppm = v->scopeId < 3 ? g->scope_ppm[v->scopeId] : 0;
    int64_t plain = g->scope_ppm[0] ? g->scope_ppm[0] : g->scope_ppm[1];
    v->valueType = TYPE_UINT;
    if (v->fieldId >= FIELD_MIN_LIMIT && v->fieldId < FIELD_MIN_LIMIT + 4) {
        v->value = (unsigned long long)limits[v->fieldId - FIELD_MIN_LIMIT];
    } else if (v->fieldId == FIELD_ENERGY && ppm) {
        v->valueType = TYPE_ULONGLONG;
        v->value = read_energy(c, g) * (uint64_t)ppm / (uint64_t)plain;
    } else if ((v->fieldId == FIELD_AVERAGE || v->fieldId == FIELD_INSTANT) && ppm) {
        v->value = read_power(c, g, v->fieldId == FIELD_AVERAGE) * (uint64_t)ppm / (uint64_t)plain;
    } else {
        return NOT_SUPPORTED;
    }
    return SUCCESS;
}

int nvmlDeviceGetFieldValues(nvmlDevice_t d, int count, nvmlFieldValue_t *values) {
    ON_DEVICE(d);
    char name[32];
    for (int i = 0; i < count; i++) {
        nvmlFieldValue_t *v = &values[i];
        v->timestamp = realtime_us();
        v->latencyUsec = 0;
        v->value = 0;
        snprintf(name, sizeof name, "field:%u", v->fieldId);
        v->nvmlReturn = sim_strike(c, name, d->gpu);
        snprintf(name, sizeof name, "scope:%u", v->scopeId);
        if (!v->nvmlReturn)
            v->nvmlReturn = sim_strike(c, name, d->gpu);
        if (!v->nvmlReturn)
            v->nvmlReturn = d->mig >= 0 ? NOT_SUPPORTED : read_field(c, g, v);
    }
    return SUCCESS;
}

/* ---- memory, utilisation, processes ---- */

static unsigned long long memory_used(const device_t *d, const struct sim_gpu *g) {
    unsigned long long used = d->mig < 0 ? (unsigned long long)g->memory_used : 0;
    for (int i = 0; i < g->n_processes; i++)
        if (d->mig < 0 || g->processes[i].mig == d->mig)
            used += (unsigned long long)g->processes[i].memory;
    return used;
}

int nvmlDeviceGetMemoryInfo(nvmlDevice_t d, nvmlMemory_t *m) {
    ON_DEVICE(d);
    unsigned long long share = d->mig < 0 ? 1 : SIM_MAX_MIG + 1;
    m->total = (unsigned long long)g->memory_total / share;
    m->used = memory_used(d, g) + (unsigned long long)g->memory_reserved / share;
    m->free = m->total - m->used;
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, nvmlMemory_v2_t *m) {
    ON_DEVICE(d);
    if (m->version != 0x02000028)
        return VERSION_MISMATCH;
    unsigned long long share = d->mig < 0 ? 1 : SIM_MAX_MIG + 1;
    m->total = (unsigned long long)g->memory_total / share;
    m->reserved = (unsigned long long)g->memory_reserved / share;
    m->used = memory_used(d, g);
    m->free = m->total - m->reserved - m->used;
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(nvmlDevice_t d, nvmlUtilization_t *u) {
    ON_DEVICE(d);
    if (g->mig_count > 0) /* neither the instances nor a board cut into them can tell */
        return NOT_SUPPORTED;
    u->gpu = (unsigned)g->gpu_percent;
    u->memory = (unsigned)g->memory_percent;
    return SUCCESS;
}

static int shown(const device_t *d, const struct sim_process *p, int graphics) {
    return p->graphics == graphics && (d->mig < 0 || p->mig == d->mig);
}

static int list_processes(const device_t *d, const struct sim_gpu *g, int graphics,
                          unsigned *count, nvmlProcessInfo_t *out) {
    unsigned room = *count, n = 0;
    for (int i = 0; i < g->n_processes; i++) {
        const struct sim_process *p = &g->processes[i];
        if (!shown(d, p, graphics))
            continue;
        if (out && n < room)
            out[n] = (nvmlProcessInfo_t){(unsigned)p->pid, (unsigned long long)p->memory,
                                         p->mig < 0 ? NOT_AVAILABLE : (unsigned)p->mig + 7,
                                         p->mig < 0 ? NOT_AVAILABLE : 0};
        n++;
    }
    *count = n;
    return n > room || (n && !out) ? INSUFFICIENT_SIZE : SUCCESS;
}

static int list_processes_v1(const device_t *d, const struct sim_gpu *g, int graphics,
                             unsigned *count, nvmlProcessInfo_v1_t *out) {
    nvmlProcessInfo_t full[SIM_MAX_PROCESSES];
    unsigned room = *count, n = SIM_MAX_PROCESSES;
    list_processes(d, g, graphics, &n, full);
    *count = n;
    if (n > room || (n && !out))
        return INSUFFICIENT_SIZE;
    for (unsigned i = 0; i < n; i++)
        out[i] = (nvmlProcessInfo_v1_t){full[i].pid, full[i].usedGpuMemory};
    return SUCCESS;
}

#define PROCESS_LISTS(function, is_graphics)                                                       \
    int function(nvmlDevice_t d, unsigned *count, nvmlProcessInfo_v1_t *out) {                     \
        ON_DEVICE(d);                                                                              \
        return list_processes_v1(d, g, is_graphics, count, out);                                   \
    }                                                                                              \
    int function##_v2(nvmlDevice_t d, unsigned *count, nvmlProcessInfo_t *out) {                   \
        ON_DEVICE(d);                                                                              \
        return list_processes(d, g, is_graphics, count, out);                                      \
    }                                                                                              \
    int function##_v3(nvmlDevice_t d, unsigned *count, nvmlProcessInfo_t *out) {                   \
        ON_DEVICE(d);                                                                              \
        return list_processes(d, g, is_graphics, count, out);                                      \
    }

PROCESS_LISTS(nvmlDeviceGetComputeRunningProcesses, 0)
PROCESS_LISTS(nvmlDeviceGetGraphicsRunningProcesses, 1)

int nvmlDeviceGetProcessUtilization(nvmlDevice_t d, nvmlProcessUtilizationSample_t *out,
                                    unsigned *count, unsigned long long last_seen) {
    ON_DEVICE(d);
    if (g->mig_count > 0)
        return NOT_SUPPORTED;
    unsigned long long now = (unsigned long long)realtime_us();
    unsigned long long sampled = now - now % UTILISATION_PERIOD_US;
    unsigned room = *count, n = (unsigned)g->n_processes;
    if (n == 0 || sampled <= last_seen) {
        *count = 0;
        return NOT_FOUND;
    }
    *count = n;
    if (!out || room < n)
        return INSUFFICIENT_SIZE;
    for (unsigned i = 0; i < n; i++)
        out[i] = (nvmlProcessUtilizationSample_t){(unsigned)g->processes[i].pid, sampled,
                                                  (unsigned)g->processes[i].sm_percent, 0, 0, 0};
    return SUCCESS;
}
