/* Two samples of a layer of three taps that lie a dilation apart share products.
 *
 * Winograd's minimal filtering (Lavin and Gray, arXiv 1509.09308, section 4.1) makes two outputs
 * with four products instead of six. Here its sums are in an order in which the first output waits
 * for no later input. With the kernels a, b, c of the taps from the oldest to the newest, the
 * inputs o, p, q of the first sample, of which q is its own, and r, the second's own:
 *
 *     P = (a + b + c) / 2 · (q + p)       first  = P + Q - a · (q - o)
 *     Q = (a - b + c) / 2 · (q - p)       second = P - Q + c · (r - p)
 *
 * The first makes P and Q, and leaves P - Q in `pending`. For either, the last product is with the
 * sample's own input less its oldest. weights.py makes the kernels, in the order of P, Q, -a, c.
 */

/* What waits in memory leaves the registers to the next sum: the compiler would not let go. */
#define IN_MEMORY(place) __asm__ volatile("" : : "r"(place) : "memory")
#define PREFETCHED 4        /* blocks of `pending` before they are read */

/* What the products of sample n read, of a block of inputs that are in the ring. */
INLINE void LOCAL(pair_up)(const struct network *net, struct tile *tile, int layer, int block,
                           int64_t n)
{
    const int dilation = net->dilations[layer];
    const size_t place = (size_t)block * ROWS * TILE, part = (size_t)net->residual_channels * TILE;
    const float *own = LOCAL(input)(net, tile, layer, n) + place;
    const float *before = LOCAL(input)(net, tile, layer, n - dilation) + place;
    const float *oldest = LOCAL(input)(net, tile, layer, n - 2 * (int64_t)dilation) + place;
    float *to = tile->paired + place;
    for (int i = 0; i < ROWS * TILE; i += WIDTH) {
        const vec q = load(own + i), p = load(before + i);
        store(to + i, q + p);
        store(to + part + i, q - p);
        store(to + 2 * part + i, q - load(oldest + i));
    }
}

/* sum += a block of the layer's matrix `kernel` times the inputs `part` of pair_up. */
INLINE void LOCAL(times)(vec *sum, const struct network *net, const struct tile *tile, int layer,
                         int kernel, int part, int block)
{
    const struct packed *matrix = &net->dilated[layer * net->kernels + kernel];
    LOCAL(product)(sum, (const float *)matrix->kernel + (size_t)block * matrix->depth * ROWS,
                   tile->paired + (size_t)part * net->residual_channels * TILE, matrix->depth);
}

/* P + Q of sample n in `memory`, or where it is the `second` of two, the P - Q that was left. */
INLINE const float *LOCAL(half)(float *memory, const struct network *net, const struct tile *tile,
                                int layer, int block, int64_t n, int second)
{
    float *pending = tile->pending[layer]
                     + ((size_t)(n % net->dilations[layer]) * net->dilated->blocks + block)
                       * ROWS * TILE;
    if (second) {
        for (int i = 0; i < ROWS * TILE; i += LINE / sizeof *pending)
            __builtin_prefetch(pending + PREFETCHED * ROWS * TILE + i);
        return pending;
    }
    vec p[BLOCK] = {{0}}, q[BLOCK] = {{0}};
    LOCAL(times)(p, net, tile, layer, 0, 0, block);
    for (int i = 0; i < BLOCK; i++)
        store(memory + i * WIDTH, p[i]);
    IN_MEMORY(memory);
    LOCAL(times)(q, net, tile, layer, 1, 1, block);
    for (int i = 0; i < BLOCK; i++) {
        const vec kept = load(memory + i * WIDTH);
        store(memory + i * WIDTH, kept + q[i]);
        store(pending + i * WIDTH, kept - q[i]);
    }
    IN_MEMORY(memory);
    return memory;
}

#undef IN_MEMORY
#undef PREFETCHED
