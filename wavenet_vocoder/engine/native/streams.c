/* Streams: their state, and the threads that make samples of them. */
#include "streams.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define MOST_THREADS 64
enum { WAIT, GO, STAY };
#define PATIENCE 4000       /* looks at the others before another program gets the core */

struct streams {
    struct memory memory;
    const struct network *net;
    int count, tiles, threads, shared;
    int64_t n, folded_to;       /* the next sample, and the next position of the mel to fold */
    struct tile *tile;
};

/* What a call of wavenet_run is about; arrays are [streams][..]. */
struct job {
    struct streams *streams;
    int64_t samples, positions, first;
    const float *mel, *noise, *given;
    float *out, *parameters;
    atomic_int signal;          /* to the threads: WAIT until all are there, then GO, or STAY */
};

struct thread {
    struct worker worker;
    struct job *job;
    int from, to;               /* tiles */
    int64_t folded_to;
};

void meet(struct worker *me)
{
    struct team *team = me->team;
    if (team->size == 1)
        return;
    const int round = atomic_load_explicit(&team->round, memory_order_acquire);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->size) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->round, round + 1, memory_order_release);
        return;
    }
    for (int looks = 0; atomic_load_explicit(&team->round, memory_order_acquire) == round; looks++)
        if (looks > PATIENCE)
            sched_yield();
}

/* Which of `blocks` are this worker's. */
void share(const struct worker *me, int blocks, int *from, int *to)
{
    *from = blocks * me->rank / me->team->size;
    *to = blocks * (me->rank + 1) / me->team->size;
}

static void make_tile(struct streams *all, struct tile *tile)
{
    const struct network *net = all->net;
    const struct sizes *s = &net->sizes;
    const size_t width = net->form->tile;
    const size_t operand = net->form->precision == INT8 ? sizeof(int16_t) : sizeof(float);
    struct memory *memory = &all->memory;
    tile->ring = take(memory, s->layers * sizeof(void *));
    for (int i = 0; i < s->layers && tile->ring; i++)
        tile->ring[i] = take(memory, ((s->kernel - 1) * (size_t)net->dilations[i] + 1)
                                     * net->residual_channels * width * operand);
    tile->pending = take(memory, s->layers * sizeof(float *));
    for (int i = 0; i < s->layers && tile->pending && s->paired; i++)
        tile->pending[i] = take(memory, sizeof(float) * net->dilations[i] * net->dilated->blocks
                                        * net->form->rows * width);
    if (s->paired)
        tile->paired = take(memory, sizeof(float) * 3 * net->residual_channels * width);
    tile->gated = take(memory, net->gate_channels * width * operand);
    tile->folded = take(memory, sizeof(float) * s->layers * net->dilated->blocks
                                * (s->taps * BANDS + 1) * net->form->rows * width);
    tile->mel = take(memory, sizeof(float) * (s->mels + BANDS - 1) * width);
    tile->x = take(memory, sizeof(float) * net->residual_channels * width);
    tile->skip = take(memory, sizeof(float) * net->skip_channels * width);
    tile->post = take(memory, sizeof(float) * net->skip_channels * width);
    tile->parameters = take(memory, sizeof(float) * net->parameter_channels * width);
    tile->sample = take(memory, sizeof(float) * width);
}

/* The constant term of the condition: gates is [streams][layers][2 · gate]. */
static void set_constants(const struct network *net, struct tile *tile, const float *gates)
{
    const struct sizes *s = &net->sizes;
    const int width = net->form->tile, rows = net->form->rows, half = rows / 2;
    const int terms = s->taps * BANDS + 1, blocks = net->dilated->blocks;
    for (int stream = 0; stream < tile->used; stream++)
        for (int layer = 0; layer < s->layers; layer++)
            for (int channel = 0; channel < 2 * s->gate; channel++) {
                const int of = channel % s->gate, second = channel >= s->gate;
                const int block = of / half, row = of % half + second * half;
                const size_t term = ((size_t)layer * blocks + block) * terms + terms - 1;
                tile->folded[(term * rows + row) * width + stream] =
                    gates[((size_t)(tile->first + stream) * s->layers + layer) * 2 * s->gate
                          + channel];
            }
}

/* `count` streams at their beginning, `sample` before their first; NULL if there is no memory.
 *
 * Threads have each their own tiles and wait for nobody, or where they are `shared`, their part of
 * every product, and meet twice a layer.
 */
struct streams *wavenet_streams(const struct network *net, int count, int threads, int shared,
                                const float *gates, float sample)
{
    struct streams *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    const int width = net->form->tile;
    all->net = net;
    all->count = count;
    all->tiles = (count + width - 1) / width;
    all->threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
    all->shared = shared;
    all->tile = take(&all->memory, all->tiles * sizeof(struct tile));
    for (int i = 0; i < all->tiles && all->tile; i++) {
        struct tile *tile = &all->tile[i];
        tile->first = i * width;
        tile->used = count - tile->first < width ? count - tile->first : width;
        make_tile(all, tile);
        if (all->memory.exhausted)
            break;
        set_constants(net, tile, gates);
        for (int stream = 0; stream < width; stream++)
            tile->sample[stream] = sample;
    }
    if (all->memory.exhausted) {
        wavenet_streams_free(all);
        return NULL;
    }
    return all;
}

void wavenet_streams_free(struct streams *all)
{
    give_back(&all->memory);
    free(all);
}

static void take_mel(const struct job *job, struct tile *tile, int64_t position)
{
    const int mels = job->streams->net->sizes.mels, width = job->streams->net->form->tile;
    for (int stream = 0; stream < tile->used; stream++) {
        const float *mel = job->mel + ((size_t)(tile->first + stream) * job->positions
                                       + (size_t)(position - job->first)) * mels;
        for (int band = 0; band < mels; band++)
            tile->mel[(band + BANDS / 2) * width + stream] = mel[band];
    }
}

/* The samples before → the stack's input. */
static void take_samples(const struct network *net, struct tile *tile)
{
    const int channels = net->sizes.residual, width = net->form->tile;
    for (int channel = 0; channel < channels; channel++)
        for (int stream = 0; stream < width; stream++) {
            const float sample = tile->sample[stream];
            tile->x[channel * width + stream] = net->sizes.output == MULAW
                ? net->input[(int)sample * channels + channel]
                : net->input[channel] * sample + net->input_bias[channel];
        }
}

/* tile->parameters → the samples numbered `i` of the job. */
static void choose(const struct job *job, struct tile *tile, int64_t i)
{
    const struct network *net = job->streams->net;
    const int size = net->sizes.parameters, width = net->form->tile;
    for (int stream = 0; stream < tile->used; stream++) {
        const size_t place = (size_t)(tile->first + stream) * job->samples + i;
        const float *parameters = tile->parameters + stream;
        if (job->parameters)
            for (int k = 0; k < size; k++)
                job->parameters[place * size + k] = parameters[k * width];
        tile->sample[stream] = job->given ? job->given[place]
            : drawn(net, parameters, width, job->noise + place * net->sizes.noise);
        job->out[place] = tile->sample[stream];
    }
}

static void *work(void *argument)
{
    struct thread *thread = argument;
    struct worker *me = &thread->worker;
    struct job *job = thread->job;
    const struct streams *all = job->streams;
    const struct network *net = all->net;
    const struct sizes *s = &net->sizes;
    while (atomic_load(&job->signal) == WAIT)
        sched_yield();
    if (atomic_load(&job->signal) == STAY)
        return NULL;
    struct tile *tiles = all->tile + thread->from;
    const int count = thread->to - thread->from;
    float terms[MOST_TERMS];
    for (int64_t i = 0; i < job->samples; i++) {
        const int64_t n = all->n + i, base = (n + s->shift) / s->scale;
        for (; thread->folded_to < base + s->taps; thread->folded_to++) {
            for (int t = 0; t < count && !me->rank; t++)
                take_mel(job, &tiles[t], thread->folded_to);
            meet(me);
            for (int t = 0; t < count; t++)
                net->form->fold(net, &tiles[t], thread->folded_to % s->taps, me);
            meet(me);
        }
        const float *factors = net->coefficients
                               + (n + s->shift) % s->scale * s->taps * BANDS;
        for (int tap = 0; tap < s->taps; tap++)
            memcpy(terms + (base + tap) % s->taps * BANDS, factors + tap * BANDS,
                   BANDS * sizeof(float));
        for (int t = 0; t < count && !me->rank; t++)
            take_samples(net, &tiles[t]);
        meet(me);
        net->form->step(net, tiles, count, n, terms, me);
        meet(me);
        for (int t = 0; t < count && !me->rank; t++)
            choose(job, &tiles[t], i);
    }
    return NULL;
}

/* The next `samples` of every stream.
 *
 * mel [streams][positions][mels] begins at `first`, a position of the last upsampling layer's
 * input. With `given` samples, these are followed and nothing is drawn. `out` takes the samples,
 * `parameters`, if not NULL, what each was drawn from.
 */
void wavenet_run(struct streams *all, int64_t samples, int64_t first, int64_t positions,
                 const float *mel, const float *noise, const float *given, float *out,
                 float *parameters)
{
    struct job job = {all, samples, positions, first, mel, noise, given, out, parameters, WAIT};
    const int apart = !all->shared;
    struct team teams[MOST_THREADS];
    struct thread threads[MOST_THREADS];
    pthread_t others[MOST_THREADS];
    int begun = 1;
    for (int i = 0; i < all->threads; i++) {
        struct team *team = &teams[apart ? i : 0];
        team->size = apart ? 1 : all->threads;
        atomic_init(&team->arrived, 0);
        atomic_init(&team->round, 0);
        threads[i] = (struct thread){
            {team, apart ? 0 : i}, &job, apart ? all->tiles * i / all->threads : 0,
            apart ? all->tiles * (i + 1) / all->threads : all->tiles, all->folded_to};
    }
    while (begun < all->threads && !pthread_create(&others[begun], NULL, work, &threads[begun]))
        begun++;
    atomic_store(&job.signal, begun == all->threads ? GO : STAY);
    if (begun == all->threads)
        work(&threads[0]);
    for (int i = 1; i < begun; i++)
        pthread_join(others[i], NULL);
    if (begun < all->threads) {         /* the system has no more threads: one will do */
        all->threads = 1;
        wavenet_run(all, samples, first, positions, mel, noise, given, out, parameters);
        return;
    }
    all->n += samples;
    all->folded_to = threads[0].folded_to;
}
