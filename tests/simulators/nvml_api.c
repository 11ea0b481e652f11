/* NVML's own functions on top of the simulated machine, with the ABI that nvidia-ml-py calls.
 *
 * NVML_SIM names the control file. Without it nvmlInit says that there is no library, so that a
 * process that merely loaded the simulator sees a machine without GPUs.
 */
#include "nvml_sim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NO_PERMISSION = 4,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    DRIVER_NOT_LOADED = 9,
    LIBRARY_NOT_FOUND = 12,
    VERSION_MISMATCH = 25
};
enum { TYPE_UINT = 1, TYPE_ULONGLONG = 3 };
enum { FIELD_ENERGY = 83, FIELD_AVERAGE = 185, FIELD_INSTANT = 186, FIELD_MIN_LIMIT = 187 };
#define NOT_AVAILABLE 0xFFFFFFFFu
#define UTILISATION_PERIOD_US 166667ULL

typedef struct {
    int gpu, mig; /* mig -1: the whole GPU */
} device_t;
typedef device_t *nvmlDevice_t;

typedef struct {
    unsigned long long total, free, used;
} nvmlMemory_t;
typedef struct {
    unsigned version;
    unsigned long long total, reserved, free, used;
} nvmlMemory_v2_t;
typedef struct {
    unsigned gpu, memory;
} nvmlUtilization_t;
typedef struct {
    unsigned pid;
    unsigned long long usedGpuMemory;
} nvmlProcessInfo_v1_t;
typedef struct {
    unsigned pid;
    unsigned long long usedGpuMemory;
    unsigned gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_t;
typedef struct {
    unsigned pid;
    unsigned long long timeStamp;
    unsigned smUtil, memUtil, encUtil, decUtil;
} nvmlProcessUtilizationSample_t;
typedef struct {
    char busIdLegacy[16];
    unsigned domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} nvmlPciInfo_t;
typedef struct {
    unsigned fieldId, scopeId;
    long long timestamp, latencyUsec;
    unsigned valueType;
    int nvmlReturn;
    unsigned long long value; /* a union; little-endian machines read its low half as uiVal */
} nvmlFieldValue_t;
typedef struct {
    unsigned multiprocessorCount, sharedCopyEngineCount, sharedDecoderCount, sharedEncoderCount;
    unsigned sharedJpegCount, sharedOfaCount, gpuInstanceSliceCount, computeInstanceSliceCount;
    unsigned long long memorySizeMB;
} nvmlDeviceAttributes_t;
typedef struct {
    unsigned version, sensorType;
    int temperature;
} nvmlTemperature_t;

static struct sim_control *sim; /* NULL while NVML is not initialised */
static int users;
static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static device_t devices[SIM_MAX_GPUS][SIM_MAX_MIG + 1]; /* [gpu][0]: whole; [gpu][1 + i]: MIG i */

/* ---- entry to a call ---- */

static int enter_device(const char *function, const device_t *d, struct sim_control **c,
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

static int enter_system(const char *function, struct sim_control **c) {
    *c = __atomic_load_n(&sim, __ATOMIC_ACQUIRE);
    if (!*c)
        return UNINITIALIZED;
    __atomic_fetch_add(&(*c)->calls, 1, __ATOMIC_RELAXED);
    return sim_strike(*c, function, -1);
}

/* Opens a function on a device: c, g are the machine and the GPU. */
#define ON_DEVICE(d)                                                                               \
    struct sim_control *c;                                                                         \
    struct sim_gpu *g;                                                                             \
    int failed = enter_device(__func__, (d), &c, &g);                                              \
    if (failed)                                                                                    \
        return failed;                                                                             \
    (void)c, (void)g

#define ON_SYSTEM()                                                                                \
    struct sim_control *c;                                                                         \
    int failed = enter_system(__func__, &c);                                                       \
    if (failed)                                                                                    \
        return failed

/* What a MIG device cannot tell. */
#define WHOLE_GPU_ONLY(d)                                                                          \
    if ((d)->mig >= 0)                                                                             \
    return NOT_SUPPORTED

static int give_text(char *out, unsigned length, const char *text) {
    if (strlen(text) + 1 > length)
        return INSUFFICIENT_SIZE;
    strcpy(out, text);
    return SUCCESS;
}

static long long realtime_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
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

static void mig_uuid(const struct sim_gpu *g, int mig, char *out, size_t length) {
    const char *bare = strncmp(g->uuid, "GPU-", 4) == 0 ? g->uuid + 4 : g->uuid;
    snprintf(out, length, "MIG-%d%.60s", mig + 1, bare + 1);
}

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

/* ---- what a device is ---- */

int nvmlDeviceGetName(nvmlDevice_t d, char *out, unsigned length) {
    ON_DEVICE(d);
    char text[128];
    snprintf(text, sizeof text, d->mig < 0 ? "%s" : "%s MIG 1g.10gb", g->name);
    return give_text(out, length, text);
}

int nvmlDeviceGetUUID(nvmlDevice_t d, char *out, unsigned length) {
    ON_DEVICE(d);
    char text[96];
    snprintf(text, sizeof text, "%s", g->uuid);
    if (d->mig >= 0)
        mig_uuid(g, d->mig, text, sizeof text);
    return give_text(out, length, text);
}

int nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, nvmlPciInfo_t *info) {
    ON_DEVICE(d);
    memset(info, 0, sizeof *info);
    sscanf(g->bus_id, "%x:%x:%x", &info->domain, &info->bus, &info->device);
    info->pciDeviceId = 0x233010deu;
    snprintf(info->busId, sizeof info->busId, "%s", g->bus_id);
    snprintf(info->busIdLegacy, sizeof info->busIdLegacy, "%04X:%02X:%02X.0",
             info->domain & 0xffff, info->bus & 0xff, info->device & 0xff);
    return SUCCESS;
}

int nvmlDeviceGetPciInfo_v2(nvmlDevice_t d, nvmlPciInfo_t *info) {
    return nvmlDeviceGetPciInfo_v3(d, info);
}

/* Functions that give one number of the configuration. */
#define NUMBER(function, type, expression)                                                         \
    int function(nvmlDevice_t d, type *out) {                                                      \
        ON_DEVICE(d);                                                                              \
        *out = (type)(expression);                                                                 \
        return SUCCESS;                                                                            \
    }
#define NUMBER_OF_WHOLE_GPU(function, type, expression)                                            \
    int function(nvmlDevice_t d, type *out) {                                                      \
        ON_DEVICE(d);                                                                              \
        WHOLE_GPU_ONLY(d);                                                                         \
        *out = (type)(expression);                                                                 \
        return SUCCESS;                                                                            \
    }

NUMBER(nvmlDeviceGetIndex, unsigned, d->mig < 0 ? d->gpu : d->mig)
NUMBER(nvmlDeviceGetMinorNumber, unsigned, d->gpu)
NUMBER(nvmlDeviceGetArchitecture, unsigned, g->architecture)
NUMBER(nvmlDeviceGetBrand, unsigned, g->brand)
NUMBER(nvmlDeviceGetComputeMode, unsigned, 0)
NUMBER(nvmlDeviceGetPersistenceMode, unsigned, 1)
NUMBER(nvmlDeviceGetVirtualizationMode, unsigned, g->virtualization)
NUMBER(nvmlDeviceGetNumGpuCores, unsigned, 16896)
NUMBER(nvmlDeviceGetPowerState, unsigned, 0)
NUMBER(nvmlDeviceGetPerformanceState, unsigned, 0)
NUMBER(nvmlDeviceIsMigDeviceHandle, unsigned, d->mig >= 0)
NUMBER_OF_WHOLE_GPU(nvmlDeviceGetPowerManagementLimit, unsigned, g->limit_mw)
NUMBER_OF_WHOLE_GPU(nvmlDeviceGetPowerManagementDefaultLimit, unsigned, g->default_limit_mw)
NUMBER_OF_WHOLE_GPU(nvmlDeviceGetEnforcedPowerLimit, unsigned, g->limit_mw)

int nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t d, unsigned *low, unsigned *high) {
    ON_DEVICE(d);
    WHOLE_GPU_ONLY(d);
    *low = (unsigned)g->min_limit_mw;
    *high = (unsigned)g->max_limit_mw;
    return SUCCESS;
}

int nvmlDeviceSetPowerManagementLimit(nvmlDevice_t d, unsigned mw) {
    ON_DEVICE(d);
    (void)mw;
    return NO_PERMISSION;
}

int nvmlDeviceSetPersistenceMode(nvmlDevice_t d, unsigned mode) {
    ON_DEVICE(d);
    (void)mode;
    return NO_PERMISSION;
}

int nvmlDeviceGetCudaComputeCapability(nvmlDevice_t d, int *major, int *minor) {
    ON_DEVICE(d);
    *major = (int)g->cc_major;
    *minor = (int)g->cc_minor;
    return SUCCESS;
}

int nvmlDeviceGetTemperature(nvmlDevice_t d, unsigned sensor, unsigned *celsius) {
    ON_DEVICE(d);
    (void)sensor;
    *celsius = (unsigned)g->temperature_c;
    return SUCCESS;
}

int nvmlDeviceGetTemperatureV(nvmlDevice_t d, nvmlTemperature_t *t) {
    ON_DEVICE(d);
    t->temperature = (int)g->temperature_c;
    return SUCCESS;
}

int nvmlDeviceGetC2cModeInfoV(nvmlDevice_t d, unsigned *enabled) {
    ON_DEVICE(d);
    if (!g->c2c)
        return NOT_SUPPORTED;
    *enabled = 1;
    return SUCCESS;
}

static const unsigned clocks_mhz[4] = {1980, 1980, 2619, 1545}; /* graphics, SM, memory, video */

int nvmlDeviceGetClockInfo(nvmlDevice_t d, unsigned type, unsigned *mhz) {
    ON_DEVICE(d);
    *mhz = clocks_mhz[type & 3];
    return SUCCESS;
}

int nvmlDeviceGetMaxClockInfo(nvmlDevice_t d, unsigned type, unsigned *mhz) {
    return nvmlDeviceGetClockInfo(d, type, mhz);
}

static int one_clock(unsigned *count, unsigned *mhz, unsigned value) {
    unsigned room = *count;
    *count = 1;
    if (!mhz || room < 1)
        return INSUFFICIENT_SIZE;
    *mhz = value;
    return SUCCESS;
}

int nvmlDeviceGetSupportedMemoryClocks(nvmlDevice_t d, unsigned *count, unsigned *mhz) {
    ON_DEVICE(d);
    return one_clock(count, mhz, clocks_mhz[2]);
}

int nvmlDeviceGetSupportedGraphicsClocks(nvmlDevice_t d, unsigned memory, unsigned *count,
                                         unsigned *mhz) {
    ON_DEVICE(d);
    (void)memory;
    return one_clock(count, mhz, clocks_mhz[0]);
}

/* ---- MIG ---- */

int nvmlDeviceGetMigMode(nvmlDevice_t d, unsigned *current, unsigned *pending) {
    ON_DEVICE(d);
    if (g->mig_count < 0)
        return NOT_SUPPORTED;
    *current = *pending = g->mig_count > 0;
    return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t d, unsigned *count) {
    ON_DEVICE(d);
    *count = g->mig_count < 0 ? 0 : SIM_MAX_MIG;
    return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t d, unsigned index, nvmlDevice_t *out) {
    ON_DEVICE(d);
    if (g->mig_count < 0)
        return NOT_SUPPORTED;
    if (d->mig >= 0 || index >= SIM_MAX_MIG)
        return INVALID_ARGUMENT;
    if (index >= g->mig_count)
        return NOT_FOUND;
    *out = &devices[d->gpu][1 + index];
    return SUCCESS;
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t d, nvmlDevice_t *out) {
    ON_DEVICE(d);
    if (d->mig < 0)
        return INVALID_ARGUMENT;
    *out = &devices[d->gpu][0];
    return SUCCESS;
}

int nvmlDeviceGetGpuInstanceId(nvmlDevice_t d, unsigned *id) {
    ON_DEVICE(d);
    if (d->mig < 0)
        return NOT_SUPPORTED;
    *id = (unsigned)d->mig + 7; /* as boards number 1g instances: 7, 8, 9, ... */
    return SUCCESS;
}

int nvmlDeviceGetComputeInstanceId(nvmlDevice_t d, unsigned *id) {
    ON_DEVICE(d);
    if (d->mig < 0)
        return NOT_SUPPORTED;
    *id = 0;
    return SUCCESS;
}

int nvmlDeviceGetAttributes_v2(nvmlDevice_t d, nvmlDeviceAttributes_t *out) {
    ON_DEVICE(d);
    if (d->mig < 0)
        return NOT_SUPPORTED;
    *out = (nvmlDeviceAttributes_t){16, 1, 1, 0, 1, 0, 1, 1, 9728};
    return SUCCESS;
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
    } else if (v->fieldId == FIELD_ENERGY && v->scopeId == 0) {
        v->valueType = TYPE_ULONGLONG;
        v->value = read_energy(c, g);
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
