/* Data structures that the source files of the engine share.
 *
 * Streams are grouped into tiles. The activations of a tile are [channels][lanes]. In the batched
 * layout a SIMD vector holds one channel of several streams (lanes is a multiple of the vector
 * width); in the single-stream layout it holds several channels of one stream (lanes is 1).
 *
 * All products are matrix-vector or matrix-tile products with packed weights, as in BLIS: the
 * microkernel keeps a block of `rows` output channels × `lanes` streams in registers and sums over
 * the inputs. Weights are packed into panels [depth][rows], one for each block of rows, in the
 * order in which the microkernel reads them.
 *
 * Every output is summed over its inputs in the same order in each layout and on each thread, so
 * the samples of a stream do not depend on other streams.
 */
#ifndef INTERNAL_H
#define INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "wavenet_engine.h"

#define CACHE_LINE 64           /* bytes */
#define BANDS WAVENET_FREQ_KERNEL_SIZE
#define MAX_TAPS 16             /* of a dilated convolution */
#define MAX_TERMS 32            /* of a condition: upsample_taps · BANDS + 1 */

/* -- arena.c: memory that is freed all at once -- */

struct arena {
    struct arena_chunk *newest;
    int exhausted;              /* an allocation failed: the whole arena has to be freed */
};

void *arena_alloc(struct arena *, size_t bytes);    /* zeroed, aligned to CACHE_LINE; or NULL */
void arena_free(struct arena *);

/* -- network.c: packed weights -- */

/* Weights: float; or for INT8, int8 (int16 in the batched layout), in pairs of inputs. */
struct packed_matrix {
    void *kernel;               /* [blocks][depth][rows] */
    float *scale;               /* [blocks · rows]: INT8, what 1 in the integer sum stands for */
    float *bias;                /* [blocks · rows] */
    int blocks, depth;
};

struct wavenet_network {
    struct arena arena;
    wavenet_config config;      /* with its own copy of the dilations */
    const struct kernel_set *kernels;
    int n_parameters;
    /* channels, padded to whole blocks */
    int padded_dilation, padded_residual, padded_skip, padded_parameters;
    int dilated_matrices;       /* per layer: 1, or 4 with Winograd */
    struct packed_matrix *dilated;                      /* [layers][dilated_matrices] */
    struct packed_matrix *condition, *residual, *skip;  /* [layers] */
    struct packed_matrix post, output;
    float *input_kernel, *input_bias, *upsample_coefficients;
    /* INT8: integers per unit of the input of a layer [layers], and of the gated activations */
    float *input_scale, gated_scale;
};

/* -- streams.c: state of the streams, and threads -- */

/* The state of `lanes` streams. Operands are what the products read: float, or int16 for INT8. */
struct tile {
    void **ring;                /* [layers] → operands, ring buffers of a layer's inputs
                                   [(kernel_size - 1) · dilation + 1][residual] */
    float *winograd_inputs;     /* [3][residual][lanes] */
    float **winograd_pending;   /* [layers] → [dilation][blocks][rows · lanes] */
    void *gated;                /* operands [dilation_channels] */
    float *condition_terms;     /* [layers][blocks][upsample_taps · BANDS + 1][rows · lanes];
                                   the last term is the gate bias */
    float *mel;                 /* [mels + 2][lanes]: a condition row between two zero bands */
    float *x, *skip, *post, *parameters;        /* [channels][lanes] */
    float *sample;              /* [lanes]: the previous sample, or its class */
    int first_stream, n_streams;
};

/* Threads that share tiles and wait for each other between the stages of a step. */
struct team {
    int size;
    atomic_int arrived, generation;
};

struct worker {
    struct team *team;
    int rank;
};

void barrier_wait(struct worker *);
/* This worker's range of n items. */
void worker_range(const struct worker *, int n, int *start, int *end);

/* -- kernels.c: the kernels of one instruction set, layout and precision -- */

struct kernel_set {
    int rows, lanes;
    /* tile->mel times the condition kernels of all layers → terms of tap `slot` */
    void (*project_condition)(const struct wavenet_network *, struct tile *, int slot,
                              const struct worker *);
    /* tile->x → tile->parameters of sample n, for `count` tiles. The condition of a layer is
     * Σ coefficients · condition_terms + gate bias. */
    void (*step)(const struct wavenet_network *, struct tile *, int count, int64_t n,
                 const float *coefficients, struct worker *);
    void (*gated_activation)(const float *filters, const float *gates, float *z, int count);
};

/* -- distribution.c -- */

/* Draw a sample, or its class for MULAW. The parameters are `stride` floats apart. */
float sample_distribution(const struct wavenet_network *, const float *parameters, int stride,
                          const float *noise);

#endif
