/* The kernels of one layout and precision. kernels.c includes this once for each, with
 *   LAYOUT     the name of the kernel set
 *   BATCHED    1: a vector is one channel of WIDTH streams, and a tile has VECTORS · WIDTH streams
 *              0: a vector is WIDTH channels of one stream, the only one of a tile
 *   INT8       1: 8-bit weights; 0: float
 *   ROWS       output channels of a block (MR in BLIS; NR is LANES)
 *
 * A block is the ROWS × LANES output of the microkernel: BLOCK vectors, which stay in registers
 * during the loop over the inputs and are contiguous in memory.
 */
#define LOCAL(name) NAME(name, NAME(LAYOUT, INSTRUCTION_SET))
#define LANES (BATCHED ? VECTORS * WIDTH : 1)
#define BLOCK (ROWS * LANES / WIDTH)
#define HALF (ROWS / 2)             /* a block of gates has HALF filters, then HALF gates */

/* Vector i of a block that has the same value in all lanes of a row: values [ROWS]. */
INLINE vec LOCAL(broadcast_row)(const float *values, int i)
{
    return BATCHED ? splat(values[i / VECTORS]) : load(values + i * WIDTH);
}

/* One step of the depth loop, an outer product: sum += kernel [ROWS] · x [LANES]. */
INLINE void LOCAL(add_outer_product)(vec *sum, const float *kernel, const float *x)
{
#if BATCHED
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

/* The microkernel: sum += kernel [depth][ROWS] · x [depth][LANES], summed in order of depth. */
INLINE void LOCAL(microkernel)(vec *sum, const float *kernel, const float *x, int depth,
                               struct prefetch *ahead)
{
    int k = 0;
    for (; k + UNROLL <= depth; k += UNROLL) {
        PREFETCH_KERNEL(kernel, UNROLL * ROWS);
        prefetch_lines(ahead);
#pragma GCC unroll 8
        for (int j = 0; j < UNROLL; j++, kernel += ROWS, x += LANES)
            LOCAL(add_outer_product)(sum, kernel, x);
    }
    for (; k < depth; k++, kernel += ROWS, x += LANES)
        LOCAL(add_outer_product)(sum, kernel, x);
}

/* sum += a block of a packed matrix of floats times x [depth][LANES]. */
INLINE void LOCAL(multiply)(vec *sum, const struct packed_matrix *matrix, int block, const float *x,
                            struct prefetch ahead)
{
    LOCAL(microkernel)(sum, (const float *)matrix->kernel + (size_t)block * matrix->depth * ROWS, x,
                       matrix->depth, &ahead);
}

#if !INT8
typedef float LOCAL(operand);

/* Store `count` vectors of activations, the first of channel `channel`, as operands. */
INLINE void LOCAL(store_operands)(float *operands, int channel, const vec *values, int count,
                                  float scale)
{
    (void)scale;
    for (int i = 0; i < count; i++)
        store(operands + channel * LANES + i * WIDTH, values[i]);
}

/* sum += a block of a packed matrix times the concatenated operands x[0] … x[taps - 1]. */
INLINE void LOCAL(multiply_taps)(vec *sum, const struct packed_matrix *matrix, int block,
                                 float *const *x, int taps, struct prefetch ahead)
{
    const int depth = matrix->depth / taps;
    const float *kernel = (const float *)matrix->kernel + (size_t)block * matrix->depth * ROWS;
    for (int tap = 0; tap < taps; tap++, kernel += (size_t)depth * ROWS)
        LOCAL(microkernel)(sum, kernel, x[tap], depth, &ahead);
}
#else
#include "int8_template.h"
#endif

/* The operands of a layer's input at sample n, in its ring buffer. */
INLINE LOCAL(operand) *LOCAL(layer_input)(const struct wavenet_network *net,
                                          const struct tile *tile, int layer, int64_t n)
{
    const int64_t size = (net->config.kernel_size - 1) * (int64_t)net->config.dilations[layer] + 1;
    return (LOCAL(operand) *)tile->ring[layer]
           + (size_t)((n + size) % size) * net->padded_residual * LANES;
}

#if !INT8
#include "winograd_template.h"
#endif

/* Store a block of a layer's input at n, [BLOCK], where its products read it. */
INLINE void LOCAL(store_layer_input)(const struct wavenet_network *net, struct tile *tile,
                                     int layer, int block, int64_t n, const vec *x)
{
    LOCAL(store_operands)(LOCAL(layer_input)(net, tile, layer, n), block * ROWS, x, BLOCK,
                          net->input_scale[layer]);
#if !INT8
    if (net->config.winograd)
        LOCAL(winograd_transform_input)(net, tile, layer, block, n);
#endif
}

/* Dilated convolution, condition and gated activation, blocks `start` to `end`: the layer's inputs
 * at n and before → tile->gated.
 */
static void LOCAL(dilated_gates)(const struct wavenet_network *net, struct tile *tile, int layer,
                            int start, int end, int64_t n, const float *coefficients)
{
    const struct packed_matrix *matrix = &net->dilated[layer * net->dilated_matrices];
    const int taps = net->config.kernel_size, count = net->config.upsample_taps * BANDS;
    const size_t size = (size_t)(count + 1) * ROWS * LANES;
    /* the depth loop of a block prefetches the terms of the next one */
    const int lines = size * UNROLL * (INT8 ? 2 : 1) / (CACHE_LINE / sizeof(float) * matrix->depth)
                      + 1;
    LOCAL(operand) *x[MAX_TAPS];
    for (int tap = 0; tap < taps; tap++)
        x[tap] = LOCAL(layer_input)(net, tile, layer,
                                    n - (int64_t)(taps - 1 - tap) * net->config.dilations[layer]);
    for (int block = start; block < end; block++) {
        const float *terms = tile->condition_terms
                             + ((size_t)layer * matrix->blocks + block) * size;
        const float *shared = NULL;
#if !INT8
        /* before the other sums, so that the registers are free */
        const int second = n / net->config.dilations[layer] % 2;
        float buffer[ROWS * LANES] __attribute__((aligned(CACHE_LINE)));
        if (net->config.winograd)
            shared = LOCAL(winograd_shared_products)(buffer, net, tile, layer, block, n, second);
#endif
        const struct prefetch next_terms = {terms + size, lines};
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = load(terms + ((size_t)count * BLOCK + i) * WIDTH);
        for (int term = 0; term < count; term++)
            for (int i = 0; i < BLOCK; i++)
                sum[i] = muladd(splat(coefficients[term]), load(terms + (term * BLOCK + i) * WIDTH),
                                sum[i]);
        for (int i = 0; i < BLOCK && shared; i++)
            sum[i] += load(shared + i * WIDTH);
#if !INT8
        if (shared)
            LOCAL(winograd_multiply)(sum, net, tile, layer, 2 + second, 2, block,
                                     next_terms);
        else
#endif
            LOCAL(multiply_taps)(sum, matrix, block, x, taps, next_terms);
        for (int i = 0; i < BLOCK / 2; i++)
            sum[i] = gated_activation(sum[i], sum[i + BLOCK / 2]);
        LOCAL(store_operands)(tile->gated, block * HALF, sum, BLOCK / 2, net->gated_scale);
    }
}

/* x += kernel · gated + bias, blocks `start` to `end`; x is the input of the next layer. */
static void LOCAL(residual_1x1)(const struct wavenet_network *net, struct tile *tile, int layer,
                                int start, int end, int64_t n)
{
    const struct packed_matrix *matrix = &net->residual[layer];
    LOCAL(operand) *gated = tile->gated;
    for (int block = start; block < end; block++) {
        float *x = tile->x + block * ROWS * LANES;
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = load(x + i * WIDTH) + LOCAL(broadcast_row)(matrix->bias + block * ROWS, i);
        LOCAL(multiply_taps)(sum, matrix, block, &gated, 1, (struct prefetch){0});
        for (int i = 0; i < BLOCK; i++)
            store(x + i * WIDTH, sum[i]);
        LOCAL(store_layer_input)(net, tile, layer + 1, block, n, sum);
    }
}

/* skip += kernel · gated, blocks `start` to `end`. The first layer adds the bias of all layers, the
 * last one applies the relu.
 */
static void LOCAL(skip_1x1)(const struct wavenet_network *net, struct tile *tile, int layer,
                            int start, int end)
{
    const struct packed_matrix *matrix = &net->skip[layer];
    LOCAL(operand) *gated = tile->gated;
    const int last = layer + 1 == net->config.layers;
    for (int block = start; block < end; block++) {
        float *skip = tile->skip + block * ROWS * LANES;
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = layer ? load(skip + i * WIDTH)
                           : LOCAL(broadcast_row)(matrix->bias + block * ROWS, i);
        LOCAL(multiply_taps)(sum, matrix, block, &gated, 1, (struct prefetch){0});
        for (int i = 0; i < BLOCK; i++)
            store(skip + i * WIDTH, last ? max(sum[i], (vec){0}) : sum[i]);
    }
}

/* y = kernel · x + bias, with a relu if `relu`; this worker's blocks. */
static void LOCAL(dense)(const struct packed_matrix *matrix, const float *x, float *y, int relu,
                         const struct worker *worker)
{
    int start, end;
    worker_range(worker, matrix->blocks, &start, &end);
    for (int block = start; block < end; block++) {
        vec sum[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            sum[i] = LOCAL(broadcast_row)(matrix->bias + block * ROWS, i);
        LOCAL(multiply)(sum, matrix, block, x, (struct prefetch){0});
        for (int i = 0; i < BLOCK; i++)
            store(y + block * ROWS * LANES + i * WIDTH, relu ? max(sum[i], (vec){0}) : sum[i]);
    }
}

static void LOCAL(project_condition)(const struct wavenet_network *net, struct tile *tile, int slot,
                                     const struct worker *worker)
{
    const int terms = net->config.upsample_taps * BANDS + 1;
    for (int layer = 0; layer < net->config.layers; layer++) {
        const struct packed_matrix *matrix = &net->condition[layer];
        int start, end;
        worker_range(worker, matrix->blocks, &start, &end);
        for (int block = start; block < end; block++)
            for (int band = 0; band < BANDS; band++) {
                const size_t term = ((size_t)layer * matrix->blocks + block) * terms
                                    + slot * BANDS + band;
                vec sum[BLOCK] = {{0}};
                LOCAL(multiply)(sum, matrix, block, tile->mel + band * LANES,
                                (struct prefetch){0});
                for (int i = 0; i < BLOCK; i++)
                    store(tile->condition_terms + (term * BLOCK + i) * WIDTH, sum[i]);
            }
    }
}

/* tile->x becomes the input of the first layer. */
static void LOCAL(store_first_input)(const struct wavenet_network *net, struct tile *tile,
                                     int64_t n, const struct worker *worker)
{
    int start, end;
    worker_range(worker, net->padded_residual / ROWS, &start, &end);
    for (int block = start; block < end; block++) {
        vec x[BLOCK];
        for (int i = 0; i < BLOCK; i++)
            x[i] = load(tile->x + block * ROWS * LANES + i * WIDTH);
        LOCAL(store_layer_input)(net, tile, 0, block, n, x);
    }
}

static void LOCAL(step)(const struct wavenet_network *net, struct tile *tiles, int count, int64_t n,
                        const float *coefficients, struct worker *worker)
{
    for (int t = 0; t < count; t++)
        LOCAL(store_first_input)(net, &tiles[t], n, worker);
    barrier_wait(worker);
    for (int layer = 0; layer < net->config.layers; layer++) {
        int start, end, stop;
        worker_range(worker, net->dilated->blocks, &start, &end);
        for (; start < end; start = stop) {
            stop = start + BLOCKS_IN_L2 < end ? start + BLOCKS_IN_L2 : end;
            for (int t = 0; t < count; t++)
                LOCAL(dilated_gates)(net, &tiles[t], layer, start, stop, n, coefficients);
        }
        barrier_wait(worker);
        if (layer + 1 < net->config.layers) {
            worker_range(worker, net->residual[layer].blocks, &start, &end);
            for (int t = 0; t < count; t++)
                LOCAL(residual_1x1)(net, &tiles[t], layer, start, end, n);
        }
        worker_range(worker, net->skip[layer].blocks, &start, &end);
        for (int t = 0; t < count; t++)
            LOCAL(skip_1x1)(net, &tiles[t], layer, start, end);
        barrier_wait(worker);
    }
    for (int t = 0; t < count; t++)
        LOCAL(dense)(&net->post, tiles[t].skip, tiles[t].post, 1, worker);
    barrier_wait(worker);
    for (int t = 0; t < count; t++)
        LOCAL(dense)(&net->output, tiles[t].post, tiles[t].parameters, 0, worker);
}

const struct kernel_set NAME(LAYOUT, INSTRUCTION_SET) = {
    ROWS, LANES, LOCAL(project_condition), LOCAL(step),
    NAME(gated_activation, INSTRUCTION_SET)};

#undef LOCAL
#undef LANES
#undef BLOCK
#undef HALF
#undef LAYOUT
#undef BATCHED
#undef INT8
#undef VECTORS
#undef ROWS
