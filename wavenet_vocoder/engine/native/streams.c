/* Streams: their state, and the threads that generate them. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_THREADS 64
#define SPINS 4000              /* of a barrier, before it yields the CPU */

enum { WAIT, START, CANCEL };

struct wavenet_streams {
    struct arena arena;
    const struct wavenet_network *net;
    int count, n_tiles, threads, shared;
    int64_t n;                  /* index of the next sample */
    int64_t next_row;           /* index of the next condition row to project */
    struct tile *tiles;
};

/* The arguments of wavenet_generate or wavenet_score. */
struct job {
    struct wavenet_streams *streams;
    int64_t n_samples, first_row, n_rows;
    const float *condition, *noise, *forced;    /* forced: samples to score, or NULL */
    float *samples, *parameters;
    atomic_int signal;          /* to the threads, once all of them exist, or one cannot start */
};

struct thread {
    struct worker worker;
    struct job *job;
    int first_tile, end_tile;
    int64_t next_row;
};

void barrier_wait(struct worker *me)
{
    struct team *team = me->team;
    if (team->size == 1)
        return;
    const int generation = atomic_load_explicit(&team->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->size) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->generation, generation + 1, memory_order_release);
        return;
    }
    for (int spins = 0;
         atomic_load_explicit(&team->generation, memory_order_acquire) == generation; spins++)
        if (spins > SPINS)
            sched_yield();
}

void worker_range(const struct worker *me, int n, int *start, int *end)
{
    *start = n * me->rank / me->team->size;
    *end = n * (me->rank + 1) / me->team->size;
}

static void allocate_tile(struct wavenet_streams *all, struct tile *tile)
{
    const struct wavenet_network *net = all->net;
    const wavenet_config *c = &net->config;
    const size_t lanes = net->kernels->lanes;
    const size_t operand = net->kernels->precision == INT8 ? sizeof(int16_t) : sizeof(float);
    const size_t gates = (size_t)net->dilated->blocks * net->kernels->rows * lanes;
    const size_t residual = net->padded_residual * lanes;
    struct arena *arena = &all->arena;
    tile->ring = arena_alloc(arena, c->layers * sizeof *tile->ring);
    for (int i = 0; i < c->layers && tile->ring; i++)
        tile->ring[i] = arena_alloc(arena, ((c->kernel_size - 1) * (size_t)net->dilations[i] + 1)
                                           * residual * operand);
    tile->winograd_pending = arena_alloc(arena, c->layers * sizeof *tile->winograd_pending);
    for (int i = 0; i < c->layers && tile->winograd_pending && c->winograd; i++)
        tile->winograd_pending[i] = arena_alloc(arena, sizeof(float) * net->dilations[i] * gates);
    if (c->winograd)
        tile->winograd_inputs = arena_alloc(arena, sizeof(float) * 3 * residual);
    tile->gated = arena_alloc(arena, net->padded_dilation * lanes * operand);
    tile->condition_terms = arena_alloc(arena, sizeof(float) * c->layers
                                        * (c->upsample_taps * BANDS + 1) * gates);
    tile->mel = arena_alloc(arena, sizeof(float) * (c->mels + BANDS - 1) * lanes);
    tile->x = arena_alloc(arena, sizeof(float) * residual);
    tile->skip = arena_alloc(arena, sizeof(float) * net->padded_skip * lanes);
    tile->post = arena_alloc(arena, sizeof(float) * net->padded_skip * lanes);
    tile->parameters = arena_alloc(arena, sizeof(float) * net->padded_parameters * lanes);
    tile->sample = arena_alloc(arena, sizeof(float) * lanes);
}

/* Store the gate bias [n_streams][layers][gates] as the last of the condition terms. */
static void set_gate_bias(const struct wavenet_network *net, struct tile *tile,
                          const float *gate_bias)
{
    const wavenet_config *c = &net->config;
    const int lanes = net->kernels->lanes, rows = net->kernels->rows, half = rows / 2;
    const int terms = c->upsample_taps * BANDS + 1, blocks = net->dilated->blocks;
    const int gates = 2 * c->dilation_channels;
    for (int stream = 0; stream < tile->n_streams; stream++)
        for (int layer = 0; layer < c->layers; layer++)
            for (int gate = 0; gate < gates; gate++) {
                const int channel = gate % c->dilation_channels;
                const int block = channel / half;
                const int row = channel % half + (gate >= c->dilation_channels) * half;
                const size_t term = ((size_t)layer * blocks + block) * terms + terms - 1;
                tile->condition_terms[(term * rows + row) * lanes + stream] =
                    gate_bias[((size_t)(tile->first_stream + stream) * c->layers + layer) * gates
                              + gate];
            }
}

wavenet_status wavenet_streams_create(const wavenet_network *net, int n_streams, int n_threads,
                                      int shared, const float *gate_bias, float first_sample,
                                      wavenet_streams **streams)
{
    *streams = NULL;
    struct wavenet_streams *all = calloc(1, sizeof *all);
    if (!all)
        return WAVENET_ERROR_MEMORY;
    const int lanes = net->kernels->lanes;
    all->net = net;
    all->count = n_streams;
    all->n_tiles = (n_streams + lanes - 1) / lanes;
    all->threads = n_threads < 1 ? 1 : n_threads > MAX_THREADS ? MAX_THREADS : n_threads;
    all->shared = shared;
    all->tiles = arena_alloc(&all->arena, all->n_tiles * sizeof *all->tiles);
    for (int i = 0; i < all->n_tiles && all->tiles; i++) {
        struct tile *tile = &all->tiles[i];
        tile->first_stream = i * lanes;
        tile->n_streams = n_streams - i * lanes < lanes ? n_streams - i * lanes : lanes;
        allocate_tile(all, tile);
        if (all->arena.exhausted)
            break;
        set_gate_bias(net, tile, gate_bias);
        for (int lane = 0; lane < lanes; lane++)
            tile->sample[lane] = first_sample;
    }
    if (all->arena.exhausted) {
        wavenet_streams_free(all);
        return WAVENET_ERROR_MEMORY;
    }
    *streams = all;
    return WAVENET_OK;
}

void wavenet_streams_free(wavenet_streams *all)
{
    if (!all)
        return;
    arena_free(&all->arena);
    free(all);
}

/* Copy condition row `row` of the tile's streams to tile->mel. */
static void load_condition(const struct job *job, struct tile *tile, int64_t row)
{
    const struct wavenet_network *net = job->streams->net;
    const int mels = net->config.mels, lanes = net->kernels->lanes;
    for (int stream = 0; stream < tile->n_streams; stream++) {
        const float *mel = job->condition + ((size_t)(tile->first_stream + stream) * job->n_rows
                                             + (size_t)(row - job->first_row)) * mels;
        for (int band = 0; band < mels; band++)
            tile->mel[(band + BANDS / 2) * lanes + stream] = mel[band];
    }
}

/* The input convolution: the previous samples → tile->x. */
static void embed_samples(const struct wavenet_network *net, struct tile *tile)
{
    const int channels = net->config.residual_channels, lanes = net->kernels->lanes;
    for (int channel = 0; channel < channels; channel++)
        for (int stream = 0; stream < lanes; stream++) {
            const float sample = tile->sample[stream];
            tile->x[channel * lanes + stream] = net->config.output_distribution == WAVENET_MULAW
                ? net->input_kernel[(int)sample * channels + channel]
                : net->input_kernel[channel] * sample + net->input_bias[channel];
        }
}

/* tile->parameters → sample `i` of the job, of the tile's streams. */
static void draw_samples(const struct job *job, struct tile *tile, int64_t i)
{
    const struct wavenet_network *net = job->streams->net;
    const int size = net->n_parameters, lanes = net->kernels->lanes;
    for (int stream = 0; stream < tile->n_streams; stream++) {
        const size_t index = (size_t)(tile->first_stream + stream) * job->n_samples + i;
        const float *parameters = tile->parameters + stream;
        if (job->parameters)
            for (int k = 0; k < size; k++)
                job->parameters[index * size + k] = parameters[k * lanes];
        tile->sample[stream] = job->forced ? job->forced[index]
            : sample_distribution(net, parameters, lanes, job->noise + index * net->noise_dim);
        if (job->samples)
            job->samples[index] = tile->sample[stream];
    }
}

static void *run_thread(void *argument)
{
    struct thread *thread = argument;
    struct worker *me = &thread->worker;
    struct job *job = thread->job;
    const struct wavenet_streams *all = job->streams;
    const struct wavenet_network *net = all->net;
    const wavenet_config *c = &net->config;
    while (atomic_load(&job->signal) == WAIT)
        sched_yield();
    if (atomic_load(&job->signal) == CANCEL)
        return NULL;
    struct tile *tiles = all->tiles + thread->first_tile;
    const int count = thread->end_tile - thread->first_tile, taps = c->upsample_taps;
    float coefficients[MAX_TERMS];
    for (int64_t i = 0; i < job->n_samples; i++) {
        const int64_t position = all->n + i + c->upsample_shift;
        const int64_t row = position / c->upsample_scale;
        for (; thread->next_row < row + taps; thread->next_row++) {
            for (int t = 0; t < count && !me->rank; t++)
                load_condition(job, &tiles[t], thread->next_row);
            barrier_wait(me);
            for (int t = 0; t < count; t++)
                net->kernels->project_condition(net, &tiles[t], thread->next_row % taps, me);
            barrier_wait(me);
        }
        /* the terms of row r are in slot r % taps */
        const float *phase = net->upsample_coefficients
                             + position % c->upsample_scale * taps * BANDS;
        for (int tap = 0; tap < taps; tap++)
            memcpy(coefficients + (row + tap) % taps * BANDS, phase + tap * BANDS,
                   BANDS * sizeof(float));
        for (int t = 0; t < count && !me->rank; t++)
            embed_samples(net, &tiles[t]);
        barrier_wait(me);
        net->kernels->step(net, tiles, count, all->n + i, coefficients, me);
        barrier_wait(me);
        for (int t = 0; t < count && !me->rank; t++)
            draw_samples(job, &tiles[t], i);
    }
    return NULL;
}

/* Run the job on all threads; on one, if the system has no more threads. */
static void run_job(struct job *job)
{
    struct wavenet_streams *all = job->streams;
    struct team teams[MAX_THREADS];
    struct thread threads[MAX_THREADS];
    pthread_t handles[MAX_THREADS];
    int started = 1;
    atomic_init(&job->signal, WAIT);
    for (int i = 0; i < all->threads; i++) {
        struct team *team = &teams[all->shared ? 0 : i];
        team->size = all->shared ? all->threads : 1;
        atomic_init(&team->arrived, 0);
        atomic_init(&team->generation, 0);
        threads[i] = (struct thread){
            {team, all->shared ? i : 0}, job,
            all->shared ? 0 : all->n_tiles * i / all->threads,
            all->shared ? all->n_tiles : all->n_tiles * (i + 1) / all->threads, all->next_row};
    }
    while (started < all->threads
           && !pthread_create(&handles[started], NULL, run_thread, &threads[started]))
        started++;
    const int complete = started == all->threads;
    atomic_store(&job->signal, complete ? START : CANCEL);
    if (complete)
        run_thread(&threads[0]);
    for (int i = 1; i < started; i++)
        pthread_join(handles[i], NULL);
    if (!complete) {
        all->threads = 1;
        run_job(job);
        return;
    }
    all->n += job->n_samples;
    all->next_row = threads[0].next_row;
}

int64_t wavenet_condition_rows(const wavenet_streams *all, int64_t n_samples, int64_t *first_row)
{
    const wavenet_config *c = &all->net->config;
    const int64_t first = all->n + c->upsample_shift;
    *first_row = first / c->upsample_scale;
    return (first + n_samples - 1) / c->upsample_scale + c->upsample_taps - *first_row;
}

static wavenet_status check_and_run(struct job *job)
{
    if (job->n_rows != wavenet_condition_rows(job->streams, job->n_samples, &job->first_row))
        return WAVENET_ERROR_ROWS;
    run_job(job);
    return WAVENET_OK;
}

wavenet_status wavenet_generate(wavenet_streams *streams, int64_t n_samples,
                                const float *condition, int64_t n_rows, const float *noise,
                                float *samples, float *parameters)
{
    struct job job = {.streams = streams, .n_samples = n_samples, .n_rows = n_rows,
                      .condition = condition, .noise = noise, .samples = samples,
                      .parameters = parameters};
    return check_and_run(&job);
}

wavenet_status wavenet_score(wavenet_streams *streams, int64_t n_samples, const float *condition,
                             int64_t n_rows, const float *samples, float *parameters)
{
    struct job job = {.streams = streams, .n_samples = n_samples, .n_rows = n_rows,
                      .condition = condition, .forced = samples, .parameters = parameters};
    return check_and_run(&job);
}
