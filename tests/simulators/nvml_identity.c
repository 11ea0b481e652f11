/* Simulated NVML: what a device says of itself, and MIG. */
#include "nvml_api.h"

#include <stdio.h>
#include <string.h>

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
