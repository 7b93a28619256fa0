/* Products of 8-bit weights and 16-bit activations: exact sums of 32 bits.
 *
 * A weight is a whole number up to 127 times its output channel's unit, an activation one up to
 * 32,767 times its layer's; engine.c bounds both so that no sum can overflow. Pairs of inputs lie
 * side by side, as the instruction wants them. With less than 8 bits of error in the weights, more
 * than 8 for the activations cost nothing on AVX2.
 */
typedef int16_t LOCAL(operand);

INLINE void LOCAL(put)(int16_t *operands, int channel, const vec *values, int count, float quantum)
{
#if WIDE
    const __m256i low = _mm256_set1_epi32(0xffff);
    for (int i = 0; i < count; i += 2 * VECTORS)
        for (int v = 0; v < VECTORS; v++) {
            const __m256i even = _mm256_cvtps_epi32(values[i + v] * quantum);
            const __m256i odd = _mm256_cvtps_epi32(values[i + VECTORS + v] * quantum);
            _mm256_store_si256(
                (__m256i *)(operands + (channel + i / VECTORS) * TILE + 2 * v * WIDTH),
                _mm256_or_si256(_mm256_and_si256(even, low), _mm256_slli_epi32(odd, 16)));
        }
#else
    for (int i = 0; i < count; i += 2) {
        const __m256i first = _mm256_cvtps_epi32(values[i] * quantum);
        const __m256i second = _mm256_cvtps_epi32(values[i + 1] * quantum);
        _mm256_store_si256((__m256i *)(operands + channel + i * WIDTH), _mm256_permute4x64_epi64(
            _mm256_packs_epi32(first, second), _MM_SHUFFLE(3, 1, 2, 0)));
    }
#endif
}

#if WIDE
typedef int16_t LOCAL(weight);
#else
typedef int8_t LOCAL(weight);
#endif

/* Keeps the order of additions: another one, which is as right, would not fit the registers. */
#define IN_ORDER(sum) __asm__("" : "+x"(sum))

/* total += two rows of a kernel, [ROWS] pairs, times two inputs, [TILE] pairs. */
INLINE void LOCAL(add_pair)(__m256i *total, const LOCAL(weight) *kernel, const int16_t *inputs)
{
    int32_t pair;
#if WIDE
    __m256i input[VECTORS];
    for (int v = 0; v < VECTORS; v++)
        input[v] = _mm256_load_si256((const __m256i *)inputs + v);
    for (int row = 0; row < ROWS; row++) {
        memcpy(&pair, kernel + 2 * row, sizeof pair);
        const __m256i weight = _mm256_set1_epi32(pair);
        for (int v = 0; v < VECTORS; v++) {
            total[row * VECTORS + v] = _mm256_add_epi32(total[row * VECTORS + v],
                                                        _mm256_madd_epi16(weight, input[v]));
            IN_ORDER(total[row * VECTORS + v]);
        }
    }
#else
    memcpy(&pair, inputs, sizeof pair);
    const __m256i input = _mm256_set1_epi32(pair);
    for (int i = 0; i < BLOCK; i++) {
        const __m256i weight = _mm256_cvtepi8_epi16(
            _mm_load_si128((const __m128i *)(kernel + 2 * i * WIDTH)));
        total[i] = _mm256_add_epi32(total[i], _mm256_madd_epi16(weight, input));
        IN_ORDER(total[i]);
    }
#endif
}

INLINE void LOCAL(products)(vec *sum, const struct packed *matrix, int block, int16_t *const *x,
                            int taps)
{
    const int pairs = matrix->depth / taps / 2;
    const LOCAL(weight) *kernel = (const LOCAL(weight) *)matrix->kernel
                                  + (size_t)block * matrix->depth * ROWS;
    __m256i total[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        total[i] = _mm256_setzero_si256();
    for (int tap = 0; tap < taps; tap++) {
        const int16_t *inputs = x[tap];
        int k = 0;
        for (; k + AT_ONCE <= pairs; k += AT_ONCE) {
            FETCH(kernel, 2 * AT_ONCE * ROWS);
#pragma GCC unroll 8
            for (int j = 0; j < AT_ONCE; j++, kernel += 2 * ROWS, inputs += 2 * TILE)
                LOCAL(add_pair)(total, kernel, inputs);
        }
        for (; k < pairs; k++, kernel += 2 * ROWS, inputs += 2 * TILE)
            LOCAL(add_pair)(total, kernel, inputs);
    }
    for (int i = 0; i < BLOCK; i++)
        sum[i] = muladd(_mm256_cvtepi32_ps(total[i]),
                        LOCAL(of_row)(matrix->unit + block * ROWS, i), sum[i]);
}

#undef IN_ORDER
