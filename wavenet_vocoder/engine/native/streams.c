/* Streams: their state, and the threads that generate them. */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_THREADS 64
#define SPINS 4000              /* of a barrier, before it yields the CPU */

enum { WAIT, START, CANCEL };   /* values of job.signal */

struct wavenet_streams {
    struct arena arena;
    const struct wavenet_network *net;
    int n_tiles, threads, shared;
    int64_t next_sample;
    int64_t next_row;           /* index of the next condition row to project */
    float first_sample;
    struct tile *tiles;
};

/* The arguments of wavenet_generate or wavenet_score. */
struct job {
    struct wavenet_streams *streams;
    int64_t n_samples, first_row, n_rows;
    const float *condition, *noise, *forced;    /* forced: samples to score, or NULL */
    float *samples, *parameters;
    atomic_int signal;          /* START once all threads exist, CANCEL if one cannot be created */
};

struct thread {
    struct worker worker;
    struct job *job;
    int first_tile, end_tile;
    int64_t next_row;
};

void barrier_wait(struct worker *worker)
{
    struct team *team = worker->team;
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

void worker_range(const struct worker *worker, int n, int *start, int *end)
{
    *start = n * worker->rank / worker->team->size;
    *end = n * (worker->rank + 1) / worker->team->size;
}

static void allocate_tile(struct wavenet_streams *streams, struct tile *tile)
{
    const struct wavenet_network *net = streams->net;
    const wavenet_config *c = &net->config;
    const size_t lanes = net->kernels->lanes;
    const size_t operand = c->precision == WAVENET_INT8 ? sizeof(int16_t) : sizeof(float);
    const size_t gates = (size_t)net->dilated->blocks * net->kernels->rows * lanes;
    const size_t residual = net->padded_residual * lanes;
    struct arena *arena = &streams->arena;
    tile->ring = arena_alloc(arena, c->layers * sizeof *tile->ring);
    for (int i = 0; i < c->layers && tile->ring; i++)
        tile->ring[i] = arena_alloc(arena, ((c->kernel_size - 1) * (size_t)c->dilations[i] + 1)
                                           * residual * operand);
    tile->winograd_pending = arena_alloc(arena, c->layers * sizeof *tile->winograd_pending);
    for (int i = 0; i < c->layers && tile->winograd_pending && c->winograd; i++)
        tile->winograd_pending[i] = arena_alloc(arena, sizeof(float) * c->dilations[i] * gates);
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

/* Store the gate bias [layers][gates] of a stream of the tile as the last of the condition terms. */
static void set_gate_bias(const struct wavenet_network *net, struct tile *tile, int stream,
                          const float *gate_bias)
{
    const wavenet_config *c = &net->config;
    const int lanes = net->kernels->lanes, rows = net->kernels->rows, half = rows / 2;
    const int terms = c->upsample_taps * BANDS + 1, blocks = net->dilated->blocks;
    const int gates = 2 * c->dilation_channels;
    for (int layer = 0; layer < c->layers; layer++)
        for (int gate = 0; gate < gates; gate++) {
            const int channel = gate % c->dilation_channels;
            const int block = channel / half;
            const int row = channel % half + (gate >= c->dilation_channels) * half;
            const size_t term = ((size_t)layer * blocks + block) * terms + terms - 1;
            tile->condition_terms[(term * rows + row) * lanes + stream] =
                gate_bias[(size_t)layer * gates + gate];
        }
}

/* Set the ring buffers of a stream of the tile to 0. */
static void clear_rings(const struct wavenet_network *net, struct tile *tile, int stream)
{
    const wavenet_config *c = &net->config;
    const size_t lanes = net->kernels->lanes, channels = net->padded_residual;
    for (int layer = 0; layer < c->layers; layer++) {
        const size_t samples = (c->kernel_size - 1) * (size_t)c->dilations[layer] + 1;
        for (size_t i = 0; i < samples * channels; i++)
            if (c->precision == WAVENET_INT8)   /* operands of a pair of channels are neighbors */
                ((int16_t *)tile->ring[layer])[(i / 2 * lanes + stream) * 2 + i % 2] = 0;
            else
                ((float *)tile->ring[layer])[i * lanes + stream] = 0;
    }
}

wavenet_status wavenet_streams_create(const wavenet_network *net, int n_streams, int n_threads,
                                      int shared, const float *gate_bias, float first_sample,
                                      wavenet_streams **result)
{
    *result = NULL;
    struct wavenet_streams *streams = calloc(1, sizeof *streams);
    if (!streams)
        return WAVENET_ERROR_MEMORY;
    const int lanes = net->kernels->lanes;
    const size_t bias_size = (size_t)net->config.layers * 2 * net->config.dilation_channels;
    streams->net = net;
    streams->first_sample = first_sample;
    streams->n_tiles = (n_streams + lanes - 1) / lanes;
    streams->threads = n_threads < 1 ? 1 : n_threads > MAX_THREADS ? MAX_THREADS : n_threads;
    streams->shared = shared;
    streams->tiles = arena_alloc(&streams->arena, streams->n_tiles * sizeof *streams->tiles);
    for (int i = 0; i < streams->n_tiles && streams->tiles; i++) {
        struct tile *tile = &streams->tiles[i];
        tile->first_stream = i * lanes;
        tile->n_streams = n_streams - i * lanes < lanes ? n_streams - i * lanes : lanes;
        allocate_tile(streams, tile);
        if (streams->arena.exhausted)
            break;
        for (int stream = 0; stream < tile->n_streams; stream++)
            set_gate_bias(net, tile, stream,
                          gate_bias + (size_t)(tile->first_stream + stream) * bias_size);
        for (int lane = 0; lane < lanes; lane++)
            tile->sample[lane] = first_sample;
    }
    if (streams->arena.exhausted) {
        wavenet_streams_free(streams);
        return WAVENET_ERROR_MEMORY;
    }
    *result = streams;
    return WAVENET_OK;
}

void wavenet_streams_free(wavenet_streams *streams)
{
    if (!streams)
        return;
    arena_free(&streams->arena);
    free(streams);
}

wavenet_status wavenet_streams_restart(wavenet_streams *streams, int index, const float *gate_bias)
{
    const wavenet_config *c = &streams->net->config;
    const int lanes = streams->net->kernels->lanes;
    /* the condition of a sample is summed in the order of the slots of its rows */
    if (c->winograd || streams->next_sample % (c->upsample_scale * c->upsample_taps))
        return WAVENET_ERROR_RESTART;
    struct tile *tile = &streams->tiles[index / lanes];
    clear_rings(streams->net, tile, index % lanes);
    set_gate_bias(streams->net, tile, index % lanes, gate_bias);
    tile->sample[index % lanes] = streams->first_sample;
    /* the rows that the next sample needs are projected once more, now with those of this stream */
    streams->next_row = (streams->next_sample + c->upsample_shift) / c->upsample_scale;
    return WAVENET_OK;
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

/* Draw sample `i` of the job from tile->parameters, or use the forced one, for each stream. */
static void draw_samples(const struct job *job, struct tile *tile, int64_t i)
{
    const struct wavenet_network *net = job->streams->net;
    const int size = net->n_parameters, lanes = net->kernels->lanes;
    const int noise_dim = wavenet_noise_dim(&net->config);
    for (int stream = 0; stream < tile->n_streams; stream++) {
        const size_t index = (size_t)(tile->first_stream + stream) * job->n_samples + i;
        const float *parameters = tile->parameters + stream;
        if (job->parameters)
            for (int k = 0; k < size; k++)
                job->parameters[index * size + k] = parameters[k * lanes];
        const float sample = job->forced ? job->forced[index]
            : sample_distribution(net, parameters, lanes, job->noise + index * noise_dim);
        if (job->samples)
            job->samples[index] = sample;
        tile->sample[stream] = isnan(sample) ? 0 : sample;     /* a class is an index */
    }
}

static void *run_thread(void *argument)
{
    struct thread *thread = argument;
    struct worker *worker = &thread->worker;
    struct job *job = thread->job;
    const struct wavenet_streams *streams = job->streams;
    const struct wavenet_network *net = streams->net;
    const wavenet_config *c = &net->config;
    while (atomic_load(&job->signal) == WAIT)
        sched_yield();
    if (atomic_load(&job->signal) == CANCEL)
        return NULL;
    struct tile *tiles = streams->tiles + thread->first_tile;
    const int count = thread->end_tile - thread->first_tile, taps = c->upsample_taps;
    float coefficients[MAX_TERMS];
    for (int64_t i = 0; i < job->n_samples; i++) {
        const int64_t position = streams->next_sample + i + c->upsample_shift;
        const int64_t row = position / c->upsample_scale;
        for (; thread->next_row < row + taps; thread->next_row++) {
            for (int t = 0; t < count && !worker->rank; t++)
                load_condition(job, &tiles[t], thread->next_row);
            barrier_wait(worker);
            for (int t = 0; t < count; t++)
                net->kernels->project_condition(net, &tiles[t], thread->next_row % taps, worker);
            barrier_wait(worker);
        }
        /* the terms of row r are in slot r % taps */
        const float *phase = net->upsample_coefficients
                             + position % c->upsample_scale * taps * BANDS;
        for (int tap = 0; tap < taps; tap++)
            memcpy(coefficients + (row + tap) % taps * BANDS, phase + tap * BANDS,
                   BANDS * sizeof(float));
        for (int t = 0; t < count && !worker->rank; t++)
            embed_samples(net, &tiles[t]);
        barrier_wait(worker);
        net->kernels->step(net, tiles, count, streams->next_sample + i, coefficients, worker);
        barrier_wait(worker);
        for (int t = 0; t < count && !worker->rank; t++)
            draw_samples(job, &tiles[t], i);
    }
    return NULL;
}

/* Run the job on all threads, or on one if the system cannot create them. */
static void run_job(struct job *job)
{
    struct wavenet_streams *streams = job->streams;
    struct team teams[MAX_THREADS];
    struct thread threads[MAX_THREADS];
    pthread_t handles[MAX_THREADS];
    const int n_tiles = streams->n_tiles, n_threads = streams->threads, shared = streams->shared;
    int started = 1;
    atomic_init(&job->signal, WAIT);
    for (int i = 0; i < n_threads; i++) {
        struct team *team = &teams[shared ? 0 : i];
        team->size = shared ? n_threads : 1;
        atomic_init(&team->arrived, 0);
        atomic_init(&team->generation, 0);
        threads[i] = (struct thread){{team, shared ? i : 0}, job,
                                     shared ? 0 : n_tiles * i / n_threads,
                                     shared ? n_tiles : n_tiles * (i + 1) / n_threads,
                                     streams->next_row};
    }
    while (started < n_threads
           && !pthread_create(&handles[started], NULL, run_thread, &threads[started]))
        started++;
    const int complete = started == n_threads;
    atomic_store(&job->signal, complete ? START : CANCEL);
    if (complete)
        run_thread(&threads[0]);
    for (int i = 1; i < started; i++)
        pthread_join(handles[i], NULL);
    if (!complete) {
        streams->threads = 1;
        run_job(job);
        return;
    }
    streams->next_sample += job->n_samples;
    streams->next_row = threads[0].next_row;
}

int64_t wavenet_condition_rows(const wavenet_streams *streams, int64_t n_samples,
                               int64_t *first_row)
{
    const wavenet_config *c = &streams->net->config;
    const int64_t first = streams->next_sample + c->upsample_shift;
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
