/* Products of 8-bit weights and 16-bit activations with exact 32-bit sums.
 *
 * An integer weight is at most 127, with a scale for each output channel. An integer activation is
 * at most 32,766, with a scale for each layer; network.c chooses it so that no sum overflows. The
 * depth loop runs over pairs of inputs, because the instructions multiply and add pairs of int16:
 * panels are [depth / 2][ROWS][2], operands [depth / 2][LANES][2]. The weights' 8 bits dominate the
 * error, and 16 bits for the activations cost no more than 8. Integer sums do not depend on their
 * order, so all instruction sets compute the same numbers.
 */
typedef int16_t LOCAL(operand);

INLINE void LOCAL(store_operands)(int16_t *operands, int channel, const vec *values, int count,
                                  float scale)
{
#if BATCHED
    for (int i = 0; i < count; i += 2 * VECTORS)
        for (int v = 0; v < VECTORS; v++)
            store_integers(operands + (channel + i / VECTORS) * LANES + 2 * v * WIDTH,
                           interleave_int16(round_to_int32(values[i + v] * scale),
                                            round_to_int32(values[i + VECTORS + v] * scale)));
#else
    for (int i = 0; i < count; i++)
        store_int16(operands + channel + i * WIDTH, round_to_int32(values[i] * scale));
#endif
}

#if BATCHED
typedef int16_t LOCAL(weight);
#define CHAINS 1
#else
typedef int8_t LOCAL(weight);
#define CHAINS (4 / BLOCK)      /* sums of each output, to hide the latency of an addition */
#endif

/* Keeps the compiler from reordering the additions, which would spill registers. */
#define KEEP_IN_REGISTER(sum) __asm__("" : "+x"(sum))

/* One step of the depth loop: total += kernel [ROWS] pairs · inputs [LANES] pairs. */
INLINE void LOCAL(add_pair)(integers *total, const LOCAL(weight) *kernel, const int16_t *inputs)
{
#if BATCHED
    integers input[VECTORS];
    for (int v = 0; v < VECTORS; v++)
        input[v] = load_integers(inputs + 2 * v * WIDTH);
    for (int row = 0; row < ROWS; row++) {
        const integers weight = splat_pair(kernel + 2 * row);
        for (int v = 0; v < VECTORS; v++) {
            total[row * VECTORS + v] = add_products(total[row * VECTORS + v], weight, input[v]);
            KEEP_IN_REGISTER(total[row * VECTORS + v]);
        }
    }
#else
    const integers input = splat_pair(inputs);
    for (int i = 0; i < BLOCK; i++) {
        total[i] = add_products(total[i], load_int8(kernel + 2 * i * WIDTH), input);
        KEEP_IN_REGISTER(total[i]);
    }
#endif
}

INLINE void LOCAL(multiply_taps)(vec *sum, const struct packed_matrix *matrix, int block,
                                 int16_t *const *x, int taps, struct prefetch ahead)
{
    const int pairs = matrix->depth / taps / 2;
    const LOCAL(weight) *kernel = (const LOCAL(weight) *)matrix->kernel
                                  + (size_t)block * matrix->depth * ROWS;
    integers total[CHAINS * BLOCK];
    for (int i = 0; i < CHAINS * BLOCK; i++)
        total[i] = (integers){0};
    for (int tap = 0; tap < taps; tap++) {
        const int16_t *inputs = x[tap];
        int k = 0;
        for (; k + UNROLL <= pairs; k += UNROLL) {
            PREFETCH_KERNEL(kernel, 2 * UNROLL * ROWS);
            prefetch_lines(&ahead);
#pragma GCC unroll 8
            for (int j = 0; j < UNROLL; j++, kernel += 2 * ROWS, inputs += 2 * LANES)
                LOCAL(add_pair)(total + j % CHAINS * BLOCK, kernel, inputs);
        }
        for (; k < pairs; k++, kernel += 2 * ROWS, inputs += 2 * LANES)
            LOCAL(add_pair)(total, kernel, inputs);
    }
    for (int i = 0; i < BLOCK; i++) {
        for (int chain = 1; chain < CHAINS; chain++)
            total[i] = add_integers(total[i], total[chain * BLOCK + i]);
        sum[i] = muladd(to_float(total[i]), LOCAL(broadcast_row)(matrix->scale + block * ROWS, i),
                        sum[i]);
    }
}

#undef KEEP_IN_REGISTER
#undef CHAINS
