/* What the files behind NVML's functions share: its types as nvidia-ml-py passes them, and how a
 * call begins. */
#ifndef NVML_API_H
#define NVML_API_H

#include "nvml_sim.h"

#include <stddef.h>

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

/* [gpu][0]: the whole GPU; [gpu][1 + i]: MIG device i. */
extern device_t devices[SIM_MAX_GPUS][SIM_MAX_MIG + 1];

/* A call begins: it is counted and the faults strike it. Returns the code to give (0: go on), the
 * machine and the GPU. */
int enter_device(const char *function, const device_t *d, struct sim_control **c,
                 struct sim_gpu **g);
int enter_system(const char *function, struct sim_control **c);

int give_text(char *out, unsigned length, const char *text);
void mig_uuid(const struct sim_gpu *g, int mig, char *out, size_t length);

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

#endif
