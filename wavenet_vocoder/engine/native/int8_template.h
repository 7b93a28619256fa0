/* Products of 8-bit weights and 16-bit activations with exact 32-bit sums.
 *
 * An integer weight is at most 127, with a scale for each output channel. An integer activation is
 * at most 32,766, with a scale for each layer; network.c chooses it so that no sum overflows. The
 * depth loop runs over pairs of inputs, because _mm256_madd_epi16 multiplies and adds pairs of
 * int16: panels are [depth / 2][ROWS][2], operands [depth / 2][LANES][2]. The weights' 8 bits
 * dominate the error, and on AVX2 16 bits for the activations cost no more than 8.
 */
typedef int16_t LOCAL(operand);

INLINE void LOCAL(store_operands)(int16_t *operands, int channel, const vec *values, int count,
                                  float scale)
{
#if BATCHED
    const __m256i low = _mm256_set1_epi32(0xffff);
    for (int i = 0; i < count; i += 2 * VECTORS)
        for (int v = 0; v < VECTORS; v++) {
            const __m256i even = _mm256_cvtps_epi32(values[i + v] * scale);
            const __m256i odd = _mm256_cvtps_epi32(values[i + VECTORS + v] * scale);
            _mm256_store_si256(
                (__m256i *)(operands + (channel + i / VECTORS) * LANES + 2 * v * WIDTH),
                _mm256_or_si256(_mm256_and_si256(even, low), _mm256_slli_epi32(odd, 16)));
        }
#else
    for (int i = 0; i < count; i += 2) {
        const __m256i first = _mm256_cvtps_epi32(values[i] * scale);
        const __m256i second = _mm256_cvtps_epi32(values[i + 1] * scale);
        _mm256_store_si256((__m256i *)(operands + channel + i * WIDTH), _mm256_permute4x64_epi64(
            _mm256_packs_epi32(first, second), _MM_SHUFFLE(3, 1, 2, 0)));
    }
#endif
}

#if BATCHED
typedef int16_t LOCAL(weight);
#else
typedef int8_t LOCAL(weight);
#endif

/* Keeps the compiler from reordering the additions, which would spill registers. */
#define KEEP_IN_REGISTER(sum) __asm__("" : "+x"(sum))

/* One step of the depth loop: total += kernel [ROWS] pairs · inputs [LANES] pairs. */
INLINE void LOCAL(add_pair)(__m256i *total, const LOCAL(weight) *kernel, const int16_t *inputs)
{
    int32_t pair;
#if BATCHED
    __m256i input[VECTORS];
    for (int v = 0; v < VECTORS; v++)
        input[v] = _mm256_load_si256((const __m256i *)inputs + v);
    for (int row = 0; row < ROWS; row++) {
        memcpy(&pair, kernel + 2 * row, sizeof pair);
        const __m256i weight = _mm256_set1_epi32(pair);
        for (int v = 0; v < VECTORS; v++) {
            total[row * VECTORS + v] = _mm256_add_epi32(total[row * VECTORS + v],
                                                        _mm256_madd_epi16(weight, input[v]));
            KEEP_IN_REGISTER(total[row * VECTORS + v]);
        }
    }
#else
    memcpy(&pair, inputs, sizeof pair);
    const __m256i input = _mm256_set1_epi32(pair);
    for (int i = 0; i < BLOCK; i++) {
        const __m256i weight = _mm256_cvtepi8_epi16(
            _mm_load_si128((const __m128i *)(kernel + 2 * i * WIDTH)));
        total[i] = _mm256_add_epi32(total[i], _mm256_madd_epi16(weight, input));
        KEEP_IN_REGISTER(total[i]);
    }
#endif
}

INLINE void LOCAL(multiply_taps)(vec *sum, const struct packed_matrix *matrix, int block,
                                 int16_t *const *x, int taps)
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
        for (; k + UNROLL <= pairs; k += UNROLL) {
            PREFETCH_KERNEL(kernel, 2 * UNROLL * ROWS);
#pragma GCC unroll 8
            for (int j = 0; j < UNROLL; j++, kernel += 2 * ROWS, inputs += 2 * LANES)
                LOCAL(add_pair)(total, kernel, inputs);
        }
        for (; k < pairs; k++, kernel += 2 * ROWS, inputs += 2 * LANES)
            LOCAL(add_pair)(total, kernel, inputs);
    }
    for (int i = 0; i < BLOCK; i++)
        sum[i] = muladd(_mm256_cvtepi32_ps(total[i]),
                        LOCAL(broadcast_row)(matrix->scale + block * ROWS, i), sum[i]);
}

#undef KEEP_IN_REGISTER
