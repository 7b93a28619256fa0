/* WaveNet on the processor: what its parts share.
 *
 * Streams are sounds that are generated in step. `tile` of them lie side by side in memory:
 * activations are [channels][tile], so that a vector holds the same channel of several streams
 * (the wide form), or of one stream, several channels (the narrow form, tile = 1).
 * In both, a block is what the inner loop keeps in registers: `rows` output channels of a tile,
 * contiguous in memory. Weights are packed block by block, [depth][rows], in the order in which
 * they are read.
 *
 * Every output is the sum over its inputs in the same order in every form, tile and thread, so a
 * stream's samples do not depend on what is generated beside it.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

#define BANDS 3                 /* mel bands that an upsampling layer sees */
#define MOST_TAPS 16            /* of a dilated convolution */
#define MOST_TERMS 32           /* of a condition */

/* numbers, because the preprocessor compares them */
#define FLOAT32 0
#define INT8 1

enum output { LOGISTICS, GAUSSIAN, MULAW };

/* In the order of the int32 array that Python passes. */
struct sizes {
    int32_t layers, kernel, residual, gate, skip, mels;
    int32_t output, mixture, parameters, noise;
    int32_t paired;             /* two samples share products: paired.h */
    int32_t scale, shift, taps;     /* of the last upsampling layer, which `coefficients` are of */
};

/* In the order of the array of pointers that Python passes; kernels are [..][in][out]. */
struct weights {
    const float *input, *input_bias;            /* [1 or 256 classes][residual], [residual] */
    const float *dilated, *condition;           /* [layers][kernel · residual or mels][2 · gate];
                                                   paired, of `dilated` 4 · residual */
    const float *residual, *residual_bias;      /* [layers - 1][gate][residual], [..][residual] */
    const float *skip, *skip_bias;              /* [layers][gate][skip], [skip]: of all layers */
    const float *post, *post_bias, *last, *last_bias;
    const float *coefficients;                  /* [scale][taps][BANDS] */
    const float *log_scale_min;                 /* [1] */
    const float *range;                         /* [layers]: no input of a layer is beyond ± */
};

/* A matrix as a form wants it: float, or int8 (int16 in the wide form) in pairs of inputs. */
struct packed {
    void *kernel;               /* [blocks][depth][rows] */
    float *unit;                /* [blocks · rows]: what 1 in a sum of integers is worth */
    float *bias;                /* [blocks · rows] */
    int blocks, depth;
};

struct network {
    struct memory memory;
    struct sizes sizes;
    const struct form *form;
    int32_t *dilations;
    int kernels;                /* that a layer's convolution is made of */
    int gate_channels, residual_channels, skip_channels, parameter_channels;    /* whole blocks */
    struct packed *dilated;                     /* [layers][kernels]: 1, or 4 where paired */
    struct packed *condition, *residual, *skip; /* [layers] */
    struct packed post, last;
    float *input, *input_bias, *coefficients;
    float *quantum, gated_quantum;      /* INT8: whole numbers a unit of a layer's inputs, gates */
    float log_scale_min;
};

/* The state of `tile` streams. Operands are what products read: float, or int16 in pairs. */
struct tile {
    void **ring;                /* [layers] → operands [(kernel - 1) · dilation + 1][residual] */
    float *paired;              /* [3][residual][tile]: what the products of two samples read */
    float **pending;            /* [layers] → [dilation][blocks][rows · tile]: for the second one */
    void *gated;                /* operands [gate] */
    float *folded;              /* [layers][blocks][BANDS · taps + 1][rows · tile] */
    float *mel;                 /* [mels + 2][tile], without and within: silence and bands */
    float *x, *skip, *post, *parameters;        /* [channels][tile] */
    float *sample;              /* [tile]: the sample before, or its class */
    int first, used;            /* the streams in it */
};

/* Threads that share tiles, and meet between the parts of a step. */
struct team {
    int size;
    atomic_int arrived, round;
};

struct worker {
    struct team *team;
    int rank;
};

/* The kernels of one instruction set and precision. */
struct form {
    int rows, tile, precision;
    /* What tile->mel adds to every gate, as the place `slot` of the last layer's taps. */
    void (*fold)(const struct network *, struct tile *, int slot, const struct worker *);
    /* tile->x → tile->parameters of sample n. The condition is Σ terms · folded + the last one. */
    void (*step)(const struct network *, struct tile *, int tiles, int64_t n, const float *terms,
                 struct worker *);
    /* gated() of whole vectors, for the test of its error. */
    void (*gate)(const float *filters, const float *gates, float *z, int count);
};

void meet(struct worker *);
void share(const struct worker *, int blocks, int *from, int *to);

#endif
