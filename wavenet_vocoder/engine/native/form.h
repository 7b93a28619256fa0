/* One form of the kernels: included once for each FORM, with
 *   WIDE       1: a vector is one channel of WIDTH streams, VECTORS of them a channel;
 *              0: WIDTH channels of one stream
 *   ROWS       channels of a block
 *   PRECISION  FLOAT32 or INT8
 * A block is ROWS · TILE floats, BLOCK vectors, in the order of the activations.
 */
#define LOCAL(name) NAMED(name, NAMED(FORM, SET))
#define TILE (WIDE ? VECTORS * WIDTH : 1)
#define BLOCK (ROWS * TILE / WIDTH)
#define HALF (ROWS / 2)             /* of a block of gates: channels of the filter, then gates */

/* Vector i of a block of the values by row, [ROWS]. */
INLINE vec LOCAL(of_row)(const float *values, int i)
{
    return WIDE ? splat(values[i / VECTORS]) : load(values + i * WIDTH);
}

/* sum += a row of a kernel, [ROWS], times an input, [TILE]. */
INLINE void LOCAL(add)(vec *sum, const float *kernel, const float *x)
{
#if WIDE
    vec input[VECTORS];
    for (int v = 0; v < VECTORS; v++)
        input[v] = load(x + v * WIDTH);
    for (int row = 0; row < ROWS; row++) {
        const vec weight = splat(kernel[row]);
        for (int v = 0; v < VECTORS; v++)
            sum[row * VECTORS + v] = muladd(weight, input[v], sum[row * VECTORS + v]);
    }
#else
    const vec input = splat(*x);
    for (int i = 0; i < BLOCK; i++)
        sum[i] = muladd(load(kernel + i * WIDTH), input, sum[i]);
#endif
}

/* sum += kernel · x over `depth` inputs in order: kernel [depth][ROWS], x [depth][TILE]. */
INLINE void LOCAL(product)(vec *sum, const float *kernel, const float *x, int depth)
{
    int k = 0;
    for (; k + AT_ONCE <= depth; k += AT_ONCE) {
        FETCH(kernel, AT_ONCE * ROWS);
#pragma GCC unroll 8
        for (int j = 0; j < AT_ONCE; j++, kernel += ROWS, x += TILE)
            LOCAL(add)(sum, kernel, x);
    }
    for (; k < depth; k++, kernel += ROWS, x += TILE)
        LOCAL(add)(sum, kernel, x);
}

#if PRECISION == FLOAT32
typedef float LOCAL(operand);

/* Operands of `count` vectors of values, whose first is of `channel`. */
INLINE void LOCAL(put)(float *operands, int channel, const vec *values, int count, float quantum)
{
    (void)quantum;
    for (int i = 0; i < count; i++)
        store(operands + channel * TILE + i * WIDTH, values[i]);
}

/* sum += a block of a packed matrix times the operands of `taps` places, one after the other. */
INLINE void LOCAL(products)(vec *sum, const struct packed *matrix, int block, float *const *x,
                            int taps)
{
    const int depth = matrix->depth / taps;
    const float *kernel = (const float *)matrix->kernel + (size_t)block * matrix->depth * ROWS;
    for (int tap = 0; tap < taps; tap++, kernel += (size_t)depth * ROWS)
        LOCAL(product)(sum, kernel, x[tap], depth);
}
#else
#include "int8.h"
#endif

/* Where a layer's inputs of sample n lie in its ring. */
INLINE LOCAL(operand) *LOCAL(input)(const struct network *net, const struct tile *tile, int layer,
                                    int64_t n)
{
    const int64_t size = (net->sizes.kernel - 1) * (int64_t)net->dilations[layer] + 1;
    return (LOCAL(operand) *)tile->ring[layer]
           + (size_t)((n + size) % size) * net->residual_channels * TILE;
}

#if PRECISION == FLOAT32
#include "paired.h"
#endif

/* A block of a layer's inputs at n, [BLOCK], to where its products read them. */
INLINE void LOCAL(feed)(const struct network *net, struct tile *tile, int layer, int block,
                        int64_t n, const vec *x)
{
    LOCAL(put)(LOCAL(input)(net, tile, layer, n), block * ROWS, x, BLOCK, net->quantum[layer]);
#if PRECISION == FLOAT32
    if (net->sizes.paired)
        LOCAL(pair_up)(net, tile, layer, block, n);
#endif
}

/* A layer's gates, blocks `from` to `to`: tile->gated from its inputs at n and before. */
static void LOCAL(gates)(const struct network *net, struct tile *tile, int layer, int from, int to,
                         int64_t n, const float *terms)
{
    const struct packed *matrix = &net->dilated[layer * net->kernels];
    const int taps = net->sizes.kernel, count = net->sizes.taps * BANDS;
    const size_t size = (size_t)(count + 1) * ROWS * TILE;
    LOCAL(operand) *x[MOST_TAPS];
    for (int tap = 0; tap < taps; tap++)
        x[tap] = LOCAL(input)(net, tile, layer,
                              n - (int64_t)(taps - 1 - tap) * net->dilations[layer]);
    for (int block = from; block < to; block++) {
        const float *folded = tile->folded + ((size_t)layer * matrix->blocks + block) * size;
        const float *half = NULL;
#if PRECISION == FLOAT32
        /* before the rest, so that each sum has the registers for itself */
        const int second = n / net->dilations[layer] % 2;
        float memory[ROWS * TILE] __attribute__((aligned(LINE)));
        if (net->sizes.paired)
            half = LOCAL(half)(memory, net, tile, layer, block, n, second);
#endif
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = load(folded + ((size_t)count * BLOCK + i) * WIDTH);
        for (int term = 0; term < count; term++)
            for (int i = 0; i < BLOCK; i++)
                sum[i] = muladd(splat(terms[term]), load(folded + (term * BLOCK + i) * WIDTH),
                                sum[i]);
        for (size_t i = 0; i < size; i += LINE / sizeof *folded)    /* of the next block */
            __builtin_prefetch(folded + size + i);
        for (int i = 0; i < BLOCK && half; i++)
            sum[i] += load(half + i * WIDTH);
#if PRECISION == FLOAT32
        if (half)
            LOCAL(times)(sum, net, tile, layer, 2 + second, 2, block);
        else
#endif
            LOCAL(products)(sum, matrix, block, x, taps);
        for (int i = 0; i < BLOCK / 2; i++)
            sum[i] = gated(sum[i], sum[i + BLOCK / 2]);
        LOCAL(put)(tile->gated, block * HALF, sum, BLOCK / 2, net->gated_quantum);
    }
}

/* x += residual, blocks `from` to `to`, and the operands of the next layer. */
static void LOCAL(mix)(const struct network *net, struct tile *tile, int layer, int from, int to,
                       int64_t n)
{
    const struct packed *matrix = &net->residual[layer];
    LOCAL(operand) *gated = tile->gated;
    for (int block = from; block < to; block++) {
        float *x = tile->x + block * ROWS * TILE;
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = load(x + i * WIDTH) + LOCAL(of_row)(matrix->bias + block * ROWS, i);
        LOCAL(products)(sum, matrix, block, &gated, 1);
        for (int i = 0; i < BLOCK; i++)
            store(x + i * WIDTH, sum[i]);
        LOCAL(feed)(net, tile, layer + 1, block, n, sum);
    }
}

/* skip += the layer's share, blocks `from` to `to`; after the last layer, its relu. */
static void LOCAL(leap)(const struct network *net, struct tile *tile, int layer, int from, int to)
{
    const struct packed *matrix = &net->skip[layer];
    LOCAL(operand) *gated = tile->gated;
    const int last = layer + 1 == net->sizes.layers;
    for (int block = from; block < to; block++) {
        float *skip = tile->skip + block * ROWS * TILE;
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = layer ? load(skip + i * WIDTH) : LOCAL(of_row)(matrix->bias + block * ROWS, i);
        LOCAL(products)(sum, matrix, block, &gated, 1);
        for (int i = 0; i < BLOCK; i++)
            store(skip + i * WIDTH, last ? larger(sum[i], (vec){0}) : sum[i]);
    }
}

/* y = kernel · x + bias, blocks of this worker; `relu` leaves nothing below 0. */
static void LOCAL(dense)(const struct packed *matrix, const float *x, float *y, int relu,
                         const struct worker *me)
{
    int from, to;
    share(me, matrix->blocks, &from, &to);
    for (int block = from; block < to; block++) {
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = LOCAL(of_row)(matrix->bias + block * ROWS, i);
        LOCAL(product)(sum, (const float *)matrix->kernel + (size_t)block * matrix->depth * ROWS,
                       x, matrix->depth);
        for (int i = 0; i < BLOCK; i++)
            store(y + block * ROWS * TILE + i * WIDTH, relu ? larger(sum[i], (vec){0}) : sum[i]);
    }
}

static void LOCAL(fold)(const struct network *net, struct tile *tile, int slot,
                        const struct worker *me)
{
    const int terms = net->sizes.taps * BANDS + 1;
    for (int layer = 0; layer < net->sizes.layers; layer++) {
        const struct packed *matrix = &net->condition[layer];
        int from, to;
        share(me, matrix->blocks, &from, &to);
        for (int block = from; block < to; block++)
            for (int band = 0; band < BANDS; band++) {
                const size_t term = ((size_t)layer * matrix->blocks + block) * terms
                                    + slot * BANDS + band;
                vec sum[BLOCK] = {{0}};
                LOCAL(product)(sum, (const float *)matrix->kernel
                               + (size_t)block * matrix->depth * ROWS,
                               tile->mel + band * TILE, matrix->depth);
                for (int i = 0; i < BLOCK; i++)
                    store(tile->folded + (term * BLOCK + i) * WIDTH, sum[i]);
            }
    }
}

/* The first layer's operands, from tile->x. */
static void LOCAL(enter)(const struct network *net, struct tile *tile, int64_t n,
                         const struct worker *me)
{
    int from, to;
    share(me, net->residual_channels / ROWS, &from, &to);
    for (int block = from; block < to; block++) {
        vec x[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            x[i] = load(tile->x + block * ROWS * TILE + i * WIDTH);
        LOCAL(feed)(net, tile, 0, block, n, x);
    }
}

static void LOCAL(step)(const struct network *net, struct tile *tiles, int count, int64_t n,
                        const float *terms, struct worker *me)
{
    for (int t = 0; t < count; t++)
        LOCAL(enter)(net, &tiles[t], n, me);
    meet(me);
    for (int layer = 0; layer < net->sizes.layers; layer++) {
        int from, to, until;
        share(me, net->dilated->blocks, &from, &to);
        for (; from < to; from = until) {
            until = from + TOGETHER < to ? from + TOGETHER : to;
            for (int t = 0; t < count; t++)
                LOCAL(gates)(net, &tiles[t], layer, from, until, n, terms);
        }
        meet(me);
        if (layer + 1 < net->sizes.layers) {
            share(me, net->residual[layer].blocks, &from, &to);
            for (int t = 0; t < count; t++)
                LOCAL(mix)(net, &tiles[t], layer, from, to, n);
        }
        share(me, net->skip[layer].blocks, &from, &to);
        for (int t = 0; t < count; t++)
            LOCAL(leap)(net, &tiles[t], layer, from, to);
        meet(me);
    }
    for (int t = 0; t < count; t++)
        LOCAL(dense)(&net->post, tiles[t].skip, tiles[t].post, 1, me);
    meet(me);
    for (int t = 0; t < count; t++)
        LOCAL(dense)(&net->last, tiles[t].post, tiles[t].parameters, 0, me);
}

const struct form NAMED(FORM, SET) = {ROWS, TILE, PRECISION, LOCAL(fold), LOCAL(step),
                                      NAMED(gate, SET)};

#undef LOCAL
#undef TILE
#undef BLOCK
#undef HALF
#undef FORM
#undef WIDE
#undef ROWS
#undef VECTORS
#undef PRECISION
