/* Integer vectors of the width of a `vec`, for the products of int8_template.h. */
#ifndef INTEGER_SIMD_H
#define INTEGER_SIMD_H

#include <string.h>

#include "simd.h"

#if WIDTH == 16
typedef __m512i integers;
#define INTRINSIC(operation) _mm512_##operation
#else
typedef __m256i integers;
#define INTRINSIC(operation) _mm256_##operation
#endif

INLINE integers load_integers(const int16_t *p) { return *(const integers *)p; }
INLINE void store_integers(int16_t *p, integers x) { *(integers *)p = x; }

INLINE integers add_integers(integers a, integers b) { return INTRINSIC(add_epi32)(a, b); }
INLINE integers round_to_int32(vec x) { return INTRINSIC(cvtps_epi32)(x); }
INLINE vec to_float(integers x) { return INTRINSIC(cvtepi32_ps)(x); }

/* Two integers of 16 bits in every 32 bits. */
INLINE integers splat_pair(const void *p)
{
    int32_t pair;
    memcpy(&pair, p, sizeof pair);
    return INTRINSIC(set1_epi32)(pair);
}

/* Pairs of int16 from two vectors of int32 in the range of int16. */
INLINE integers interleave_int16(integers first, integers second)
{
    return (first & INTRINSIC(set1_epi32)(0xffff)) | INTRINSIC(slli_epi32)(second, 16);
}

/* 2 · WIDTH int8 as int16. */
INLINE integers load_int8(const int8_t *p)
{
#if WIDTH == 16
    return _mm512_cvtepi8_epi16(*(const __m256i *)p);
#else
    return _mm256_cvtepi8_epi16(*(const __m128i *)p);
#endif
}

/* Store WIDTH int32 as int16. */
INLINE void store_int16(int16_t *p, integers x)
{
#if WIDTH == 16
    *(__m256i *)p = _mm512_cvtsepi32_epi16(x);
#else
    *(__m128i *)p = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
#endif
}

/* sum + the sums of the products of pairs of int16. */
INLINE integers add_products(integers sum, integers a, integers b)
{
#ifdef __AVX512VNNI__
    return _mm512_dpwssd_epi32(sum, a, b);
#else
    return add_integers(sum, INTRINSIC(madd_epi16)(a, b));
#endif
}

#undef INTRINSIC
#endif
