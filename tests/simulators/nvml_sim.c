/* The model behind the simulated NVML: waves, counters, sensors, faults. */
#define _GNU_SOURCE
#include "nvml_sim.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)
#define PI 3.14159265358979323846
#define PJ_PER_MJ 1000000000LL
#define PPM 1000000LL
#define AVERAGE_NS 1000000000LL

/* ---- the control file ---- */

struct mapping {
    dev_t device;
    ino_t inode;
    struct sim_control *control;
    struct mapping *next;
};

/* Mappings are kept until the process ends: a reader thread may still hang inside a call of a
 * simulation that is over, and must not find its memory gone. */
static struct mapping *mappings;
static pthread_mutex_t mappings_lock = PTHREAD_MUTEX_INITIALIZER;

static struct sim_control *map_file(int fd, const struct stat *info) {
    struct mapping *m;
    for (m = mappings; m; m = m->next)
        if (m->device == info->st_dev && m->inode == info->st_ino)
            return m->control;
    if (info->st_size < (off_t)sizeof(struct sim_control))
        return NULL;
    void *p = mmap(NULL, (size_t)info->st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return NULL;
    struct sim_control *c = p;
    if (c->magic != SIM_MAGIC || c->bytes != sim_bytes() || !(m = malloc(sizeof *m))) {
        munmap(p, (size_t)info->st_size);
        return NULL;
    }
    *m = (struct mapping){info->st_dev, info->st_ino, c, mappings};
    mappings = m;
    return c;
}

struct sim_control *sim_open(const char *path) {
    struct stat info;
    struct sim_control *c = NULL;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    pthread_mutex_lock(&mappings_lock);
    if (fstat(fd, &info) == 0)
        c = map_file(fd, &info);
    pthread_mutex_unlock(&mappings_lock);
    close(fd);
    return c;
}

int64_t sim_bytes(void) { return (int64_t)sizeof(struct sim_control); }

int64_t sim_now(const struct sim_control *c) {
    int64_t frozen = LOAD(c->frozen_ns);
    if (frozen)
        return frozen;
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* ---- integrals ---- */

static struct sim_step *steps_of(struct sim_control *c, const struct sim_gpu *g) {
    return (struct sim_step *)((char *)c + g->steps_offset);
}

/* A writer takes the time while it holds the lock. Whoever reads waits for it, so that no step
 * can appear later before an instant that was already read. A writer that was killed is robbed. */
static void wait_unlocked(struct sim_gpu *g) {
    for (int spins = 1;; spins++) {
        int64_t owner = LOAD(g->lock);
        if (!owner)
            return;
        if (spins % 1000 == 0 && kill((pid_t)owner, 0) != 0 && errno == ESRCH)
            __atomic_compare_exchange_n(&g->lock, &owner, 0, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
        if (spins % 100 == 0)
            sched_yield();
    }
}

static void take_lock(struct sim_gpu *g) {
    int64_t free_lock;
    do {
        wait_unlocked(g);
        free_lock = 0;
    } while (!__atomic_compare_exchange_n(&g->lock, &free_lock, (int64_t)getpid(), 0,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
}

static const struct sim_step *step_at(const struct sim_step *steps, int64_t n, int64_t t) {
    int64_t low = 0, high = n; /* the last step that is not later than t */
    while (high - low > 1) {
        int64_t mid = low + (high - low) / 2;
        if (steps[mid].t_ns <= t)
            low = mid;
        else
            high = mid;
    }
    return &steps[low];
}

static sim_pj steps_energy(const struct sim_step *steps, int64_t n, int64_t t) {
    const struct sim_step *s = step_at(steps, n, t);
    return s->energy_pj + (sim_pj)s->mw * (t - s->t_ns);
}

static double sine_angle(const struct sim_gpu *g, int64_t t) {
    int64_t in_period = (t + g->sine_phase_ns) % g->sine_period_ns;
    return 2.0 * PI * (double)in_period / (double)g->sine_period_ns;
}

/* Integral from the epoch to t_ns after it, in pJ. Before the epoch nothing is drawn. */
static sim_pj energy_since_epoch(struct sim_control *c, struct sim_gpu *g, int64_t t) {
    if (t <= 0)
        return 0;
    if (g->wave == WAVE_SINE) {
        double scale = (double)g->sine_amplitude_mw * (double)g->sine_period_ns / (2.0 * PI);
        double swing = scale * (cos(sine_angle(g, 0)) - cos(sine_angle(g, t)));
        return (sim_pj)g->sine_mean_mw * t + (sim_pj)llround(swing);
    }
    wait_unlocked(g);
    int64_t n = LOAD(g->n_steps);
    const struct sim_step *steps = steps_of(c, g);
    if (!g->cycle_ns)
        return steps_energy(steps, n, t);
    return (t / g->cycle_ns) * steps_energy(steps, n, g->cycle_ns) +
           steps_energy(steps, n, t % g->cycle_ns);
}

int64_t sim_true_energy_nj(struct sim_control *c, int64_t gpu, int64_t from_ns, int64_t to_ns) {
    struct sim_gpu *g = &c->gpus[gpu];
    /* Each end is cut to whole nJ before the difference is taken: windows that adjoin add up. */
    return (int64_t)(energy_since_epoch(c, g, to_ns - c->epoch_ns) / 1000) -
           (int64_t)(energy_since_epoch(c, g, from_ns - c->epoch_ns) / 1000);
}

/* The power at t_ns (window 0), or its mean over the window that ends there. */
int64_t sim_power_mw(struct sim_control *c, int64_t gpu, int64_t t_ns, int64_t window_ns) {
    struct sim_gpu *g = &c->gpus[gpu];
    int64_t t = t_ns - c->epoch_ns;
    if (t < 0)
        return 0;
    if (window_ns > t)
        window_ns = t;
    if (window_ns > 0)
        return (int64_t)((energy_since_epoch(c, g, t) - energy_since_epoch(c, g, t - window_ns)) /
                         window_ns);
    if (g->wave == WAVE_SINE)
        return g->sine_mean_mw + llround((double)g->sine_amplitude_mw * sin(sine_angle(g, t)));
    wait_unlocked(g);
    return step_at(steps_of(c, g), LOAD(g->n_steps), g->cycle_ns ? t % g->cycle_ns : t)->mw;
}

/* ---- follow mode ---- */

static int64_t append_step(struct sim_control *c, int64_t gpu, int64_t mw, int relative) {
    struct sim_gpu *g = &c->gpus[gpu];
    struct sim_step *steps = steps_of(c, g);
    take_lock(g);
    int64_t n = g->n_steps, t = sim_now(c) - c->epoch_ns;
    if (n >= g->steps_capacity) {
        STORE(g->lock, 0);
        return -1;
    }
    if (t < steps[n - 1].t_ns)
        t = steps[n - 1].t_ns;
    steps[n].t_ns = t;
    steps[n].mw = relative ? steps[n - 1].mw + mw : mw;
    steps[n].energy_pj = steps[n - 1].energy_pj + (sim_pj)steps[n - 1].mw * (t - steps[n - 1].t_ns);
    STORE(g->n_steps, n + 1);
    STORE(g->lock, 0);
    return t + c->epoch_ns;
}

int64_t sim_set_power(struct sim_control *c, int64_t gpu, int64_t mw) {
    return append_step(c, gpu, mw, 0);
}

int64_t sim_add_power(struct sim_control *c, int64_t gpu, int64_t delta_mw) {
    return append_step(c, gpu, delta_mw, 1);
}

/* ---- sensors ---- */

static uint64_t scramble(uint64_t x) { /* splitmix64 */
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/* Update k of a sensor: regular, moved by at most jitter_ns either way. */
static int64_t edge(const struct sim_gpu *g, int64_t k) {
    int64_t moved = 0;
    if (g->jitter_ns > 0)
        moved = (int64_t)(scramble((uint64_t)g->seed * 1000003u + (uint64_t)k) %
                          (uint64_t)(2 * g->jitter_ns + 1)) -
                g->jitter_ns;
    return g->update_phase_ns + k * g->update_ns + moved;
}

/* The counter's last update that is not later than t_ns, or the epoch. */
int64_t sim_last_edge(const struct sim_control *c, const struct sim_gpu *g, int64_t t_ns) {
    int64_t t = t_ns - c->epoch_ns;
    int64_t k = (t - g->update_phase_ns) / g->update_ns + 1;
    while (k >= 0 && edge(g, k) > t)
        k--;
    return k < 0 || edge(g, k) < 0 ? c->epoch_ns : c->epoch_ns + edge(g, k);
}

static int64_t scope_ppm(const struct sim_gpu *g) {
    /* Without a scope of its own for the GPU, the plain calls give the module's. */
    return g->scope_ppm[0] ? g->scope_ppm[0] : g->scope_ppm[1];
}

int64_t sim_counter_mj(struct sim_control *c, int64_t gpu, int64_t t_ns) {
    struct sim_gpu *g = &c->gpus[gpu];
    int64_t zero_ns = c->epoch_ns, start_mj = g->start_mj, n = LOAD(c->n_faults);
    for (int64_t i = 0; i < n; i++) { /* a stuck counter shows what it showed when it stuck */
        const struct sim_fault *f = &c->faults[i];
        if (f->kind == FAULT_STUCK && LOAD(f->active) && (f->gpu < 0 || f->gpu == gpu) &&
            f->from_ns <= t_ns && t_ns < f->to_ns)
            t_ns = f->from_ns;
    }
    for (int64_t i = 0; i < n; i++) {
        const struct sim_fault *f = &c->faults[i];
        if (f->kind == FAULT_RESET && LOAD(f->active) && (f->gpu < 0 || f->gpu == gpu) &&
            f->from_ns <= t_ns && zero_ns < f->from_ns) {
            zero_ns = f->from_ns;
            start_mj = 0;
        }
    }
    int64_t edge_ns = sim_last_edge(c, g, t_ns);
    if (edge_ns <= zero_ns)
        return start_mj;
    sim_pj e = energy_since_epoch(c, g, edge_ns - c->epoch_ns) -
               energy_since_epoch(c, g, zero_ns - c->epoch_ns);
    return start_mj + (int64_t)(e * scope_ppm(g) / PPM * g->gain_ppm / PPM / PJ_PER_MJ);
}

int64_t sim_sensor_mw(struct sim_control *c, int64_t gpu, int64_t t_ns, int average) {
    const struct sim_gpu *g = &c->gpus[gpu];
    int64_t t = t_ns - c->epoch_ns - g->power_phase_ns;
    int64_t sampled = t < 0 ? c->epoch_ns : t_ns - t % g->power_update_ns;
    int64_t mw = sim_power_mw(c, gpu, sampled, average ? AVERAGE_NS : g->power_window_ns);
    return mw * scope_ppm(g) / PPM * g->gain_ppm / PPM;
}

/* ---- faults ---- */

static void sleep_ns(int64_t ns) {
    struct timespec left = {.tv_sec = ns / 1000000000LL, .tv_nsec = ns % 1000000000LL};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static int64_t opened_ns; /* when this process opened NVML */

void sim_opened(const struct sim_control *c) { STORE(opened_ns, sim_now(c)); }

int sim_strike(struct sim_control *c, const char *function, int64_t gpu) {
    int code = 0;
    int64_t n = LOAD(c->n_faults);
    for (int64_t i = 0; i < n; i++) {
        struct sim_fault *f = &c->faults[i];
        if (!LOAD(f->active) || f->kind == FAULT_RESET || f->kind == FAULT_STUCK ||
            (f->gpu >= 0 && f->gpu != gpu) ||
            (f->function[0] && strcmp(f->function, function) != 0))
            continue;
        int64_t now = sim_now(c);
        int stale = f->kind == FAULT_STALE && LOAD(opened_ns) < f->to_ns;
        if (now < f->from_ns || (now >= f->to_ns && !stale))
            continue;
        int64_t before = __atomic_fetch_add(&f->fired, 1, __ATOMIC_ACQ_REL);
        if (f->kind == FAULT_RETURN || f->kind == FAULT_STALE)
            code = (int)f->value;
        else if (f->kind == FAULT_SLOW || before == 0)
            sleep_ns(f->value);
    }
    return code;
}
