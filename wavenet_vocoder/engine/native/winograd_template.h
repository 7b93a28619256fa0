/* Minimal filtering F(2, 3) (Winograd; Lavin and Gray, arXiv 1509.09308, section 4.1): two outputs
 * of a convolution with three taps need four products instead of six.
 *
 * In a dilated layer the two outputs are samples n and n + dilation. The transform is arranged so
 * that the first output does not need the newer input. Let a, b, c be the kernels of the taps from
 * the oldest to the newest, x0, x1, x2 the inputs of the first output, and x3 the newest input of
 * the second one:
 *
 *     P = (a + b + c) / 2 · (x2 + x1)     first  = P + Q - a · (x2 - x0)
 *     Q = (a - b + c) / 2 · (x2 - x1)     second = P - Q + c · (x3 - x1)
 *
 * The first output computes P and Q, and keeps P - Q in tile->winograd_pending for the second one.
 * Either output ends with a product with its newest input minus its oldest one. The matrices of a
 * layer are (a + b + c) / 2, (a - b + c) / 2, -a and c, from _winograd_kernels of ../weights.py.
 */

/* Makes the compiler write a buffer to memory, which frees the registers for the next sum. */
#define SPILL(buffer) __asm__ volatile("" : : "r"(buffer) : "memory")
#define PENDING_PREFETCH 4      /* prefetch winograd_pending this many blocks ahead */

/* A block of x2 + x1, x2 - x1 and x2 - x0 of sample n → tile->winograd_inputs. */
INLINE void LOCAL(winograd_transform_input)(const struct wavenet_network *net, struct tile *tile,
                                            int layer, int block, int64_t n)
{
    const int dilation = net->config.dilations[layer];
    const size_t offset = (size_t)block * ROWS * LANES;
    const size_t size = (size_t)net->padded_residual * LANES;
    const float *x0 = LOCAL(layer_input)(net, tile, layer, n - 2 * (int64_t)dilation) + offset;
    const float *x1 = LOCAL(layer_input)(net, tile, layer, n - dilation) + offset;
    const float *x2 = LOCAL(layer_input)(net, tile, layer, n) + offset;
    float *transformed = tile->winograd_inputs + offset;
    for (int i = 0; i < ROWS * LANES; i += WIDTH) {
        const vec newest = load(x2 + i), previous = load(x1 + i);
        store(transformed + i, newest + previous);
        store(transformed + size + i, newest - previous);
        store(transformed + 2 * size + i, newest - load(x0 + i));
    }
}

/* sum += a block of one of the layer's four matrices times one of the three transformed inputs. */
INLINE void LOCAL(winograd_multiply)(vec *sum, const struct wavenet_network *net,
                                     const struct tile *tile, int layer, int matrix_index,
                                     int input_index, int block, struct prefetch ahead)
{
    LOCAL(multiply)(sum, &net->dilated[layer * net->dilated_matrices + matrix_index], block,
                    tile->winograd_inputs + (size_t)input_index * net->padded_residual * LANES,
                    ahead);
}

/* P + Q of a first output, computed into `buffer`, or the pending P - Q of a `second` one. */
INLINE const float *LOCAL(winograd_shared_products)(float *buffer,
                                                    const struct wavenet_network *net,
                                                    const struct tile *tile, int layer, int block,
                                                    int64_t n, int second)
{
    float *pending = tile->winograd_pending[layer]
                     + ((size_t)(n % net->config.dilations[layer]) * net->dilated->blocks + block)
                       * ROWS * LANES;
    if (second) {
        for (int i = 0; i < ROWS * LANES; i += CACHE_LINE / sizeof *pending)
            __builtin_prefetch(pending + PENDING_PREFETCH * ROWS * LANES + i);
        return pending;
    }
    vec p[BLOCK] = {{0}}, q[BLOCK] = {{0}};
    LOCAL(winograd_multiply)(p, net, tile, layer, 0, 0, block, (struct prefetch){0});
    for (int i = 0; i < BLOCK; i++)
        store(buffer + i * WIDTH, p[i]);
    SPILL(buffer);
    LOCAL(winograd_multiply)(q, net, tile, layer, 1, 1, block, (struct prefetch){0});
    for (int i = 0; i < BLOCK; i++) {
        const vec spilled = load(buffer + i * WIDTH);
        store(buffer + i * WIDTH, spilled + q[i]);
        store(pending + i * WIDTH, spilled - q[i]);
    }
    SPILL(buffer);
    return buffer;
}

#undef SPILL
#undef PENDING_PREFETCH
