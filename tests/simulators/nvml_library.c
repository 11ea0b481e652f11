/* Simulated NVML: initialising it and finding devices.
 *
 * NVML_SIM names the control file. Without it nvmlInit says that there is no library, so that a
 * process that merely loaded the simulator sees a machine without GPUs.
 */
#include "nvml_api.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sim_control *sim; /* NULL while NVML is not initialised */
static int users;
static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
device_t devices[SIM_MAX_GPUS][SIM_MAX_MIG + 1];

/* ---- entry to a call ---- */

int enter_device(const char *function, const device_t *d, struct sim_control **c,
                        struct sim_gpu **g) {
    *c = __atomic_load_n(&sim, __ATOMIC_ACQUIRE);
    if (!*c)
        return UNINITIALIZED;
    if (!d || d->gpu < 0 || d->gpu >= (*c)->n_gpus)
        return INVALID_ARGUMENT;
    *g = &(*c)->gpus[d->gpu];
    __atomic_fetch_add(&(*c)->calls, 1, __ATOMIC_RELAXED);
    return sim_strike(*c, function, d->gpu);
}

int enter_system(const char *function, struct sim_control **c) {
    *c = __atomic_load_n(&sim, __ATOMIC_ACQUIRE);
    if (!*c)
        return UNINITIALIZED;
    __atomic_fetch_add(&(*c)->calls, 1, __ATOMIC_RELAXED);
    return sim_strike(*c, function, -1);
}

int give_text(char *out, unsigned length, const char *text) {
    if (strlen(text) + 1 > length)
        return INSUFFICIENT_SIZE;
    strcpy(out, text);
    return SUCCESS;
}

void mig_uuid(const struct sim_gpu *g, int mig, char *out, size_t length) {
    const char *bare = strncmp(g->uuid, "GPU-", 4) == 0 ? g->uuid + 4 : g->uuid;
    snprintf(out, length, "MIG-%d%.60s", mig + 1, bare + 1);
}

/* ---- library ---- */

static int initialise(void) {
    const char *path = getenv("NVML_SIM");
    if (!path || !*path)
        return LIBRARY_NOT_FOUND;
    struct sim_control *c = sim_open(path);
    if (!c) {
        fprintf(stderr, "simulated NVML: %s is not a control file of this build\n", path);
        return DRIVER_NOT_LOADED;
    }
    if (c != __atomic_load_n(&sim, __ATOMIC_ACQUIRE))
        sim_opened(c);
    int code = sim_strike(c, "nvmlInit", -1);
    if (code)
        return code;
    pthread_mutex_lock(&init_lock);
    for (int i = 0; i < SIM_MAX_GPUS; i++)
        for (int j = 0; j <= SIM_MAX_MIG; j++)
            devices[i][j] = (device_t){i, j - 1};
    users = c == sim ? users + 1 : 1; /* another simulation began: nothing of the old one counts */
    __atomic_store_n(&sim, c, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&init_lock);
    return SUCCESS;
}

int nvmlInit(void) { return initialise(); }
int nvmlInit_v2(void) { return initialise(); }
int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    return initialise();
}

int nvmlShutdown(void) {
    int code = SUCCESS;
    pthread_mutex_lock(&init_lock);
    if (!sim)
        code = UNINITIALIZED;
    else if (--users == 0)
        __atomic_store_n(&sim, NULL, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&init_lock);
    return code;
}

const char *nvmlErrorString(int code) {
    switch (code) {
    case SUCCESS: return "Success";
    case UNINITIALIZED: return "Uninitialized";
    case INVALID_ARGUMENT: return "Invalid Argument";
    case NOT_SUPPORTED: return "Not Supported";
    case NO_PERMISSION: return "Insufficient Permissions";
    case NOT_FOUND: return "Not Found";
    case INSUFFICIENT_SIZE: return "Insufficient Size";
    case DRIVER_NOT_LOADED: return "Driver Not Loaded";
    case LIBRARY_NOT_FOUND: return "NVML Shared Library Not Found";
    case 10: return "Timeout";
    case 15: return "GPU is lost";
    case VERSION_MISMATCH: return "Argument version mismatch";
    default: return "Unknown Error";
    }
}

int nvmlSystemGetDriverVersion(char *out, unsigned length) {
    ON_SYSTEM();
    return give_text(out, length, c->driver_version);
}

int nvmlSystemGetNVMLVersion(char *out, unsigned length) {
    ON_SYSTEM();
    return give_text(out, length, c->nvml_version);
}

int nvmlSystemGetCudaDriverVersion(int *version) {
    ON_SYSTEM();
    *version = (int)c->cuda_version;
    return SUCCESS;
}

int nvmlSystemGetCudaDriverVersion_v2(int *version) {
    return nvmlSystemGetCudaDriverVersion(version);
}

/* ---- finding devices ---- */

int nvmlDeviceGetCount_v2(unsigned *count) {
    ON_SYSTEM();
    *count = (unsigned)c->n_gpus;
    return SUCCESS;
}

int nvmlDeviceGetCount(unsigned *count) { return nvmlDeviceGetCount_v2(count); }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *device) {
    if (index >= SIM_MAX_GPUS)
        return sim ? INVALID_ARGUMENT : UNINITIALIZED;
    ON_DEVICE(&devices[index][0]);
    *device = &devices[index][0];
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex(unsigned index, nvmlDevice_t *device) {
    return nvmlDeviceGetHandleByIndex_v2(index, device);
}

int nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
    ON_SYSTEM();
    char mig[96];
    for (int i = 0; i < c->n_gpus; i++) {
        device_t *found = strcmp(c->gpus[i].uuid, uuid) == 0 ? &devices[i][0] : NULL;
        for (int j = 0; !found && j < c->gpus[i].mig_count; j++) {
            mig_uuid(&c->gpus[i], j, mig, sizeof mig);
            if (strcmp(mig, uuid) == 0)
                found = &devices[i][1 + j];
        }
        if (found) {
            *device = found;
            return sim_strike(c, __func__, i);
        }
    }
    return NOT_FOUND;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, nvmlDevice_t *device) {
    ON_SYSTEM();
    for (int i = 0; i < c->n_gpus; i++)
        if (strcmp(c->gpus[i].bus_id, bus_id) == 0) {
            *device = &devices[i][0];
            return sim_strike(c, __func__, i);
        }
    return NOT_FOUND;
}

int nvmlDeviceGetHandleByPciBusId(const char *bus_id, nvmlDevice_t *device) {
    return nvmlDeviceGetHandleByPciBusId_v2(bus_id, device);
}
